// Events prints the floors that an environment's events set: in local time and
// UTC, from when to when, how many instances and for which events; and what a
// deployment today would change. With -prune it removes past events from the
// environment's file.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func main() {
	env := flag.String("env", "prod", "the `environment` whose events are shown")
	dir := flag.String("environments", "config/environments", "the `folder` with the environment files")
	days := flag.Int("days", 28, "how many `days` are shown")
	now := flag.String("now", "", "show them as of this `time`, such as 2027-05-29T12:00:00Z (default the clock's)")
	removes := flag.Bool("prune", false, "remove the events that are over from the environment's file")
	dry := flag.Bool("n", false, "with -prune, only say what would be removed")
	flag.Parse()
	var err error
	switch {
	case *removes:
		err = prune(os.Stdout, *dir, *env, *now, *dry)
	case *dry:
		err = errors.New("-n: it says what -prune would remove; give -prune too")
	default:
		err = run(os.Stdout, *dir, *env, *now, *days)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir, env, at string, days int) error {
	now, err := cli.AsOf("-now", at)
	if err != nil {
		return err
	}
	if days < 1 {
		return fmt.Errorf("-days: got %d: show 1 day or more", days)
	}
	loaded, err := config.Load(dir, env)
	if err != nil {
		return err
	}
	e := loaded[0]
	for i, p := range pasts(e, now) {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := show(out, heading(e, p.variant), p.variant, now, now.AddDate(0, 0, days)); err != nil {
			return err
		}
		for _, line := range notes(e, p, now) {
			fmt.Fprintf(out, "\n%s\n", line)
		}
	}
	return showFrontEnd(out, e, now, now.AddDate(0, 0, days))
}

// show prints a variant's floors between now and until.
func show(out io.Writer, name string, v config.ProductionVariant, now, until time.Time) error {
	target := v.ScalableTarget()
	floors := v.VariantScaling().Calendar().Floors()
	fmt.Fprintf(out, "%s: %d events, %d of %d scheduled actions, minimum %d between events\n",
		name, len(v.Events), len(target.ScheduledActions), events.MaxScheduledActions, target.MinCapacity)
	shown, err := table(out, "MINIMUM", floors, now, until)
	if err != nil {
		return err
	}
	next := slices.IndexFunc(floors, func(f events.Floor) bool { return f.To.After(now) })
	switch {
	case shown == 0 && next >= 0:
		f := floors[next]
		fmt.Fprintf(out, "\nNothing until %s; the next is %s, minimum %d for %s.\n",
			until.UTC().Format("2006-01-02"), written(f.From), f.MinCapacity, strings.Join(f.Events, ", "))
	case next < 0 && len(v.Events) > 0:
		fmt.Fprintf(out, "\nNothing is to come.\n")
	}
	return nil
}
