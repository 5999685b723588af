package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ending is what an environment's file is called by; its name is what stands
// before.
const ending = ".yaml"

// stageName is what CDK takes for a Stage and CloudFormation for a stack.
var stageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// Load reads the environments in dir, one from each *.yaml, sorted by name and
// with every default filled in; hidden files are left alone. selected names the
// only one wanted, "" is all.
//
// The error is a Problems with everything wrong in all files that were read.
func Load(dir, selected string) ([]Environment, error) {
	names, ps := namesIn(dir)
	if selected != "" {
		names, ps = pick(dir, selected, names, ps)
	}
	var environments []Environment
	for _, name := range names {
		file := filepath.Join(dir, name+ending)
		data, err := read(file)
		if err != nil {
			ps = append(ps, inDir(file, "", err.Error(), ""))
			continue
		}
		e, found := decode(file, name, data)
		if len(found) == 0 {
			environments = append(environments, e)
		}
		ps = append(ps, found...)
	}
	if err := ps.err(); err != nil {
		return nil, err
	}
	return environments, nil
}

// Parse reads one environment from what its file holds, as Load does. Where the
// error is OverQuota, the environment is whole all the same.
func Parse(file, name string, data []byte) (Environment, error) {
	e, found := judge(file, name, data)
	err := found.err()
	if err != nil && !OverQuota(err) {
		return Environment{}, err
	}
	return e.WithDefaults(), err
}

// OverQuota reports whether an error of Load or Parse says nothing but that events
// need more scheduled actions than there can be: with fewer events it may be none.
func OverQuota(err error) bool {
	var ps Problems
	return errors.As(err, &ps) && !slices.ContainsFunc(ps, func(p Problem) bool { return p.Kind != events.OverQuota })
}

// read reads a file, and never waits for a pipe.
func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("this is no regular file but %s", info.Mode().Type())
	}
	return os.ReadFile(file)
}

// namesIn is the names of the environments in dir, and what cannot be one.
func namesIn(dir string) (names []string, ps Problems) {
	entries, err := os.ReadDir(dir) // sorted by file name
	if err != nil {
		return nil, Problems{inDir(dir, "", "the folder of environments cannot be read: "+err.Error(), "")}
	}
	for _, entry := range entries {
		file := entry.Name()
		name, isYAML := strings.CutSuffix(file, ending)
		switch {
		case strings.HasPrefix(file, "."):
		case strings.HasSuffix(file, ".yml"):
			ps = append(ps,
				inDir(filepath.Join(dir, file), "", "an environment's file ends in "+ending,
					"rename it to "+strings.TrimSuffix(file, ".yml")+ending))
		case !isYAML:
		case !stageName.MatchString(name):
			ps = append(ps,
				inDir(filepath.Join(dir, file), name,
					"a file's name is its environment's: a letter, then letters, digits and hyphens",
					"rename it, such as prod-eu"+ending))
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 && len(ps) == 0 {
		ps = append(ps, inDir(dir, "", "no environment is here", "add a file such as prod"+ending))
	}
	slices.Sort(names) // "a.yaml" sorts before "a-b.yaml" by name, not by file name
	return names, ps
}

// pick leaves the selected one of names. What is wrong with the other files does
// not matter then.
func pick(dir, selected string, names []string, ps Problems) ([]string, Problems) {
	if slices.Contains(names, selected) {
		return []string{selected}, nil
	}
	for _, p := range ps {
		if base := filepath.Base(p.File); base == selected+ending || base == selected+".yml" {
			return nil, Problems{p}
		}
	}
	if len(names) == 0 {
		return nil, ps
	}
	fix := "there are " + strings.Join(names, ", ")
	if near := nearest(selected, names); near != "" {
		fix = fmt.Sprintf("did you mean %s? %s", near, fix)
	}
	return nil, Problems{inDir(dir, selected, "there is no such environment", fix)}
}

// inDir is a problem with a file or folder as a whole.
func inDir(file, got, rule, fix string) Problem {
	if got != "" {
		got = problem.Value(got)
	}
	return Problem{Place: problem.Place{File: file}, Problem: problem.Problem{Got: got, Rule: rule, Fix: fix}}
}
