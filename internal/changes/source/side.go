package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// Side is one side of a comparison, as a person names it.
type Side struct {
	// File is the environment file's name.
	File string
	// Data is the environment file. Default: nil, the side is none.
	Data []byte
	// Environment is what the file says.
	Environment config.Environment
	// Stacks are those of a cloud assembly. Default: nil, the side is a file.
	Stacks []changes.Stack
}

// IsFile says whether the side is an environment file.
func (s Side) IsFile() bool { return s.Data != nil }

// Open reads a side: an environment file, a cloud assembly, or COMMIT:FILE, which
// git has in the repository of dir.
func Open(ctx context.Context, dir, text, environment string) (Side, error) {
	s := Side{File: text}
	info, err := os.Stat(text)
	switch {
	case err == nil && info.IsDir():
		s.Stacks, err = ReadAssembly(text, environment)
		return s, err
	case err == nil:
		s.Data, err = os.ReadFile(text)
	case strings.Contains(text, ":"):
		commit, file, _ := strings.Cut(text, ":")
		s.Data, err = show(ctx, dir, commit, file)
		s.File = file
	}
	if err != nil {
		return s, fmt.Errorf("%s: this is no environment file, no cloud assembly, and no COMMIT:FILE: %w", text, err)
	}
	s.Environment, err = config.Parse(text, environment, s.Data)
	return s, err
}

// show returns a file as a commit has it.
func show(ctx context.Context, dir, commit, file string) ([]byte, error) {
	if commit == "" || strings.HasPrefix(commit, "-") {
		return nil, fmt.Errorf("%q is no commit", commit)
	}
	cmd := exec.CommandContext(ctx, "git", "show", commit+":./"+filepath.ToSlash(file))
	cmd.Dir = dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("git: %s", strings.TrimSpace(problems.String()))
	}
	if out.Len() == 0 {
		return []byte{}, nil
	}
	return out.Bytes(), nil
}

// EnvironmentOf is the name of the environment that a side is of: that of its file,
// "" for a folder.
func EnvironmentOf(text string) string {
	name, ok := strings.CutSuffix(filepath.Base(text), ".yaml")
	if !ok {
		return ""
	}
	return name
}

// Stacks are a side's stacks, in the order of their deployment. A file is
// synthesized.
func (a App) Stacks(ctx context.Context, s Side) ([]changes.Stack, error) {
	if !s.IsFile() {
		return s.Stacks, nil
	}
	sides, err := a.Synthesize(ctx, s.Environment.Name, s.Data)
	if err != nil {
		return nil, err
	}
	return sides[0], nil
}

// Names are the stacks' names.
func Names(stacks []changes.Stack) (names []string) {
	for _, s := range stacks {
		names = append(names, s.Name)
	}
	return names
}

// Calendars are the calendars of an environment file's variants and inference
// components by their names, none for another side.
func (s Side) Calendars() changes.Calendars {
	calendars := changes.Calendars{}
	if s.IsFile() {
		for _, v := range s.Environment.ProductionVariants() {
			calendars[v.Name] = v.VariantScaling().Calendar()
		}
		for _, c := range s.Environment.Components {
			calendars[c.Name] = c.Calendar()
		}
	}
	return calendars
}

// Comparable says why two environments are not two versions of one: a stack is of one
// account and Region.
func Comparable(from, to config.Environment) error {
	const fix = "give two versions of one environment's file"
	var wrong []error
	if from.Account != to.Account {
		wrong = append(wrong, fmt.Errorf("account: got %s and %s: in another account everything is a first deployment; %s",
			from.Account, to.Account, fix))
	}
	if from.Region != to.Region {
		wrong = append(wrong, fmt.Errorf("region: got %s and %s: in another Region everything is a first deployment; %s",
			from.Region, to.Region, fix))
	}
	return errors.Join(wrong...)
}
