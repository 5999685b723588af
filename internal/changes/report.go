package changes

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// Report is what a person or a machine reads of a comparison.
type Report struct {
	SchemaVersion int      `json:"schemaVersion"`
	Environment   string   `json:"environment"`
	From          string   `json:"from"`
	To            string   `json:"to"`
	Verdict       Verdict  `json:"verdict"`
	Edits         []Edit   `json:"edits,omitempty"`
	Changes       []Change `json:"changes"`
	// First says that nothing is deployed yet.
	First bool `json:"firstDeployment,omitempty"`
	// Notes say what depends on the time of the deployment.
	Notes []string `json:"notes,omitempty"`
	// Event is the event under way that forbids the deployment.
	Event string `json:"event,omitempty"`
}

// Calendars are the calendars of what scales, by name.
type Calendars map[string]events.Calendar

// Judge sets the verdict. While an event that allowed does not name is under way, it
// refuses more than changes in place: an event of to, what shall stand, or of from,
// what stands, so that a change which removes the event is refused too.
func (r *Report) Judge(from, to Calendars, allowed []string, now time.Time) {
	if r.Changes == nil {
		r.Changes = []Change{}
	}
	r.Verdict = Worst(r.Changes)
	event, forbids := forbidding(now, allowed, from, to)
	if forbids && r.Verdict > InPlace {
		r.Verdict, r.Event = Refused, event
	}
	if !slices.ContainsFunc(r.Changes, func(c Change) bool {
		return c.Type == scalableTargetType && c.Action == Update
	}) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(to)) {
		if len(to[name].UnderWay(now)) > 0 {
			r.Notes = append(r.Notes, name+": "+to[name].Deploying(now))
		}
	}
}

// forbidding returns the first event under way that allowed does not name.
func forbidding(now time.Time, allowed []string, sides ...Calendars) (event string, forbids bool) {
	for _, calendars := range sides {
		for _, name := range slices.Sorted(maps.Keys(calendars)) {
			for _, event := range calendars[name].UnderWay(now) {
				if !slices.Contains(allowed, event) {
					return event, true
				}
			}
		}
	}
	return "", false
}

// Write prints the report, 80 columns wide.
func (r Report) Write(out io.Writer) error {
	var b strings.Builder
	of := cmp.Or(r.Environment, r.To) // two assemblies of another app have no environment
	switch {
	case r.First:
		fmt.Fprintf(&b, "%s: nothing is deployed yet; everything is made\n", of)
	case len(r.Changes) == 0:
		fmt.Fprintf(&b, "%s: nothing changes\n", of)
	default:
		fmt.Fprintf(&b, "%s: %s\n", of, r.Verdict)
	}
	for _, e := range r.Edits {
		b.WriteString(edit(e))
	}
	if !r.First {
		for _, c := range r.Changes {
			r.line(&b, c)
		}
	}
	if r.Event != "" {
		fmt.Fprintf(&b, "\n%s", wrap(fmt.Sprintf("Refused because event %s is under way: only changes in place are made "+
			"then. Deploy after it, or allow it with --during-event %s.", r.Event, r.Event), 0))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\n%s", wrap(n, 0))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// edit prints a key with its two values, on one line where they fit.
func edit(e Edit) string {
	from, to := orNone(e.From), orNone(e.To)
	if line := fmt.Sprintf("  %s: %s -> %s\n", e.Key, from, to); len(line) <= columns {
		return line
	}
	return fmt.Sprintf("  %s:\n    %s\n    -> %s\n", e.Key, cut(from), cut(to))
}

// cut shortens a value to the width that is left of 80 columns.
func cut(text string) string {
	if runes := []rune(text); len(runes) > columns-8 {
		return string(runes[:columns-9]) + "…"
	}
	return text
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}

// line prints one resource: the verdict, what CloudFormation does, and below it why.
func (r Report) line(b *strings.Builder, c Change) {
	kind := c.Type[strings.LastIndex(c.Type, ":")+1:]
	name := strings.TrimPrefix(c.Name(), r.Environment+"/")
	line := fmt.Sprintf("%-9s  %-7s  %s", c.Verdict, c.Action, name)
	if len(line)+len(kind)+4 > columns {
		line += "\n" + strings.Repeat(" ", indent-2)
	}
	fmt.Fprintf(b, "\n%s  (%s)\n", line, kind)
	if len(c.Keys) > 0 {
		b.WriteString(wrap("key: "+strings.Join(c.Keys, ", "), indent))
	}
	if c.Reason != "" {
		text := c.Reason
		if c.Source != "" {
			text += " [" + c.Source + "]"
		}
		b.WriteString(wrap(text, indent))
	}
	if c.Way != "" {
		b.WriteString(wrap("way: "+c.Way, indent))
	}
}

const (
	columns = 80
	indent  = 11 // as wide as the verdict's column
)

// wrap breaks text between words so that no line is longer than 80 columns, and
// begins each with margin blanks.
func wrap(text string, margin int) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case at == 0:
			b.WriteString(strings.Repeat(" ", margin))
			at = margin
		case at+1+len(word) > columns:
			b.WriteString("\n" + strings.Repeat(" ", margin))
			at = margin
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += len(word)
	}
	return b.String() + "\n"
}
