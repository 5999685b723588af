package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// columns is the width of the screen.
const columns = cli.Columns

// screen writes a page for people.
type screen struct {
	b      strings.Builder
	colour bool
	zone   *time.Location
}

// write writes the page. colour is for terminals: what is wrong has a word in any case.
func (p page) write(out io.Writer, zone *time.Location, colour bool) error {
	s := &screen{colour: colour, zone: zone}
	s.line("%s, %s: endpoint %s is %s", p.Environment, p.Region, p.Endpoint, cmp.Or(p.EndpointStatus, "unknown"))
	s.line("%s", stamp(p.At.In(zone)))
	for _, text := range p.Wrong {
		s.item("WRONG", text, red)
	}
	for _, text := range p.Notes {
		s.item("note", text, yellow)
	}
	s.traffic(p)
	s.loadBalancer(p)
	s.scaled(p)
	s.activities(p)
	s.alarms(p)
	s.next(p)
	s.unknown(p)
	_, err := io.WriteString(out, s.b.String())
	return err
}

const (
	red    = "\x1b[1;31m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

// line writes one line, which is cut at the screen's width.
func (s *screen) line(format string, args ...any) {
	s.b.WriteString(cli.Cut(fmt.Sprintf(format, args...), columns) + "\n")
}

func (s *screen) painted(text, colour string) string {
	if !s.colour || colour == "" {
		return text
	}
	return colour + text + plain
}

// item writes a word and a text, which goes on in the next lines.
func (s *screen) item(word, text, colour string) {
	indent := 8
	for i, line := range wrap(text, columns-indent) {
		lead := strings.Repeat(" ", indent)
		if i == 0 {
			lead = s.painted(fmt.Sprintf("%-*s", indent, word), colour)
		}
		s.b.WriteString(lead + line + "\n")
	}
}

func (s *screen) heading(text string) { s.b.WriteString("\n" + text + "\n") }

func (s *screen) traffic(p page) {
	t := p.Traffic
	if t == nil {
		s.heading("TRAFFIC: unknown")
		return
	}
	s.heading("TRAFFIC in the minute from " + t.Minute.In(s.zone).Format("15:04 MST"))
	s.line("  offered %s requests/s, shed %.1f %%, p50 %s, p90 %s, p99 %s",
		strconv.FormatFloat(t.OfferedRequestsPerSecond, 'f', 0, 64), t.ShedPercent,
		milliseconds(t.LatencyP50), milliseconds(t.LatencyP90), milliseconds(t.LatencyP99))
}

func milliseconds(v *float64) string {
	if v == nil {
		return "unknown"
	}
	return strconv.FormatFloat(*v, 'f', 0, 64) + " ms"
}

func (s *screen) loadBalancer(p page) {
	l := p.LoadBalancer
	if l == nil {
		if p.unread("load balancer") || p.unread("front end") { // else it is not the environment's
			s.line("  load balancer: capacity units unknown")
		}
		return
	}
	states := ""
	if l.CapacityUnits > 0 && len(l.States) > 0 {
		states = " (" + strings.Join(l.States, ", ") + ")"
	}
	s.line("  load balancer: %d capacity units reserved%s, expected %d", l.CapacityUnits, states, l.ExpectedUnits)
}

func (s *screen) scaled(p page) {
	s.heading(fmt.Sprintf("%-27s%6s%6s%6s%9s%12s%10s",
		"SCALED", "FLOOR", "MIN", "MAX", "DESIRED", "IN SERVICE", "STARTING"))
	for _, one := range p.Scaled {
		s.line("%-27s%6d%6s%6s%9s%12s%10s", cli.Cut(one.of.String(), 26), one.ExpectedMin,
			number(one.Min), number(one.Max), number(one.Desired), number(one.InService), number(one.Starting))
		if f := one.Floor; f != nil {
			s.held(fmt.Sprintf("floor %d", f.Min), *f)
		}
		if f := one.Freeze; f != nil {
			s.held("frozen", *f)
		}
		if len(one.Suspended) > 0 {
			s.line("  suspended: %s", strings.Join(one.Suspended, ", "))
		}
	}
}

func (s *screen) held(what string, h heldPage) {
	until := ""
	if h.Until != nil {
		until = ", until " + h.Until.In(s.zone).Format("Mon 15:04 MST")
	}
	s.line("  held by hand: %s since %s%s", what, h.Set.In(s.zone).Format("Mon 15:04 MST"), until)
}

func number(n *int) string {
	if n == nil {
		return "?"
	}
	return strconv.Itoa(*n)
}

// shown is how many activities and changes to come the screen has room for.
const shown = 5

func (s *screen) activities(p page) {
	if len(p.Activities) == 0 {
		known := "none"
		if slices.ContainsFunc(p.Unknown, func(u unknown) bool { return strings.HasPrefix(u.Part, activitiesOf) }) {
			known = "unknown"
		}
		s.heading("LAST SCALING: " + known)
		return
	}
	s.heading("LAST SCALING")
	for _, a := range p.Activities[:min(shown, len(p.Activities))] {
		text := fmt.Sprintf("%s: %s", a.Name, a.What)
		if a.Status != "Successful" {
			text += " (" + a.Status + ")"
		}
		if len(a.NotScaled) > 0 {
			text += "; not scaled: " + strings.Join(a.NotScaled, "; ")
		}
		s.item("  "+a.At.In(s.zone).Format("15:04"), text, "")
	}
}

func (s *screen) alarms(p page) {
	if len(p.Alarms) == 0 {
		if p.unread("alarms") {
			s.heading("ALARMS: unknown")
		} else {
			s.heading("ALARMS: none in ALARM")
		}
		return
	}
	s.heading("ALARMS")
	for _, a := range p.Alarms {
		colour := ""
		if a.Severity == critical {
			colour = red
		}
		word := cmp.Or(a.Severity, "alarm")
		s.b.WriteString("  " + s.painted(fmt.Sprintf("%-9s", word), colour) +
			cli.Cut(a.Name, columns-30) + a.Since.In(s.zone).Format(" since 15:04 MST") + "\n")
	}
}

// unread reports whether a part could not be read.
func (p page) unread(part string) bool {
	return slices.ContainsFunc(p.Unknown, func(u unknown) bool { return u.Part == part })
}

func (s *screen) next(p page) {
	if len(p.Next) == 0 {
		s.heading("NEXT: nothing is to come")
		return
	}
	s.heading("NEXT")
	for _, n := range p.Next[:min(shown, len(p.Next))] {
		text := fmt.Sprintf("%s: %s (%s)", n.Name, n.To, n.Why)
		if n.Suspended {
			text = "SUSPENDED " + text
		}
		lead := "  " + stamp(n.At) + "  "
		for _, line := range wrap(text, columns-utf8.RuneCountInString(lead)) {
			s.b.WriteString(lead + line + "\n")
			lead = strings.Repeat(" ", utf8.RuneCountInString(lead))
		}
	}
}

func (s *screen) unknown(p page) {
	if len(p.Unknown) == 0 {
		return
	}
	s.heading("NOT READ")
	for _, u := range p.Unknown {
		for i, line := range wrap(u.Part+": "+u.Reason, columns-4) {
			if i > 0 {
				line = "  " + line
			}
			s.b.WriteString("  " + line + "\n")
		}
	}
}

// wrap breaks a text into lines of so many columns, at spaces. A longer word is cut.
func wrap(text string, to int) (lines []string) {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = cli.Cut(word, to)
	}
	return cli.Wrap(words, to, "")
}
