// Package schedule reads, prints and evaluates the schedule expressions of
// Application Auto Scaling: at(…), rate(…) and cron(…) (fact B1), in IANA time
// zones (fact B3). It never reads the clock: callers pass the time.
//
// Daylight saving: a local time that does not exist is skipped, one that occurs
// twice runs once, the first time. EventBridge Scheduler documents this for
// cron(…); Application Auto Scaling only documents that it adjusts (fact B3), and
// nothing documents at(…).
package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Kind is the form of an expression, as written before the parenthesis.
type Kind string

// The three forms of Application Auto Scaling (fact B1).
const (
	At   Kind = "at"
	Rate Kind = "rate"
	Cron Kind = "cron"
)

// MaxLength is the most characters that AWS accepts in a schedule
// (PutScheduledAction, Schedule).
const MaxLength = 1600

// Expression is one schedule expression. Two are equal with == when String writes
// them the same and they start at the same time. The zero value is no expression
// and has no runs.
type Expression struct {
	kind Kind
	text string // in the form that AWS documents

	at    civil         // of at(…)
	every time.Duration // of rate(…), whole minutes
	start time.Time     // of rate(…), in UTC; zero where unknown
	cron  calendar      // of cron(…)
}

// Parse reads an expression. It accepts, and String corrects, spaces around and
// between fields, lower-case names of months and days, leading zeros, and a rate's
// unit in the wrong number (AWS documents both). Templates get String's form. It
// refuses seconds before the minutes, which AWS accepts and does not keep to (fact
// B2).
//
// The error is a problem.List with everything that is wrong. The path of a problem
// in one field of cron(…) is the field's name, such as "day-of-month", any other
// path is empty.
func Parse(s string) (Expression, error) {
	if len(s) > MaxLength {
		return Expression{}, problem.List{{Got: fmt.Sprintf("%d characters", len(s)),
			Rule: fmt.Sprintf("a schedule has at most %d characters", MaxLength), Fix: "split it into several actions"}}
	}
	kind, body, ps := unwrap(s)
	var e Expression
	var inside problem.List
	switch kind {
	case At:
		e, inside = parseAt(body)
	case Rate:
		e, inside = parseRate(body)
	case Cron:
		e, inside = parseCron(body)
	}
	if e.kind != "" {
		for i := range ps {
			ps[i].Fix = "write " + e.text // only the wrapper is wrong
		}
	}
	ps = append(ps, inside...)
	for i := range ps {
		if ps[i].Path == "" {
			ps[i].Got = problem.Value(s)
		}
	}
	if len(ps) > 0 {
		return Expression{}, ps
	}
	return e, nil
}

// flaw returns a problem whose path and value the caller sets.
func flaw(rule, fix string) problem.Problem { return problem.Problem{Rule: rule, Fix: fix} }

// String returns the expression in the form that AWS documents. Parse(e.String())
// is e, without the start that StartingAt set.
func (e Expression) String() string { return e.text }

const forms = "a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(" + cronOrder + ")"

// unwrap splits an expression into its kind and the body in parentheses. Where the
// wrapper is missing or misspelled the body is returned too, so that its problems
// are reported with the wrapper's.
func unwrap(s string) (Kind, string, problem.List) {
	trimmed := strings.TrimSpace(s)
	name, rest, open := strings.Cut(trimmed, "(")
	kind := Kind(strings.ToLower(strings.TrimSpace(name)))
	if !open {
		kind = guessKind(trimmed)
	}
	if kind != At && kind != Rate && kind != Cron {
		return "", "", problem.List{flaw(forms, "write for instance cron(0 18 ? * MON-FRI *)")}
	}
	fix := "write " + string(kind) + "(…)"
	if !open {
		return kind, trimmed, problem.List{flaw("the wrapper is missing: at(…), rate(…) or cron(…)", fix)}
	}
	var ps problem.List
	if name != string(kind) {
		ps = append(ps, flaw("the wrapper is written in small letters and without a space", fix))
	}
	body, tail, closed := strings.Cut(rest, ")")
	if !closed {
		ps = append(ps, flaw("the closing parenthesis is missing", fix))
	} else if tail != "" {
		ps = append(ps, flaw("nothing may follow the closing parenthesis", fix))
	}
	return kind, strings.TrimSpace(body), ps
}

var (
	bareAt   = regexp.MustCompile(`^\d{4}-\d`)
	bareRate = regexp.MustCompile(`^\d+\s*[A-Za-z]+$`)
)

// guessKind guesses the kind of an expression without a wrapper, "" where it
// cannot.
func guessKind(s string) Kind {
	switch n := len(strings.Fields(s)); {
	case bareAt.MatchString(s):
		return At
	case bareRate.MatchString(s):
		return Rate
	case n >= 5 && n <= 7:
		return Cron
	}
	return ""
}
