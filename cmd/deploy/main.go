// Deploy deploys an environment with the CDK CLI, after it has said what that does
// to what stands. Where AWS refuses a change because a variant scales, it deploys
// twice: first what stands without that variant's scaling, whose fleet keeps its
// size, and then the environment in full. What follows "--" is passed to cdk deploy.
//
// Killed at any time, it can be run again: it goes on from what is deployed.
//
// Exit status 0: deployed, or nothing changes. 1: AWS would refuse the deployment,
// an event is under way, or a deployment failed. 2: bad input. 3: not confirmed.
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
	"path/filepath"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
)

// The exit statuses beside 0.
const (
	statusFailed       = 1
	statusBadInput     = 2
	statusNotConfirmed = 3
)

type options struct {
	env, environments, now, dir string
	// duringEvent are the events during which more than changes in place is allowed.
	duringEvent  []string
	yes, smaller bool
	hold         int
	// cdk are the arguments for cdk deploy.
	cdk []string
}

func main() {
	cli.Main(func(ctx context.Context) int { return command(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr) })
}

// command runs the program and returns its exit status.
func command(ctx context.Context, args []string, in io.Reader, out, problems io.Writer) int {
	var o options
	flags := flag.NewFlagSet("deploy", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.StringVar(&o.env, "env", "", "the `environment` to deploy")
	flags.StringVar(&o.environments, "environments", "config/environments", "the `folder` with the environment files")
	flags.BoolVar(&o.yes, "yes", false, "deploy without asking")
	flags.BoolVar(&o.smaller, "smaller", false, "let a renamed variant start with fewer instances than the old one runs")
	flags.IntVar(&o.hold, "hold", 0,
		"raise the fleet of a variant to this many `instances` before its scaling is taken off (default as it is)")
	flags.StringVar(&o.now, "now", "", "judge as of this `time`, such as 2027-05-29T12:00:00Z (default the clock's)")
	flags.Func("during-event", "allow more than changes in place while this `event` is under way; may be repeated",
		func(name string) error {
			o.duringEvent = append(o.duringEvent, name)
			return nil
		})
	flags.StringVar(&o.dir, "app", ".", "the `folder` of the app, with cdk.json")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return statusBadInput
	}
	o.cdk = flags.Args()
	d, err := newDeployment(ctx, o, in, out)
	if err != nil {
		return cli.Failed(ctx, problems, err, statusBadInput)
	}
	switch err := d.run(ctx); {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return cli.Interrupted(problems, d.standing())
	case errors.Is(err, errNotConfirmed):
		fmt.Fprintln(problems, err)
		return statusNotConfirmed
	default:
		fmt.Fprintln(problems, err)
		var bad badInput
		if errors.As(err, &bad) {
			return statusBadInput
		}
		return statusFailed
	}
}

// badInput is an error found before anything was deployed.
type badInput struct{ error }

var errNotConfirmed = errors.New("nothing was deployed; answer y, or give --yes")

func newDeployment(ctx context.Context, o options, in io.Reader, out io.Writer) (*deployment, error) {
	if o.env == "" {
		return nil, errors.New("--env: it is required: the name of the environment to deploy")
	}
	if o.hold < 0 {
		return nil, fmt.Errorf("--hold: got %d: give 1 instance or more, or leave it out", o.hold)
	}
	now, err := cli.AsOf("--now", o.now)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(o.environments, o.env+".yaml")
	to, err := source.Open(ctx, o.dir, file, o.env)
	if err != nil {
		return nil, err
	}
	cfg, _, err := account.Open(ctx, to.Environment.Account, to.Environment.Region)
	if err != nil {
		return nil, err
	}
	return &deployment{options: o, to: to, aws: cfg, at: now, in: bufio.NewReader(in), out: out}, nil
}

// confirm asks whether to go on.
func (d *deployment) confirm(ctx context.Context, question string) error {
	if d.yes || cli.Confirmed(ctx, d.in, d.out, question) {
		return nil
	}
	return errNotConfirmed
}
