package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

func init() {
	commands = append(commands, command{"timeline", "--from TIME --to TIME", "show what happened beside what was planned",
		timelineFlags})
}

// timelineFlags are the flags of timeline.
func timelineFlags(flags *flag.FlagSet) func(context.Context, *run, []string) error {
	from := flags.String("from", "", "show what happened from this `time` on, such as 2027-05-29T19:00+01:00")
	to := flags.String("to", "", "show what happened until this `time`")
	html := flags.String("html", "", "write a page to this `file`")
	asJSON := flags.String("json", "", "write JSON to this `file`")
	updates := flags.Bool("update-start-time", false,
		"write the measured start time into the environment's file, as capacity.startTime")
	of := flags.String("of", "", "with --update-start-time, the variant or component of this `name`")
	return func(ctx context.Context, r *run, args []string) error {
		if err := noArguments(args); err != nil {
			return err
		}
		s, err := readSpan(*from, *to, r.now())
		if err != nil {
			return err
		}
		var chosen scaled
		if *updates {
			if chosen, err = r.startOf(*of); err != nil {
				return err
			}
		} else if *of != "" {
			return errors.New("--of: it says whose start time is written: give --update-start-time too")
		}
		rec, err := r.record(ctx, s)
		if err != nil {
			return err
		}
		m, err := rec.measured(r.env.Name)
		if err != nil {
			return err
		}
		if err := write(r, m, *html, *asJSON); err != nil {
			return err
		}
		if *updates {
			file := filepath.Join(flags.Lookup("environments").Value.String(), r.env.Name+".yaml")
			if err := r.updateStartTime(ctx, file, chosen, rec.of(chosen).starts(s)); err != nil {
				return err
			}
		}
		if len(rec.unread) > 0 {
			return errWrong // the output says what is missing
		}
		return nil
	}
}

// write prints what was measured, and writes it to files.
func write(r *run, m report.Measured, html, asJSON string) error {
	document, err := m.JSON()
	if err != nil {
		return err
	}
	r.say("%s", m.Summary())
	for _, f := range []struct {
		flag, file string
		text       []byte
	}{{"--html", html, m.HTML()}, {"--json", asJSON, document}} {
		if f.file == "" {
			continue
		}
		if err := os.WriteFile(f.file, f.text, 0o644); err != nil { //nolint:gosec // it is to be shown to others
			return fmt.Errorf("%s: %w", f.flag, err)
		}
	}
	return nil
}

// timespan is what a timeline is of.
type timespan struct {
	from, to time.Time
	// period is the time between two datapoints that CloudWatch still has.
	period time.Duration
	// notes are what AWS no longer has.
	notes []string
}

// kept is how long CloudWatch keeps the datapoints of each period. (CloudWatch API
// reference, GetMetricData)
var kept = []struct{ period, long time.Duration }{
	{time.Minute, 15 * day}, {5 * time.Minute, 63 * day}, {time.Hour, 455 * day},
}

const (
	day = 24 * time.Hour
	// activitiesKept is how long Application Auto Scaling keeps activities. (its API
	// reference, DescribeScalingActivities: the previous six weeks)
	activitiesKept = 6 * 7 * day
	// alarmsKept is how long CloudWatch keeps the history of alarms. (CloudWatch User
	// Guide, alarms)
	alarmsKept = 30 * day
)

// readSpan reads --from and --to, and chooses the period of the metrics.
func readSpan(from, to string, now time.Time) (s timespan, err error) {
	if s.from, err = readTime("--from", from); err != nil {
		return s, err
	}
	if s.to, err = readTime("--to", to); err != nil {
		return s, err
	}
	switch {
	case !s.to.After(s.from):
		return s, fmt.Errorf("--to: got %q, which is not after --from %q: give a later time", to, from)
	case s.to.After(now):
		return s, fmt.Errorf("--to: got %q, which lies ahead, now is %s: give that, or an earlier time", to,
			now.UTC().Format(time.RFC3339))
	}
	age := now.Sub(s.from)
	for _, k := range kept {
		if age <= k.long {
			s.period = k.period
			break
		}
	}
	if s.period == 0 {
		return s, fmt.Errorf("--from: got %q, which is over %d days ago: CloudWatch keeps nothing so long: give a time "+
			"after %s", from, kept[2].long/day, now.Add(-kept[2].long).UTC().Format(time.RFC3339))
	}
	s.from, s.to = s.from.UTC().Truncate(s.period), s.to.UTC().Add(s.period-1).Truncate(s.period)
	for i, k := range kept[1:] {
		if k.period == s.period {
			s.notes = append(s.notes, fmt.Sprintf("metrics of every %s: those of every %s are kept for %d days",
				word(k.period), word(kept[i].period), kept[i].long/day))
		}
	}
	if age > activitiesKept {
		s.notes = append(s.notes, "scaling activities of six weeks ago and before are no longer kept")
	}
	if age > alarmsKept {
		s.notes = append(s.notes, "states of alarms of 30 days ago and before are no longer kept")
	}
	return s, nil
}

func word(d time.Duration) string {
	switch d {
	case time.Minute:
		return "minute"
	case time.Hour:
		return "hour"
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

// readTime reads a time with its zone.
func readTime(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, fmt.Errorf("%s: it is required: a time such as 2027-05-29T19:00+01:00", name)
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s: got %q: a time has its date and its zone: write 2027-05-29T19:00+01:00 or "+
		"2027-05-29T18:00Z", name, text)
}

func (s timespan) has(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }
