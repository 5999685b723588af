package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// atShape matches more than AWS accepts, so that each deviation is reported by
// itself.
var atShape = regexp.MustCompile(`^(\d{1,4})-(\d{1,2})-(\d{1,2})` +
	`(?:(T|t| +)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?)?` +
	` *(Z|z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?$`)

func parseAt(body string) (Expression, problem.List) {
	m := atShape.FindStringSubmatch(body)
	if m == nil {
		return Expression{}, problem.List{flaw("at takes one local date and time, as yyyy-mm-ddThh:mm:ss",
			"write for instance at(2027-06-01T18:00:00)")}
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // at most 4 digits, "" is 0
		return n
	}
	c := civil{number(1), time.Month(number(2)), number(3), number(5), number(6), number(7)}
	if ps := append(c.problems(), atFormProblems(m)...); len(ps) > 0 {
		return Expression{}, ps
	}
	return Expression{kind: At, at: c, text: "at(" + c.String() + ")"}, nil
}

// problems returns the numbers that no calendar or clock shows.
func (c civil) problems() problem.List {
	var ps problem.List
	if c.year < firstYear {
		ps = append(ps, flaw(fmt.Sprintf("the year has four digits and is %d or later", firstYear),
			"write for instance 2027"))
	}
	if c.month < time.January || c.month > time.December {
		ps = append(ps, flaw("the month must be 01-12", "the order is year-month-day"))
	} else if last := daysIn(c.year, c.month); c.day < 1 || c.day > last {
		ps = append(ps, flaw(fmt.Sprintf("%s %d has the days 01-%d", c.month, c.year, last),
			fmt.Sprintf("write %d for its last day", last)))
	}
	if c.hour > 23 {
		ps = append(ps, flaw("the hour must be 00-23", "write 00:00:00 of the following day for midnight"))
	}
	if c.minute > 59 {
		ps = append(ps, flaw("the minute must be 00-59", "write 00 in the next hour"))
	}
	if c.second > 59 {
		ps = append(ps, flaw("the second must be 00-59", "write 00 in the next minute"))
	}
	return ps
}

// atFormProblems returns how m, a match of atShape, deviates from
// yyyy-mm-ddThh:mm:ss.
func atFormProblems(m []string) problem.List {
	var ps problem.List
	separator, hour, minute, second, fraction, zone := m[4], m[5], m[6], m[7], m[8], m[9]
	switch {
	case hour == "":
		ps = append(ps, flaw("the time of day is missing, AWS wants yyyy-mm-ddThh:mm:ss", "add it, such as T18:00:00"))
	case second == "":
		ps = append(ps, flaw("the seconds are missing, AWS wants yyyy-mm-ddThh:mm:ss", "write "+hour+":"+minute+":00"))
	}
	if separator != "" && separator != "T" {
		ps = append(ps, flaw("date and time are joined by a capital T", "write T between them"))
	}
	if slices.ContainsFunc([]string{m[2], m[3], hour, minute, second}, func(s string) bool { return len(s) == 1 }) {
		ps = append(ps, flaw("month, day, hour, minute and second have two digits each", "write 0 before a single digit"))
	}
	if fraction != "" {
		ps = append(ps, flaw("fractions of a second are not allowed", "remove "+fraction))
	}
	switch {
	case strings.ContainsAny(zone, "+-"):
		ps = append(ps, flaw("the time is local to the action's time zone, an offset is not allowed",
			"remove "+zone+" and name the time zone beside the schedule"))
	case zone != "":
		ps = append(ps, flaw("the time is local to the action's time zone, "+zone+" is not allowed",
			"remove "+zone+" and set the time zone beside the schedule to UTC"))
	}
	return ps
}
