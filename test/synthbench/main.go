// Synthbench measures the synthesis of this app beside a TypeScript CDK app that makes
// the same resources by the same calls, run by tsx and compiled: in one run, one after
// the other, with several numbers of environments, with CDK's validation and without. It
// measures programs without the CDK CLI, whose share is the same for all.
//
// Exit status 0: measured. 1: a program failed, or the twin's resources are others.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	runs := flag.Int("runs", 5, "how often each program is measured")
	environments := flag.String("environments", "1,10,50", "the `numbers` of environments")
	validation := flag.String("validation", "off,on", "CDK's validation: `off`, on, or both with a comma")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *runs, *environments, *validation); err != nil {
		fmt.Fprintln(os.Stderr, "synthbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, environments, validation string) (err error) {
	if runs < 1 {
		return fmt.Errorf("-runs: got %d: measure once or more", runs)
	}
	var numbers []int
	for _, text := range strings.Split(environments, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("-environments: got %q: such as 1,10,50", text)
		}
		numbers = append(numbers, n)
	}
	dir, err := os.MkdirTemp("", "synthbench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := bench{ctx: ctx, dir: dir}
	if err := b.build(); err != nil {
		return err
	}
	fmt.Println(b.machine(runs))
	for _, n := range numbers {
		for _, validation := range strings.Split(validation, ",") {
			if validation != "on" && validation != "off" {
				return fmt.Errorf("-validation: got %q: it is on or off", validation)
			}
			measured, same, err := b.measure(n, validation == "on", runs)
			if err != nil {
				return err
			}
			fmt.Print(table(n, validation, measured, same))
		}
	}
	return nil
}

// bench has the programs, and a folder for what they write.
type bench struct {
	ctx      context.Context
	dir      string
	programs []program
}

type program struct {
	name string
	args []string
}

// folder has the twin.
const folder = "test/synthbench"

// build makes the programs, to be run in the root of the checkout.
func (b *bench) build() error {
	app, tools := filepath.Join(b.dir, "app"), filepath.Join(folder, "node_modules", ".bin")
	compiled := filepath.Join(folder, "out")
	for _, args := range [][]string{
		{"go", "build", "-o", app, "."},
		{filepath.Join(tools, "tsc"), "-p", folder, "--outDir", compiled},
	} {
		if out, err := exec.CommandContext(b.ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	b.programs = []program{
		{"Go", []string{app}},
		{"tsx", []string{filepath.Join(tools, "tsx"), filepath.Join(folder, "app.ts")}},
		{"tsc, node", []string{"node", filepath.Join(compiled, "app.js")}},
	}
	return nil
}

// measured are the times of one program.
type measured struct {
	program   string
	wall, cpu []time.Duration
}

// measure runs each program in turn, so many times, and returns how many of the templates
// are the same. The first turn, which is not measured, gives the twin its values and fills
// the caches of the file system.
func (b *bench) measure(n int, validation bool, runs int) (all []measured, same string, err error) {
	for _, p := range b.programs {
		all = append(all, measured{program: p.name})
	}
	values, err := newValues(filepath.Join(b.dir, fmt.Sprint(n, validation)), n)
	if err != nil {
		return nil, "", err
	}
	for turn := range runs + 1 {
		for i, p := range b.programs {
			fmt.Fprintf(os.Stderr, "… environments: %d, validation: %v, turn %d of %d, %s\n", n, validation, turn, runs, p.name)
			wall, cpu, err := b.synthesize(p, values, values.out(i), validation)
			if err == nil && turn == 0 && i == 0 {
				err = values.write(values.out(i))
			}
			if err != nil {
				return nil, "", err
			}
			if turn > 0 {
				all[i].wall, all[i].cpu = append(all[i].wall, wall), append(all[i].cpu, cpu)
			}
		}
	}
	for i := range b.programs[1:] {
		if same, err = compare(values.out(0), values.out(i+1)); err != nil {
			return nil, "", err
		}
	}
	return all, same, nil
}

// synthesize runs a program without the CDK CLI.
func (b *bench) synthesize(p program, v *values, out string, validation bool) (wall, cpu time.Duration, err error) {
	if err := os.RemoveAll(out); err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(b.ctx, p.args[0], p.args[1:]...)
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+out, "CDK_CONTEXT_JSON="+v.context, "SYNTHBENCH="+v.file)
	if !validation {
		cmd.Env = append(cmd.Env, "CDK_VALIDATION=false")
	}
	began := time.Now()
	said, err := cmd.CombinedOutput()
	wall = time.Since(began)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", p.name, err, said)
	}
	return wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
