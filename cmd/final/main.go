// Final steers an environment on the night of an event: it shows what stands along the
// path of a request, says beforehand what is missing, raises and releases the minimum,
// and shows afterwards what happened beside what was planned.
//
// A command that changes something says what it will do, asks, and prints the command
// that takes it back. Killed at any time, it can be run again.
//
// Exit status 0: done, and nothing is wrong. 1: something is wrong, or a change failed.
// 2: bad input, or AWS did not answer; nothing was changed. 3: not confirmed.
// 130: interrupted.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// The exit statuses beside 0.
const (
	statusWrong        = 1
	statusBadInput     = 2
	statusNotConfirmed = 3
)

// command is one of the program's commands.
type command struct {
	name, arguments, summary string
	// flags adds the command's own flags and returns what runs it, with the arguments
	// that are left.
	flags func(*flag.FlagSet) func(ctx context.Context, r *run, args []string) error
}

// commands are the program's commands in the order of an evening.
var commands = []command{
	statusCommand,
	floorCommand,
	freezeCommand,
	resumeCommand,
}

// run is one run of a command.
type run struct {
	// env is the environment, aws opens its account.
	env config.Environment
	aws aws.Config
	// at is the time that the program judges by; it goes on from there.
	at      time.Time
	yes     bool
	in      *bufio.Reader
	out     io.Writer
	started time.Time
}

// now is the time that the program judges by.
func (r *run) now() time.Time { return r.at.Add(time.Since(r.started)) }

var (
	errNotConfirmed = errors.New("nothing was changed; answer y, or give --yes")
	// errWrong is that something is wrong which the output has said.
	errWrong = errors.New("")
)

// failedError is a change that failed.
type failedError struct{ error }

func main() {
	cli.Main(func(ctx context.Context) int { return final(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) })
}

// final runs the program and returns its exit status.
func final(ctx context.Context, args []string, in io.Reader, out, problems io.Writer) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		usage(out)
		if len(args) == 0 {
			return statusBadInput
		}
		return 0
	}
	c, ok := find(args[0])
	if !ok {
		fmt.Fprintf(problems, "got the command %q: it is %s\n", args[0], strings.Join(names(), ", "))
		return statusBadInput
	}
	flags := flag.NewFlagSet("final "+c.name, flag.ContinueOnError)
	flags.SetOutput(problems)
	env := flags.String("env", "", "the `environment`")
	dir := flags.String("environments", "config/environments", "the `folder` with the environment files")
	at := flags.String("now", "", "judge as of this `time`, such as 2027-05-29T12:00:00Z (default the clock's)")
	yes := flags.Bool("yes", false, "change without asking")
	do := c.flags(flags)
	rest, err := parse(flags, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return statusBadInput
	}
	r, err := open(ctx, *dir, *env, *at)
	if err != nil {
		return cli.Failed(ctx, problems, err, statusBadInput)
	}
	r.yes, r.in, r.out = *yes, bufio.NewReader(in), out
	err = do(ctx, r, rest)
	var failed failedError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errWrong):
		return statusWrong
	case ctx.Err() != nil:
		return cli.Interrupted(problems, fmt.Sprintf("Run \"final %s\" again.", strings.Join(args, " ")))
	case errors.Is(err, errNotConfirmed):
		fmt.Fprintln(problems, err)
		return statusNotConfirmed
	case errors.As(err, &failed):
		fmt.Fprintln(problems, err)
		return statusWrong
	default:
		fmt.Fprintln(problems, err)
		return statusBadInput
	}
}

// open reads the environment's file and opens its account.
func open(ctx context.Context, dir, name, at string) (*run, error) {
	if name == "" {
		return nil, errors.New("--env: it is required: the name of the environment")
	}
	now, err := cli.AsOf("--now", at)
	if err != nil {
		return nil, err
	}
	loaded, err := config.Load(dir, name)
	if err != nil {
		return nil, err
	}
	r := &run{env: loaded[0], at: now, started: time.Now()}
	r.aws, _, err = account.Open(ctx, r.env.Account, r.env.Region)
	return r, err
}

// say prints lines, broken between words where they are too long.
func (r *run) say(format string, args ...any) {
	fmt.Fprint(r.out, cli.Hanging(fmt.Sprintf(format, args...)))
}

// confirm asks whether to go on.
func (r *run) confirm(ctx context.Context, question string) error {
	if r.yes || cli.Confirmed(ctx, r.in, r.out, question) {
		return nil
	}
	return errNotConfirmed
}

func find(name string) (command, bool) {
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func names() (list []string) {
	for _, c := range commands {
		list = append(list, c.name)
	}
	return list
}

func usage(out io.Writer) {
	fmt.Fprint(out, "usage: final COMMAND --env ENVIRONMENT [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(out, "  %-28s %s\n", c.name+" "+c.arguments, c.summary)
	}
	fmt.Fprint(out, "\nfinal COMMAND -h prints the flags of a command.\n")
}
