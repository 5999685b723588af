package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// block is floors that follow each other without a gap, and how often they come again.
type block struct {
	floors []events.Floor
	// again are the later times at which blocks begin that say the same.
	again []time.Time
}

// blocks are the floors that end after now and begin before until.
func blocks(floors []events.Floor, now, until time.Time) []block {
	var found []block
	for _, f := range floors {
		if !f.To.After(now) || !f.From.Before(until) {
			continue
		}
		if n := len(found); n > 0 {
			last := found[n-1].floors
			if last[len(last)-1].To.Equal(f.From) {
				found[n-1].floors = append(last, f)
				continue
			}
		}
		found = append(found, block{floors: []events.Floor{f}})
	}
	return found
}

// collapsed puts blocks that say the same on later days together with the first of them.
func collapsed(found []block, now time.Time) []block {
	var out []block
	for _, b := range found {
		same := slices.IndexFunc(out, func(earlier block) bool { return earlier.says(now) == b.says(now) })
		if same >= 0 {
			out[same].again = append(out[same].again, b.floors[0].From)
			continue
		}
		out = append(out, b)
	}
	return out
}

// says is what a block says beside its day.
func (b block) says(now time.Time) string {
	first := b.floors[0].From
	return first.Format("15:04 MST ") + first.UTC().Format("15:04 ") + b.why(now) + "\n" + b.steps()
}

// why names the events of a block.
func (b block) why(now time.Time) string {
	var names []string
	for _, f := range b.floors {
		for _, name := range f.Events {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	text := strings.Join(names, ", ")
	if !b.floors[0].From.After(now) {
		text += " (now)"
	}
	return text
}

// steps says from when on the block has which floor, and when it is over.
func (b block) steps() string {
	var parts []string
	for _, f := range b.floors {
		parts = append(parts, fmt.Sprintf("%d from %s", f.MinCapacity, b.clock(f.From)))
	}
	last := b.floors[len(b.floors)-1].To
	parts = append(parts, "over at "+b.clock(last))
	for i := range parts[:len(parts)-1] {
		parts[i] += ","
	}
	return strings.Join(cli.Wrap(parts, cli.Columns, "  "), "\n")
}

// clock writes a time of the block, with its day where that is not the next one, and
// with its zone where that is another than at the beginning.
func (b block) clock(t time.Time) string {
	first := b.floors[0].From
	text := t.Format("15:04")
	if day := t.Format(time.DateOnly); day != first.Format(time.DateOnly) &&
		day != first.AddDate(0, 0, 1).Format(time.DateOnly) {
		text = t.Format("Mon 15:04")
		if t.Sub(first) > 6*24*time.Hour {
			text = t.Format("2006-01-02 15:04")
		}
	}
	if zone := t.Format("MST"); zone != first.Format("MST") {
		text += " " + zone
	}
	return text
}

// table prints the floors that end after now and begin before until, those that come
// again on other days once, and counts them.
func table(out io.Writer, floors []events.Floor, now, until time.Time) (shown int) {
	for _, b := range collapsed(blocks(floors, now, until), now) {
		first := b.floors[0].From
		title, why := fmt.Sprintf("%s (%s UTC)", written(first), inUTC(first)), b.why(now)
		if utf8.RuneCountInString(title+"  "+why) <= cli.Columns {
			title += "  " + why
		} else {
			title += "\n" + strings.Join(cli.Wrap(strings.Fields(why), cli.Columns, "  "), "\n")
		}
		fmt.Fprintf(out, "\n%s\n%s\n", title, b.steps())
		if n := len(b.again); n > 0 {
			days := "day"
			if n > 1 {
				days = "days"
			}
			fmt.Fprintf(out, "  and the same on %d more %s, until %s\n", n, days, b.again[n-1].Format("Mon 2006-01-02"))
		}
		shown++
	}
	return shown
}

// inUTC writes a time in UTC, with its day where that is another than in its own zone.
func inUTC(t time.Time) string {
	if t.UTC().Format(time.DateOnly) == t.Format(time.DateOnly) {
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("Mon 15:04")
}

// widestName is how long a name is that has its times beside it. Those are such as
// "Sat 2027-05-29 20:00 +0530 to Sun 01:00, now".
const widestName = 32

// occurrences prints when each event comes next, and those that are over.
func occurrences(out io.Writer, c events.Calendar, now time.Time) {
	width := 0
	for _, e := range c.Events {
		if n := utf8.RuneCountInString(e.Name); n <= widestName {
			width = max(width, n)
		}
	}
	for i, e := range c.Events {
		if i == 0 {
			fmt.Fprintln(out)
		}
		windows := c.Windows(e)
		coming := slices.IndexFunc(windows, func(w events.Window) bool { return w.To.After(now) })
		when := "is over"
		switch {
		case coming < 0 && len(windows) > 0:
			when = "is over since " + written(windows[len(windows)-1].To)
		case coming >= 0:
			w := windows[coming]
			when = fmt.Sprintf("%s to %s", written(w.Starts), until(w))
			if !w.From.After(now) {
				when += ", now"
			}
		}
		name := e.Name
		if utf8.RuneCountInString(name) > widestName {
			fmt.Fprintf(out, "  %s\n", name)
			name = ""
		}
		fmt.Fprintf(out, "  %-*s  %s\n", width, name, when)
	}
}

// until writes when an event ends, with the date where that is another day.
func until(w events.Window) string {
	if w.Starts.Format(time.DateOnly) == w.Ends.Format(time.DateOnly) {
		return w.Ends.Format("15:04")
	}
	return w.Ends.Format("Mon 15:04")
}
