// Events prints when an environment's events raise its minimum: in local time
// and UTC, from when to when, to how many instances and why.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

func main() {
	env := flag.String("env", "prod", "the `environment` whose events are shown")
	dir := flag.String("environments", "config/environments", "the `folder` with the environment files")
	days := flag.Int("days", 28, "how many `days` are shown")
	now := flag.String("now", "", "show them as of this `time`, such as 2027-05-29T12:00:00Z (default the clock's)")
	flag.Parse()
	if err := run(os.Stdout, *dir, *env, *now, *days); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir, env, at string, days int) error {
	now := time.Now()
	if at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, at); err != nil {
			return fmt.Errorf("-now: got %q: a time is written as 2027-05-29T12:00:00Z", at)
		}
	}
	if days < 1 {
		return fmt.Errorf("-days: got %d: show 1 day or more", days)
	}
	loaded, err := config.Load(dir, env)
	if err != nil {
		return err
	}
	return show(out, loaded[0], now, now.AddDate(0, 0, days))
}

// show prints the floors between now and until, and what a reader should know
// today: which events are over, and which has begun.
func show(out io.Writer, e config.Environment, now, until time.Time) error {
	target := e.ScalableTarget()
	calendar := e.VariantScaling().Calendar()
	floors := calendar.Floors()
	fmt.Fprintf(out, "%s: %d events, %d of %d scheduled actions, minimum %d between events\n",
		e.Name, len(e.Events), len(target.ScheduledActions), autoscaling.MaxScheduledActions, target.MinCapacity)

	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	shown := 0
	var next *autoscaling.Floor
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
	case next == nil && len(e.Events) > 0:
		fmt.Fprintf(out, "\nNothing is to come.\n")
	}
	for _, name := range over(e, floors, now) {
		fmt.Fprintf(out, "%s is over: it can be removed from the file while no event is under way.\n", name)
	}
	return nil
}

// end is when a floor ends, with its date only where that is another.
func end(f autoscaling.Floor) string {
	if f.From.Format(time.DateOnly) == f.To.Format(time.DateOnly) {
		return f.To.Format("15:04 MST")
	}
	return f.To.Format("Mon 2006-01-02 15:04 MST")
}

func why(f autoscaling.Floor, now time.Time) string {
	names := strings.Join(f.Events, ", ")
	if !f.From.After(now) {
		names += " (now)"
	}
	return names
}

// over are the events that have had a floor and have none to come.
func over(e config.Environment, floors []autoscaling.Floor, now time.Time) []string {
	past, coming := map[string]bool{}, map[string]bool{}
	for _, f := range floors {
		for _, name := range f.Events {
			if f.To.After(now) {
				coming[name] = true
			} else {
				past[name] = true
			}
		}
	}
	var names []string
	for _, event := range e.Events {
		if past[event.Name] && !coming[event.Name] {
			names = append(names, event.Name)
		}
	}
	slices.Sort(names)
	return names
}
