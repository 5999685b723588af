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

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func main() { cli.MainAtOnce(program) }

// program runs the program and returns its exit status.
func program() int {
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
		return 1
	}
	return 0
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
	until := now.AddDate(0, 0, days)
	for i, p := range pasts(e, now) {
		if i > 0 {
			fmt.Fprintln(out)
		}
		show(out, e.Name, p.variant, now, until)
		for _, line := range notes(e, p, now) {
			fmt.Fprintf(out, "\n%s\n", strings.Join(cli.Wrap(strings.Fields(line), cli.Columns, ""), "\n"))
		}
	}
	showComponents(out, e, now, until)
	showFrontEnd(out, e, now, until)
	return nil
}

// show prints when a variant's events come, and its floors between now and until.
func show(out io.Writer, name string, v config.ProductionVariant, now, until time.Time) {
	target, c := v.ScalableTarget(), v.VariantScaling().Calendar()
	what := "instances"
	if v.Serverless != nil {
		what = "provisioned concurrency"
	}
	title(out, name+", "+what+" of variant "+v.Name, target, len(v.Events))
	showCalendar(out, c, now, until)
}

// title prints what scales, between which bounds, and what its events need.
func title(out io.Writer, name string, t autoscaling.ScalableTarget, n int) {
	what := "events"
	if n == 1 {
		what = "event"
	}
	fmt.Fprintf(out, "%s: %d to %d\n  %d %s, %d of %d scheduled actions\n", name, t.MinCapacity, t.MaxCapacity, n, what,
		len(t.ScheduledActions), events.MaxScheduledActions)
}

// showCalendar prints when the events of a calendar come, and its floors between now and
// until.
func showCalendar(out io.Writer, c events.Calendar, now, until time.Time) {
	occurrences(out, c, now)
	floors := c.Floors()
	if table(out, floors, now, until) > 0 || len(c.Events) == 0 {
		return
	}
	coming := slices.IndexFunc(floors, func(f events.Floor) bool { return f.To.After(now) })
	if coming < 0 {
		fmt.Fprintf(out, "\nNothing is to come.\n")
		return
	}
	f := floors[coming]
	fmt.Fprintf(out, "\nNothing until %s. The next: minimum %d for %s,\nfrom %s on.\n",
		until.UTC().Format("2006-01-02"), f.MinCapacity, strings.Join(f.Events, ", "), written(f.From))
}

// showComponents prints the floors of inference components, in copies.
func showComponents(out io.Writer, e config.Environment, now, until time.Time) {
	for i, c := range e.Components {
		if i > 0 {
			fmt.Fprintln(out)
		}
		target := e.Subjects()[i].Target
		title(out, e.Name+", copies of component "+c.Name, target, len(c.Events))
		showCalendar(out, c.ComponentScaling.Calendar(), now, until)
	}
}
