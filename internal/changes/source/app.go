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
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// App synthesizes environment files with the app of a checkout.
type App struct {
	// Dir is the checkout.
	Dir string
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
	program := filepath.Join(dir, "app")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = a.Dir
	compile.EndChildren(build)
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.Join(ctx.Err(), fmt.Errorf("the app cannot be built: %w\n%s", err, out))
	}
	// The environment's name is part of construct IDs, so each version has it, in a
	// run of the app of its own.
	sides := make([][]changes.Stack, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, data := range files {
		group.Go(func() (err error) {
			sides[i], err = a.synthesize(ctx, program, filepath.Join(dir, strconv.Itoa(i)), environment, data)
			return err
		})
	}
	return sides, group.Wait()
}

func (a App) synthesize(
	ctx context.Context, program, dir, environment string, data []byte,
) ([]changes.Stack, error) {
	given, output := filepath.Join(dir, "environments"), filepath.Join(dir, "out")
	if err := os.MkdirAll(given, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(given, environment+".yaml"), data, 0o600); err != nil {
		return nil, err
	}
	if err := a.run(ctx, program, given, output); err != nil {
		return nil, err
	}
	return ReadAssembly(output, environment)
}

// run runs the app as the CDK CLI does.
func (a App) run(ctx context.Context, program, environments, output string) error {
	settings, err := contextOf(filepath.Join(a.Dir, "cdk.json"), environments)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = a.Dir
	compile.EndChildren(cmd) // Node.js
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+output, "CDK_CONTEXT_JSON="+settings, "CDK_VALIDATION=false")
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

// contextOf is the context that the CDK CLI gives to the app: that of cdk.json, and
// where the environment files are.
func contextOf(file, environments string) (string, error) {
	var settings struct{ Context map[string]any }
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is not there: run this in the folder of the app", file)
	}
	if err == nil {
		err = json.Unmarshal(data, &settings)
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", file, err)
	}
	if settings.Context == nil {
		settings.Context = map[string]any{}
	}
	settings.Context["environments"] = environments
	settings.Context["aws:cdk:enable-path-metadata"] = true
	text, err := json.Marshal(settings.Context)
	return string(text), err
}
