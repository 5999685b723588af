// Package schedule reads, prints and evaluates the schedule expressions of
// Application Auto Scaling: at(…), rate(…) and cron(…) (fact B1), in IANA time
// zones (fact B3). It is pure: the clock is always a value that the caller
// brings.
//
// Daylight saving: a local time that does not exist is skipped, one that occurs
// twice runs once, the first time. So EventBridge Scheduler documents it for
// cron(…); Application Auto Scaling only says that it adjusts (fact B3), and
// nobody says what at(…) does.
package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Kind is the form of an expression, spelled as its wrapper.
type Kind string

// The three forms that Application Auto Scaling knows (fact B1).
const (
	At   Kind = "at"
	Rate Kind = "rate"
	Cron Kind = "cron"
)

// MaxLength is how many characters AWS takes in a schedule
// (PutScheduledAction, Schedule).
const MaxLength = 1600

// Expression is one schedule expression. Expressions are values: two are equal
// with == when they are written the same in AWS's form (and start at the same
// time). The zero value is no expression and has no runs.
type Expression struct {
	kind Kind
	text string // as AWS writes it

	at    civil         // of at(…)
	every time.Duration // of rate(…), whole minutes
	start time.Time     // of rate(…), in UTC; zero where unknown
	cron  calendar      // of cron(…)
}

// Parse reads an expression. It forgives what String writes properly: spaces
// around and between fields, small letters in names of months and days, leading
// zeros, and a rate's unit in the wrong number (AWS's documents disagree on
// that one). What goes into a template is therefore String's form. Seconds
// before the minutes, which AWS takes without keeping to them (fact B2), are
// refused.
//
// The error is an problem.List that holds everything that is wrong. A
// problem with one field of cron(…) has the field's name, as "day-of-month",
// for its path, any other has an empty path.
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
			ps[i].Fix = "write " + e.text // all but the wrapper is sound
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

// flaw is one problem, whose place and value the caller knows.
func flaw(rule, fix string) problem.Problem { return problem.Problem{Rule: rule, Fix: fix} }

// String is the expression as AWS writes it. Parse(e.String()) is e again, but
// for the time that StartingAt set.
func (e Expression) String() string { return e.text }

// Kind is the expression's form, "" for the zero value.
func (e Expression) Kind() Kind { return e.kind }

// Equal is ==, under the name that go-cmp looks for.
func (e Expression) Equal(other Expression) bool { return e == other }

const forms = "a schedule is at(yyyy-mm-ddThh:mm:ss), rate(number unit) or cron(" + cronOrder + ")"

// unwrap takes the wrapper off. Where it is missing, or wrong but recognizable,
// the body still comes back, so that what is wrong inside is told as well.
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

// guessKind says what an expression without a wrapper was meant to be, "" where
// that is anyone's guess.
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
