// Gameday tries an environment on its real account, a week before a final: it sends
// the load of an event through the load balancer, plays faults and takes them back,
// and measures what AWS documents nowhere. docs/game-day.md is the page to follow.
//
// Exit status 0: done. 1: the run failed, or an event is under way. 2: bad input, nothing
// was changed or sent. 3: not confirmed. 130: interrupted.
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

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// The exit statuses beside 0.
const (
	statusFailed       = 1
	statusBadInput     = 2
	statusNotConfirmed = 3
)

const usage = `usage: gameday COMMAND [--OPTION VALUE]..., where COMMAND is
  load          send the load of an event through the load balancer
  fault NAME    play a fault and take it back: ` + faultNames + `
  undo          take back what is left of interrupted faults and measurements
  measure NAME  measure what AWS does not document: ` + measurementNames + `
"gameday COMMAND -h" lists its options.
`

// run is one run of the program.
type run struct {
	env, environments string
	yes               bool

	environment config.Environment
	in          *bufio.Reader
	out         io.Writer
	now         func() time.Time
	// pause waits between two looks, unless ctx ends.
	pause func(ctx context.Context, d time.Duration) error
}

func main() {
	// A second signal ends the process at once; "gameday undo" takes back the rest.
	cli.Main(func(ctx context.Context) int { return command(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) })
}

// command runs the program and returns its exit status.
func command(ctx context.Context, args []string, in io.Reader, out, problems io.Writer) int {
	r := &run{in: bufio.NewReader(in), out: out, now: time.Now, pause: sleep}
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	var do func(context.Context, []string, io.Writer) error
	switch strings.TrimLeft(name, "-") {
	case "load":
		do = r.load
	case "fault":
		do = r.fault
	case "undo":
		do = r.undo
	case "measure":
		do = r.measure
	case "h", "help":
		fmt.Fprint(out, usage)
		return 0
	default:
		if name != "" {
			fmt.Fprintf(problems, "command: got %q: there is no such command\n", name)
		}
		fmt.Fprint(problems, usage)
		return statusBadInput
	}
	return report(ctx, do(ctx, args, problems), problems)
}

// report prints how a command ended, and returns the exit status.
func report(ctx context.Context, err error, problems io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, new(flagError)):
		return statusBadInput // said by package flag
	case ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, errNotConfirmed)):
		return cli.Interrupted(problems, "")
	case errors.Is(err, errNotConfirmed):
		fmt.Fprintln(problems, err)
		return statusNotConfirmed
	}
	fmt.Fprintln(problems, err)
	if errors.As(err, new(badInput)) {
		return statusBadInput
	}
	return statusFailed
}

// badInput is an error found before anything was changed or sent.
type badInput struct{ error }

func (e badInput) Unwrap() error { return e.error }

// flagError is an error that package flag has printed.
type flagError struct{ error }

var errNotConfirmed = errors.New("nothing was done; answer y, or give --yes")

// flags are the options of a command, with those that all have.
func (r *run) flags(name string, problems io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("gameday "+name, flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.StringVar(&r.env, "env", "", "the `environment` to try")
	flags.StringVar(&r.environments, "environments", "config/environments", "the `folder` with the environment files")
	return flags
}

// parse parses the options and loads the environment. A name before the options is
// returned.
func (r *run) parse(flags *flag.FlagSet, args []string, named bool) (name string, err error) {
	if named && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return "", err
	} else if err != nil {
		return "", flagError{err}
	}
	if named && name == "" && flags.NArg() == 1 {
		return flags.Arg(0), r.loadEnvironment()
	}
	if named && flags.NArg() > 0 {
		return "", badInput{fmt.Errorf("%s: got %q: give the name first, and then the options", flags.Name(),
			strings.Join(flags.Args(), " "))}
	}
	if flags.NArg() > 0 {
		return "", badInput{fmt.Errorf("%s: got %q: everything is said with an option", flags.Name(), flags.Arg(0))}
	}
	return name, r.loadEnvironment()
}

func (r *run) loadEnvironment() error {
	if r.env == "" {
		return badInput{errors.New("--env: it is required: the name of the environment to try")}
	}
	loaded, err := config.Load(r.environments, r.env)
	if err != nil {
		return badInput{err}
	}
	r.environment = loaded[0]
	return nil
}

// confirm asks whether to go on.
func (r *run) confirm(ctx context.Context, question string) error {
	if r.yes || cli.Confirmed(ctx, r.in, r.out, question) {
		return nil
	}
	return errNotConfirmed
}

// say prints a text in lines.
func (r *run) say(text string) {
	for _, line := range cli.Wrap(strings.Fields(text), cli.Columns, "") {
		fmt.Fprintln(r.out, line)
	}
}

// tell prints what has just happened, in lines.
func (r *run) tell(text string) { r.say(r.now().UTC().Format("15:04:05") + " " + text) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
