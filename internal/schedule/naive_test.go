package schedule_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// naive is a second opinion on cron expressions, which shares nothing with the
// package: sets of numbers and the words of AWS's guide, asked minute by minute.
type naive struct {
	minutes, hours, months, years []bool
	day                           func(time.Time) bool
}

func newNaive(expression string) naive {
	f := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(expression, "cron("), ")"))
	n := naive{
		minutes: numbers(f[0], 0, 59, nil),
		hours:   numbers(f[1], 0, 23, nil),
		months:  numbers(f[3], 1, 12, strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")),
		years:   numbers(f[5], 1970, 2199, nil),
	}
	dayOf := dayOfMonthRule
	list := f[2]
	if list == "?" {
		dayOf, list = dayOfWeekRule, f[4]
	}
	var rules []func(time.Time) bool
	for _, item := range strings.Split(list, ",") {
		rules = append(rules, dayOf(item))
	}
	n.day = func(t time.Time) bool {
		return slices.ContainsFunc(rules, func(rule func(time.Time) bool) bool { return rule(t) })
	}
	return n
}

// matches is about what a wall clock shows, whatever its zone.
func (n naive) matches(wall time.Time) bool {
	return n.minutes[wall.Minute()] && n.hours[wall.Hour()] && n.months[int(wall.Month())] && n.years[wall.Year()] &&
		wall.Second() == 0 && wall.Nanosecond() == 0 &&
		n.day(time.Date(wall.Year(), wall.Month(), wall.Day(), 12, 0, 0, 0, time.UTC))
}

func numbers(list string, low, high int, names []string) []bool {
	number := func(s string) int {
		if i := slices.Index(names, s); i >= 0 {
			return low + i
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			panic(err)
		}
		return n
	}
	set := make([]bool, high+1)
	for _, item := range strings.Split(list, ",") {
		base, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			step = number(stepText)
		}
		from, to, ranged := strings.Cut(base, "-")
		first, last := low, high
		switch {
		case base == "*":
		case ranged:
			first, last = number(from), number(to)
		case stepped:
			first = number(from)
		default:
			first, last = number(from), number(from)
		}
		// Walk round the clock from first to last.
		for v, walked := first, 0; ; walked++ {
			if walked%step == 0 {
				set[v] = true
			}
			if v == last {
				break
			}
			if v++; v > high {
				v = low
			}
		}
	}
	return set
}

func weekday(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }

func dayOfMonthRule(item string) func(time.Time) bool {
	back, fromEnd := strings.CutPrefix(item, "L-")
	near, nearest := strings.CutSuffix(item, "W")
	switch {
	case item == "L":
		back = "0"
		fallthrough
	case fromEnd:
		n, _ := strconv.Atoi(back)
		return func(t time.Time) bool {
			return t.AddDate(0, 0, n).Month() == t.Month() && t.AddDate(0, 0, n+1).Month() != t.Month()
		}
	case item == "LW":
		return func(t time.Time) bool {
			for later := t.AddDate(0, 0, 1); later.Month() == t.Month(); later = later.AddDate(0, 0, 1) {
				if weekday(later) {
					return false
				}
			}
			return weekday(t)
		}
	case nearest:
		n, _ := strconv.Atoi(near)
		return func(t time.Time) bool {
			best, wanted := 0, false
			for day := 1; day <= 31; day++ {
				d := time.Date(t.Year(), t.Month(), day, 12, 0, 0, 0, time.UTC)
				if d.Month() != t.Month() {
					break
				}
				wanted = wanted || day == n
				if weekday(d) && (best == 0 || max(day-n, n-day) < max(best-n, n-best)) {
					best = day
				}
			}
			return wanted && t.Day() == best
		}
	}
	set := numbers(item, 1, 31, nil)
	return func(t time.Time) bool { return set[t.Day()] }
}

func dayOfWeekRule(item string) func(time.Time) bool {
	names := strings.Fields("SUN MON TUE WED THU FRI SAT")
	day, last := strings.CutSuffix(item, "L")
	name, nth, counted := strings.Cut(item, "#")
	switch {
	case item == "L":
		return func(t time.Time) bool { return t.Weekday() == time.Saturday }
	case last:
		set := numbers(day, 1, 7, names)
		return func(t time.Time) bool {
			return set[int(t.Weekday())+1] && t.AddDate(0, 0, 7).Month() != t.Month()
		}
	case counted:
		set := numbers(name, 1, 7, names)
		n, _ := strconv.Atoi(nth)
		return func(t time.Time) bool { return set[int(t.Weekday())+1] && (t.Day()+6)/7 == n }
	}
	set := numbers(item, 1, 7, names)
	return func(t time.Time) bool { return set[int(t.Weekday())+1] }
}

// wall is what clocks in loc show at t, as if it were UTC.
func wall(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// everyMinute calls f with each minute of [from, to) and what clocks in loc show
// then, but for minutes that they have shown before.
func everyMinute(from, to time.Time, loc *time.Location, f func(t, wall time.Time)) {
	var latest time.Time
	for t := from.Add(-26 * time.Hour); t.Before(to); t = t.Add(time.Minute) {
		shown := wall(t, loc)
		if !shown.After(latest) {
			continue
		}
		latest = shown
		if !t.Before(from) {
			f(t, shown)
		}
	}
}

// naiveRate is the minutes of [from, to) at which a rate runs that started at
// from: whenever so many have gone by.
func naiveRate(t testing.TB, expression string, from, to time.Time) []time.Time {
	t.Helper()
	var number, waited int
	var unit string
	if _, err := fmt.Sscanf(expression, "rate(%d %s", &number, &unit); err != nil {
		t.Fatal(err)
	}
	minutes := number * map[string]int{"minute": 1, "hour": 60, "day": 24 * 60}[strings.TrimRight(unit, "s)")]
	runs := []time.Time{from}
	for at := from.Add(time.Minute); at.Before(to); at = at.Add(time.Minute) {
		if waited++; waited == minutes {
			runs, waited = append(runs, at), 0
		}
	}
	return runs
}
