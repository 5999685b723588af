package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/checks"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func init() {
	commands = append(commands,
		command{"preflight", "", "say what a first deployment would be refused for",
			func(f *flag.FlagSet) func(context.Context, *run, []string) error { return verifyFlags(f, true) }},
		command{"verify", "[--at T-60m]", "say what is wrong along the path of a request",
			func(f *flag.FlagSet) func(context.Context, *run, []string) error { return verifyFlags(f, false) }})
}

// verifyFlags are the flags of verify, and of preflight, which runs before anything is
// deployed.
func verifyFlags(flags *flag.FlagSet, before bool) func(context.Context, *run, []string) error {
	at := flags.String("at", "", "judge for this `time`: T-60m is an hour before the next event's start, "+
		"2027-05-29T19:00+01:00 that time (default T, or now without an event)")
	asJSON := flags.Bool("json", false, "print JSON")
	policy := flags.Bool("policy", false, "print the IAM policy that the checks need, and check nothing")
	app := flags.String("app", ".", "the `folder` of the app, with cdk.json")
	return func(ctx context.Context, r *run, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("got %q after the flags: %s takes none", args, flags.Name())
		}
		if *policy {
			encoder := json.NewEncoder(r.out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(checks.ReadPolicy(r.env))
		}
		now := r.now()
		when, err := readyAt(*at, r.env, now)
		if err != nil {
			return err
		}
		results := checks.Run(ctx, checks.Options{
			Environment: r.env, AWS: r.aws, Now: now, At: when, App: *app, BeforeDeployment: before,
			File: filepath.Join(flags.Lookup("environments").Value.String(), r.env.Name+".yaml"),
		})
		if err := ctx.Err(); err != nil {
			return err
		}
		report := checks.NewReport(r.env.Name, now, when, results)
		write := report.Text
		if *asJSON {
			write = report.JSON
		}
		if err := write(r.out); err != nil {
			return err
		}
		if report.Wrong > 0 {
			return errWrong
		}
		return nil
	}
}

// readyAt reads the time of --at. T is the start of the next event; without events the
// default is now.
func readyAt(text string, e config.Environment, now time.Time) (time.Time, error) {
	if text != "" && !strings.HasPrefix(text, "T") {
		for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
			if at, err := time.Parse(form, text); err == nil {
				return notOver(text, at, now)
			}
		}
		return now, fmt.Errorf("--at: got %q: a time is T-60m before the next event's start, or 2027-05-29T19:00+01:00", text)
	}
	start, ok := nextStart(e, now)
	if !ok {
		if text == "" {
			return now, nil
		}
		return now, fmt.Errorf("--at: got %q: %s has no event after %s, so there is no T: give a time such as %s",
			text, e.Name, now.UTC().Format(time.RFC3339), now.UTC().Add(time.Hour).Format(time.RFC3339))
	}
	rest := strings.TrimPrefix(text, "T")
	if rest == "" {
		return start, nil
	}
	by, err := time.ParseDuration(rest)
	if err != nil || !strings.ContainsAny(rest[:1], "+-") {
		return now, fmt.Errorf("--at: got %q: write the time before the event's start as T-60m, after it as T+15m", text)
	}
	return notOver(text, start.Add(by), now)
}

// notOver refuses a time before now. A time of the minute that is running is now: whoever
// runs "verify --at T-60m" an hour before the start does so some seconds later.
func notOver(text string, at, now time.Time) (time.Time, error) {
	if !at.After(now) && !at.Before(now.Truncate(time.Minute)) {
		return now, nil
	}
	if at.Before(now) {
		return at, fmt.Errorf("--at: got %q, which is %s and over: give a time after %s", text,
			at.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return at, nil
}

// nextStart is the start of the first event that starts after a time.
func nextStart(e config.Environment, now time.Time) (start time.Time, ok bool) {
	for _, c := range calendars(e) {
		for _, event := range c.Events {
			for _, w := range c.Windows(event) {
				if w.Starts.After(now) && (!ok || w.Starts.Before(start)) {
					start, ok = w.Starts, true
				}
			}
		}
	}
	return start, ok
}

// calendars are the events of each variant and component.
func calendars(e config.Environment) (all []events.Calendar) {
	for _, v := range e.ProductionVariants() {
		all = append(all, v.VariantScaling().Calendar())
	}
	for _, c := range e.Components {
		all = append(all, c.ComponentScaling.Calendar())
	}
	return all
}
