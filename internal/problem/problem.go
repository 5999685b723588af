// Package problem reports bad input: all problems at once, each with its place, the
// value got, what is allowed and the likely fix.
package problem

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Problem is one thing that is wrong with an input.
type Problem struct {
	// Path is where: a Go field path such as "ScheduledActions[1].Timezone". YAML
	// spells it with the keys of an environment file.
	Path string
	// Got is the value found, as written. "" where there was none.
	Got string
	// Rule says what is wrong and what is allowed, lower case, no full stop. It
	// refers to other fields between « and », such as «MinCapacity», so that they
	// are spelled as Path is.
	Rule string
	// Fix is the likely remedy, as an imperative, with references as in Rule.
	Fix string
	// Kind tells programs which problem it is; it is not printed. "" where no
	// program asks.
	Kind string
}

// String returns the problem on one line: path, value got, rule and fix.
func (p Problem) String() string {
	p = p.Go()
	var b strings.Builder
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteString(": ")
	}
	if p.Got != "" {
		fmt.Fprintf(&b, "got %s: ", p.Got)
	}
	b.WriteString(p.Rule)
	if p.Fix != "" {
		b.WriteString("; ")
		b.WriteString(p.Fix)
	}
	return b.String()
}

// List has every problem of one input, in the order of its fields.
type List []Problem

// Add appends a problem. got is printed with %v, strings quoted; nil is no value.
func (ps *List) Add(path string, got any, rule, fix string) {
	*ps = append(*ps, Problem{Path: path, Got: Value(got), Rule: rule, Fix: fix})
}

// AddDuration adds a problem for a duration that is given and no whole seconds from
// low to high.
func (ps *List) AddDuration(path string, d, low, high time.Duration) {
	if d != 0 && (d < low || d > high || d%time.Second != 0) {
		ps.Add(path, d, fmt.Sprintf("this is whole seconds from %s to %s", Duration(low), Duration(high)),
			"leave it out for SageMaker's own")
	}
}

// In returns the problems with their paths set below prefix: "Timezone" in
// "ScheduledActions[1]" becomes "ScheduledActions[1].Timezone".
func (ps List) In(prefix string) List {
	out := make(List, len(ps))
	for i, p := range ps {
		if p.Path == "" {
			p.Path = prefix
		} else {
			p.Path = prefix + "." + p.Path
		}
		out[i] = p
	}
	return out
}

// Err returns nil when there is no problem, else the problems as an error.
func (ps List) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Error returns the problems, one a line.
func (ps List) Error() string {
	return Lines(ps)
}

// Lines returns ps as the text of an error, one a line.
func Lines[P fmt.Stringer](ps []P) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Value formats v for Got: strings quoted, durations as Duration writes them, nil as
// "".
func Value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
		return Duration(v)
	default:
		return fmt.Sprint(v)
	}
}

// From returns the problems of err. An error that is no List becomes one problem
// without a path; nil becomes none.
func From(err error) List {
	if err == nil {
		return nil
	}
	var ps List
	if errors.As(err, &ps) {
		return ps
	}
	return List{{Rule: err.Error()}}
}
