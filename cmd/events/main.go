// Events prints when an environment's events raise its minimum: in local time
// and UTC, from when to when, to how many instances and why; and what of it
// matters today. With -prune it removes what is over from the environment's file.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
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
	now, err := asOf(at)
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

// asOf is the time that is asked about, "" is the clock's.
func asOf(at string) (time.Time, error) {
	if at == "" {
		return time.Now(), nil
	}
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return now, fmt.Errorf("-now: got %q: a time is written as 2027-05-29T12:00:00Z", at)
	}
	return now, nil
}

// show prints a variant's floors between now and until.
func show(out io.Writer, name string, v config.ProductionVariant, now, until time.Time) error {
	target := v.ScalableTarget()
	calendar := v.VariantScaling().Calendar()
	floors := calendar.Floors()
	fmt.Fprintf(out, "%s: %d events, %d of %d scheduled actions, minimum %d between events\n",
		name, len(v.Events), len(target.ScheduledActions), events.MaxScheduledActions, target.MinCapacity)

	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	shown := 0
	var next *events.Floor
	for _, f := range floors {
		if !f.To.After(now) {
			continue
		}
		if next == nil {
			next = &f
		}
		if !f.From.Before(until) {
			break
		}
		if shown == 0 {
			fmt.Fprintf(w, "\nFROM\tTO\tUTC\tMINIMUM\tWHY\n")
		}
		shown++
		fmt.Fprintf(w, "%s\t%s\t%s to %s\t%d\t%s\n",
			f.From.Format("Mon 2006-01-02 15:04 MST"), end(f), f.From.UTC().Format("Jan 02 15:04"), f.To.UTC().Format("Jan 02 15:04"),
			f.MinCapacity, why(f, now))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case shown == 0 && next != nil:
		fmt.Fprintf(out, "\nNothing until %s; the next is %s, minimum %d for %s.\n",
			until.UTC().Format("2006-01-02"), next.From.Format("Mon 2006-01-02 15:04 MST"), next.MinCapacity, strings.Join(next.Events, ", "))
	case next == nil && len(v.Events) > 0:
		fmt.Fprintf(out, "\nNothing is to come.\n")
	}
	return nil
}

// end is when a floor ends, with its date only where that is another.
func end(f events.Floor) string {
	if f.From.Format(time.DateOnly) == f.To.Format(time.DateOnly) {
		return f.To.Format("15:04 MST")
	}
	return f.To.Format("Mon 2006-01-02 15:04 MST")
}

func why(f events.Floor, now time.Time) string {
	names := strings.Join(f.Events, ", ")
	if !f.From.After(now) {
		names += " (now)"
	}
	return names
}
