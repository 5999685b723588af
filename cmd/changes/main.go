// Changes says what the deployment of an environment does to what stands, resource
// by resource: in place, a new fleet, replaced, or refused by AWS, and of two
// environment files the key that causes it. It deploys nothing.
//
// Exit status 0: everything changes in place. 3: a fleet or something that users
// reach is replaced. 1: AWS would refuse the deployment, or an event is under way.
// 2: the two cannot be compared. 130: interrupted.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
)

// deployed is the value of --from that stands for the stacks of the account.
const deployed = "deployed"

// The exit statuses beside 0.
const (
	statusRefused  = 1
	statusBadInput = 2
	statusReplaced = 3
)

type options struct {
	env, environments, from, to, now, dir string
	// duringEvent are the events during which more than changes in place is allowed.
	duringEvent []string
	json        bool
	quota       int
}

func main() {
	cli.Main(func(ctx context.Context) int { return command(ctx, os.Args[1:], os.Stdout, os.Stderr) })
}

// command runs the program and returns its exit status.
func command(ctx context.Context, args []string, out, problems io.Writer) int {
	var o options
	flags := flag.NewFlagSet("changes", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.StringVar(&o.env, "env", "", "the `environment` that changes (default the name of the file of --to)")
	flags.StringVar(&o.environments, "environments", "config/environments", "the `folder` with the environment files")
	flags.StringVar(&o.from, "from", deployed,
		"what stands: an environment file, a cloud `assembly`, COMMIT:FILE, or \"deployed\" for the account's stacks")
	flags.StringVar(&o.to, "to", "",
		"what shall stand: a `file` or assembly as in --from (default the environment's file)")
	flags.StringVar(&o.now, "now", "", "judge as of this `time`, such as 2027-05-29T12:00:00Z (default the clock's)")
	flags.Func("during-event", "allow more than changes in place while this `event` is under way; may be repeated",
		func(name string) error {
			o.duringEvent = append(o.duringEvent, name)
			return nil
		})
	flags.IntVar(&o.quota, "quota", 0,
		"say whether a quota of so many `instances` holds a new fleet beside the old one (default none told)")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.StringVar(&o.dir, "app", ".", "the `folder` of the app, with cdk.json")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return statusBadInput
	}
	if cli.IsTerminal(problems) {
		fmt.Fprintln(problems, "Synthesizing what is compared, some 10 seconds.")
	}
	r, err := compare(ctx, o, flags.Args())
	if err != nil {
		return cli.Failed(ctx, problems, err, statusBadInput)
	}
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(r)
	} else {
		err = r.Write(out)
	}
	if err != nil {
		fmt.Fprintln(problems, err)
		return statusBadInput
	}
	return status(r.Verdict)
}

func status(v changes.Verdict) int {
	switch v {
	case changes.InPlace:
		return 0
	case changes.Refused:
		return statusRefused
	}
	return statusReplaced
}

func compare(ctx context.Context, o options, rest []string) (changes.Report, error) {
	if len(rest) > 0 {
		return changes.Report{}, fmt.Errorf("got %q after the flags: give --from and --to", rest)
	}
	if o.quota < 0 {
		return changes.Report{}, fmt.Errorf("--quota: got %d: give the quota in instances, 1 or more", o.quota)
	}
	now, err := cli.AsOf("--now", o.now)
	if err != nil {
		return changes.Report{}, err
	}
	if o.to == "" {
		if o.env == "" {
			return changes.Report{}, errors.New("give --env NAME or --to FILE: there is nothing to compare")
		}
		o.to = filepath.Join(o.environments, o.env+".yaml")
	}
	o.env = cmp.Or(o.env, source.EnvironmentOf(o.to), source.EnvironmentOf(o.from))
	to, err := source.Open(ctx, o.dir, o.to, o.env)
	if err != nil {
		return changes.Report{}, err
	}
	var from source.Side // none where the account says what stands
	if o.from != deployed {
		if from, err = source.Open(ctx, o.dir, o.from, o.env); err != nil {
			return changes.Report{}, err
		}
	}
	r := changes.Report{SchemaVersion: 1, Environment: o.env, From: o.from, To: o.to}
	if err := fill(ctx, &r, source.App{Dir: o.dir}, from, to); err != nil {
		return changes.Report{}, err
	}
	r.Judge(from.Calendars(), to.Calendars(), o.duringEvent, now)
	if slices.ContainsFunc(r.Changes, func(c changes.Change) bool { return c.Type == "AWS::SageMaker::EndpointConfig" }) {
		if fleet := to.Fleet(r.Verdict, o.quota); fleet != "" {
			r.Notes = append(r.Notes, fleet)
		}
	}
	return r, nil
}

// fill compares the sides, and finds the keys where both are files.
func fill(ctx context.Context, r *changes.Report, app source.App, from, to source.Side) (err error) {
	if from.IsFile() && to.IsFile() {
		if err := source.Comparable(from.Environment, to.Environment); err != nil {
			return err
		}
		r.Edits, r.Changes, err = app.Files(ctx, from, to)
		return err
	}
	var cfg aws.Config
	if r.From == deployed {
		if !to.IsFile() {
			return errors.New("--to: with --from deployed an environment file says the account and region; give one")
		}
		if cfg, _, err = account.Open(ctx, to.Environment.Account, to.Environment.Region); err != nil {
			return fmt.Errorf("%w\nWithout an account, compare with a file: --from HEAD:config/environments/%s.yaml",
				err, r.Environment)
		}
	}
	shall, err := app.Stacks(ctx, to)
	if err != nil {
		return err
	}
	var stand []changes.Stack
	if r.From == deployed {
		stand, err = source.Deployed(ctx, cfg, source.Names(shall))
		r.First = len(stand) == 0
	} else {
		stand, err = app.Stacks(ctx, from)
	}
	r.Changes = changes.Compare(stand, shall)
	return err
}
