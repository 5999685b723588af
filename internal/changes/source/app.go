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

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// App synthesizes environment files with the app of a checkout.
type App struct {
	// Dir is the checkout.
	Dir string
	// Program is the app's executable. Default: "", it is built from the checkout.
	Program string
}

// Synthesize makes the templates of several files of one environment in one run of
// the app, and returns the stacks of each in the order of their deployment. The
// files must be valid, as config.Parse says. The rules of the lint and of the
// security policy are not run.
func (a App) Synthesize(ctx context.Context, environment string, files ...[]byte) ([][]changes.Stack, error) {
	dir, err := os.MkdirTemp("", "changes-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	// A file's name is its environment's, and becomes part of the stacks' names: each
	// file gets one of its own, which is taken out of the templates afterwards.
	given := filepath.Join(dir, "environments")
	if err := os.Mkdir(given, 0o700); err != nil {
		return nil, err
	}
	for i, data := range files {
		if err := os.WriteFile(filepath.Join(given, alias(i)+".yaml"), data, 0o600); err != nil {
			return nil, err
		}
	}
	output := filepath.Join(dir, "out")
	if err := a.run(ctx, dir, given, output); err != nil {
		return nil, err
	}
	sides := make([][]changes.Stack, len(files))
	for i := range files {
		sides[i], err = readAssembly(output, alias(i), func(data []byte) []byte {
			return bytes.ReplaceAll(data, []byte(alias(i)), []byte(environment))
		})
		if err != nil {
			return nil, err
		}
	}
	return sides, nil
}

// alias is the name under which a file is synthesized. All have the same length.
func alias(i int) string { return fmt.Sprintf("compared%05d", i) }

func (a App) run(ctx context.Context, dir, environments, output string) error {
	root, err := filepath.Abs(a.Dir)
	if err != nil {
		return err
	}
	program := a.Program
	if program == "" {
		program = filepath.Join(dir, "app")
		build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("the app cannot be built: %w\n%s", err, out)
		}
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	settings, err := contextOf(filepath.Join(root, "cdk.json"), environments)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+output, "CDK_CONTEXT_JSON="+settings, "CDK_VALIDATION=false")
	if bin := filepath.Join(root, "node_modules", ".bin"); isDir(bin) {
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
	text, err := json.Marshal(settings.Context)
	return string(text), err
}
