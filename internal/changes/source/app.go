// Package source finds the two sides of a comparison: it synthesizes environment
// files, and reads cloud assemblies, files of older commits and deployed stacks.
package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// App synthesizes environment files with the app that cdk.json names.
type App struct {
	// Dir is the folder of cdk.json.
	Dir string
}

// project is what the CDK CLI reads in cdk.json.
type project struct {
	// App is the command that synthesizes, and Build the one before it, "" for none.
	App, Build string
	Context    map[string]any
}

// Synthesize makes the templates of several versions of an environment's file, and
// returns the stacks of each in the order of their deployment. The files must be
// valid, as config.Parse says. The rules of the lint and of the security policy are
// not run.
func (a App) Synthesize(ctx context.Context, environment string, files ...[]byte) ([][]changes.Stack, error) {
	dir, err := os.MkdirTemp("", "changes-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if a.Dir, err = filepath.Abs(a.Dir); err != nil {
		return nil, err
	}
	project, err := a.project()
	if err != nil {
		return nil, err
	}
	if project.Build != "" {
		if out, err := a.command(ctx, project.Build).CombinedOutput(); err != nil {
			err = fmt.Errorf("the app cannot be built: %s: %w\n%s", project.Build, err, out)
			return nil, errors.Join(ctx.Err(), err)
		}
	}
	// The environment's name is part of construct IDs, so each version has it, in a
	// run of the app of its own.
	sides := make([][]changes.Stack, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, data := range files {
		group.Go(func() (err error) {
			sides[i], err = a.synthesize(ctx, project, filepath.Join(dir, strconv.Itoa(i)), environment, data)
			return err
		})
	}
	return sides, group.Wait()
}

func (a App) synthesize(
	ctx context.Context, project project, dir, environment string, data []byte,
) ([]changes.Stack, error) {
	given, output := filepath.Join(dir, "environments"), filepath.Join(dir, "out")
	if err := os.MkdirAll(given, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(given, environment+".yaml"), data, 0o600); err != nil {
		return nil, err
	}
	if err := a.run(ctx, project, given, output); err != nil {
		return nil, err
	}
	return ReadAssembly(output, environment)
}

// run runs the app as the CDK CLI does: with the context of cdk.json, and where the
// environment files are.
func (a App) run(ctx context.Context, project project, environments, output string) error {
	given := map[string]any{}
	maps.Copy(given, project.Context)
	given["environments"], given["aws:cdk:enable-path-metadata"] = environments, true
	settings, err := json.Marshal(given)
	if err != nil {
		return err
	}
	cmd := a.command(ctx, project.App)
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+output, "CDK_CONTEXT_JSON="+string(settings), "CDK_VALIDATION=false")
	if bin := filepath.Join(a.Dir, "node_modules", ".bin"); isDir(bin) {
		cmd.Env = append(cmd.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("the app does not synthesize: %w\n%s", err, out.String()))
	}
	return nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// command is a command of cdk.json, which the CDK CLI gives to a shell.
func (a App) command(ctx context.Context, line string) *exec.Cmd {
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/d", "/s", "/c"}
	}
	cmd := exec.CommandContext(ctx, shell[0], append(shell[1:], line)...)
	cmd.Dir = a.Dir
	compile.EndChildren(cmd) // compilers, and Node.js
	return cmd
}

// project reads cdk.json.
func (a App) project() (p project, err error) {
	file := filepath.Join(a.Dir, "cdk.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("%s is not there: run this in the folder of the app", file)
	}
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return p, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	if p.App == "" {
		return p, fmt.Errorf(`%s names no app: write one, such as "app": "go run ."`, file)
	}
	return p, nil
}
