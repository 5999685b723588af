package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// synthesize writes what shall stand as a cloud assembly, with the app that cdk.json
// names.
func (d *deployment) synthesize(ctx context.Context) error {
	environments, err := filepath.Abs(d.environments) // the CLI runs in the app's folder
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "Synthesizing %s.\n", d.env)
	return d.cli(ctx, "synth", "--quiet", "--output", d.assembly,
		"--context", "env="+d.env, "--context", "environments="+environments, d.env+"/*")
}

// cdk runs a command of the CDK CLI on a cloud assembly.
func (d *deployment) cdk(ctx context.Context, assembly, verb string, args ...string) error {
	// --build true: cdk.json may build the app first, which is not needed here.
	return d.cli(ctx, verb, append([]string{"--app", assembly, "--build", "true"}, args...)...)
}

// cli runs the checkout's CDK CLI, and prints what it prints. Ctrl-C reaches it as
// an interrupt, so that it can end by itself.
func (d *deployment) cli(ctx context.Context, verb string, args ...string) error {
	dir, err := filepath.Abs(d.dir)
	if err != nil {
		return err
	}
	bin := filepath.Join(dir, "node_modules", ".bin")
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "cdk"), append([]string{verb, "--no-notices"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = d.out, d.out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("cdk %s failed: %w", verb, err)
	}
	return nil
}
