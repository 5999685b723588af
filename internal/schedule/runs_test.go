package schedule_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func mustParse(t testing.TB, s string) schedule.Expression {
	t.Helper()
	e, err := schedule.Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return e
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := schedule.ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// documented is the expressions of testdata, in the order of the file.
func documented(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var expressions []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			expressions = append(expressions, line)
		}
	}
	return expressions
}

// TestEveryMinute compares every documented expression, in zones with each kind
// of daylight saving, with asking every minute.
func TestEveryMinute(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	if testing.Short() {
		from = to.AddDate(0, -6, 0)
	}
	for _, zone := range []string{"UTC", "America/New_York", "Europe/London", "Asia/Seoul", "Australia/Lord_Howe"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc := mustZone(t, zone)
			type check struct {
				text     string
				matches  func(wall time.Time) bool
				expected []time.Time
			}
			var checks []*check
			var byClock [24 * 60][]*check // for speed
			for _, s := range documented(t) {
				if strings.HasPrefix(s, "rate") && zone != "UTC" {
					continue // a rate knows no zone, and has millions of runs
				}
				c := &check{text: s}
				checks = append(checks, c)
				switch {
				case strings.HasPrefix(s, "cron"):
					n := newNaive(s)
					c.matches = n.matches
					for i := range byClock {
						if n.hours[i/60] && n.minutes[i%60] {
							byClock[i] = append(byClock[i], c)
						}
					}
				case strings.HasPrefix(s, "at"):
					once, err := time.Parse("at(2006-01-02T15:04:05)", s)
					if err != nil {
						t.Fatal(err)
					}
					c.matches = once.Equal
					i := once.Hour()*60 + once.Minute()
					byClock[i] = append(byClock[i], c)
				default:
					c.expected = naiveRate(t, s, from, to)
				}
			}
			everyMinute(from, to, loc, func(at, wall time.Time) {
				for _, c := range byClock[wall.Hour()*60+wall.Minute()] {
					if c.matches(wall) {
						c.expected = append(c.expected, at)
					}
				}
			})
			for _, c := range checks {
				got := mustParse(t, c.text).StartingAt(from).Between(from, to, loc)
				if !sameInstants(got, c.expected) {
					t.Errorf("%s: %s", c.text, cmp.Diff(c.expected, got))
				}
			}
		})
	}
}

// TestEveryFormIsDocumented: the expressions that TestEveryMinute evaluates cover
// the grammar, and each stands below its source.
func TestEveryFormIsDocumented(t *testing.T) {
	t.Parallel()
	expressions := documented(t)
	if len(expressions) < 60 {
		t.Errorf("there are %d expressions", len(expressions))
	}
	const number, day, month = `[0-9]+`, `(SUN|MON|TUE|WED|THU|FRI|SAT)`, `(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)`
	// The fields of cron(…) that have each form.
	for form, in := range map[string]struct {
		fields  string
		pattern string
	}{
		"any":                 {"minutes hours day-of-month month day-of-week year", `\*`},
		"no matter":           {"day-of-month day-of-week", `\?`},
		"a number":            {"minutes hours day-of-month month day-of-week year", number},
		"a range":             {"minutes hours day-of-month month day-of-week year", number + `-` + number},
		"a list":              {"minutes hours day-of-month day-of-week year", number + `(,` + number + `)+`},
		"a step of all":       {"minutes hours day-of-month month", `\*/` + number},
		"a step from a value": {"minutes day-of-month day-of-week year", number + `/` + number},
		"a step in a range":   {"minutes hours day-of-month year", number + `-` + number + `/` + number},
		"a month's name":      {"month", month},
		"names of months":     {"month", month + `(,` + month + `)+`},
		"a range of months":   {"month", month + `-` + month},
		"a step of months":    {"month", month + `-` + month + `/` + number},
		"a day's name":        {"day-of-week", day},
		"names of days":       {"day-of-week", day + `(,` + day + `)+`},
		"a range of days":     {"day-of-week", day + `-` + day},
		"the last day":        {"day-of-month day-of-week", `L`},
		"before the last day": {"day-of-month", `L-` + number},
		"the nearest weekday": {"day-of-month", number + `W`},
		"the last weekday":    {"day-of-month", `LW`},
		"the last such day":   {"day-of-week", number + `L`},
		"the last, by name":   {"day-of-week", day + `L`},
		"the nth day":         {"day-of-week", number + `#[1-5]`},
		"the nth, by name":    {"day-of-week", day + `#[1-5]`},
		"of several forms":    {"day-of-month day-of-week", `[^,]*[A-Z][^,]*,.*[0-9].*|[^,]*[0-9][^,]*,.*[A-Z].*`},
	} {
		for _, field := range strings.Fields(in.fields) {
			at := slices.Index(strings.Fields("minutes hours day-of-month month day-of-week year"), field)
			pattern := regexp.MustCompile(`^(` + in.pattern + `)$`)
			if !slices.ContainsFunc(expressions, func(s string) bool {
				s, cron := strings.CutPrefix(strings.TrimSuffix(s, ")"), "cron(")
				return cron && pattern.MatchString(strings.Fields(s)[at])
			}) {
				t.Errorf("no expression has %s in %s", form, field)
			}
		}
	}
	others := []string{`at\(.*\)`, `rate\(1 minute\)`, `rate\(\d+ minutes\)`, `rate\(1 hour\)`, `rate\(\d+ hours\)`, `rate\(1 day\)`, `rate\(\d+ days\)`}
	for weekday := 1; weekday <= 7; weekday++ {
		others = append(others, fmt.Sprintf(`cron\(.* (\S+,)?%d([-,/#L]\S*)? \S+\)`, weekday))
	}
	for _, form := range others {
		pattern := regexp.MustCompile(`^` + form + `$`)
		if !slices.ContainsFunc(expressions, pattern.MatchString) {
			t.Errorf("no expression is like %s", form)
		}
	}

	text, err := os.ReadFile("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	source := false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "## "):
			source = true
		case line == "\n":
			source = false
		case line[0] != '#' && !source:
			t.Errorf("%q has no source", line)
		}
	}
}

func sameInstants(a, b []time.Time) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

const layout = "2006-01-02 15:04:05 -0700"

func written(runs []time.Time) []string {
	texts := make([]string, len(runs))
	for i, run := range runs {
		texts[i] = run.Format(layout)
	}
	return texts
}

// TestNextN has the offset in each run, so that it shows which of two equal
// local times is meant.
func TestNextN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, expression, zone, after string
		want                          []string
	}{
		{"weekdays", "cron(0 18 ? * MON-FRI *)", "UTC", "2027-06-03 18:00:00 +0000",
			[]string{"2027-06-04 18:00:00 +0000", "2027-06-07 18:00:00 +0000", "2027-06-08 18:00:00 +0000"}},
		{"local time follows daylight saving", "cron(0 18 ? * SAT *)", "Europe/London", "2027-03-20 12:00:00 +0000",
			[]string{"2027-03-20 18:00:00 +0000", "2027-03-27 18:00:00 +0000", "2027-04-03 18:00:00 +0100"}},
		{"last of AWS's weekday minutes is 17:55", "cron(0/5 8-17 ? * MON-FRI *)", "UTC", "2027-06-04 17:50:00 +0000",
			[]string{"2027-06-04 17:55:00 +0000", "2027-06-07 08:00:00 +0000", "2027-06-07 08:05:00 +0000"}},
		{"night hours are those of the day named", "cron(0 22-1 ? * FRI *)", "UTC", "2027-06-03 23:30:00 +0000",
			[]string{"2027-06-04 00:00:00 +0000", "2027-06-04 01:00:00 +0000", "2027-06-04 22:00:00 +0000"}},
		{"skipped in spring", "cron(30 2 * * ? *)", "America/New_York", "2027-03-13 00:00:00 -0500",
			[]string{"2027-03-13 02:30:00 -0500", "2027-03-15 02:30:00 -0400", "2027-03-16 02:30:00 -0400"}},
		{"the end of the gap exists", "cron(0 3 * * ? *)", "America/New_York", "2027-03-13 12:00:00 -0500",
			[]string{"2027-03-14 03:00:00 -0400", "2027-03-15 03:00:00 -0400", "2027-03-16 03:00:00 -0400"}},
		{"once in autumn, the first time", "cron(30 1 * * ? *)", "America/New_York", "2027-11-06 12:00:00 -0400",
			[]string{"2027-11-07 01:30:00 -0400", "2027-11-08 01:30:00 -0500", "2027-11-09 01:30:00 -0500"}},
		{"the repeated hour has no runs", "cron(0/30 * * * ? *)", "America/New_York", "2027-11-07 00:30:00 -0400",
			[]string{"2027-11-07 01:00:00 -0400", "2027-11-07 01:30:00 -0400", "2027-11-07 02:00:00 -0500"}},
		{"asked within the repeated hour", "cron(0/30 * * * ? *)", "America/New_York", "2027-11-07 01:10:00 -0500",
			[]string{"2027-11-07 02:00:00 -0500", "2027-11-07 02:30:00 -0500", "2027-11-07 03:00:00 -0500"}},
		{"half an hour is skipped", "cron(15 2 * * ? *)", "Australia/Lord_Howe", "2027-10-02 12:00:00 +1030",
			[]string{"2027-10-04 02:15:00 +1100", "2027-10-05 02:15:00 +1100", "2027-10-06 02:15:00 +1100"}},
		{"the other half hour is not", "cron(30 * * * ? *)", "Australia/Lord_Howe", "2027-10-03 00:30:00 +1030",
			[]string{"2027-10-03 01:30:00 +1030", "2027-10-03 02:30:00 +1100", "2027-10-03 03:30:00 +1100"}},
		{"half an hour is repeated", "cron(30 * * * ? *)", "Australia/Lord_Howe", "2027-04-04 00:30:00 +1100",
			[]string{"2027-04-04 01:30:00 +1100", "2027-04-04 02:30:00 +1030", "2027-04-04 03:30:00 +1030"}},
		{"half past one is shown twice", "cron(0/15 1-2 4 4 ? 2027)", "Australia/Lord_Howe", "2027-04-04 01:15:00 +1100",
			[]string{"2027-04-04 01:30:00 +1100", "2027-04-04 01:45:00 +1100", "2027-04-04 02:00:00 +1030"}},
		{"no daylight saving", "cron(0 3 * * ? *)", "Asia/Seoul", "2027-03-13 12:00:00 +0900",
			[]string{"2027-03-14 03:00:00 +0900", "2027-03-15 03:00:00 +0900", "2027-03-16 03:00:00 +0900"}},
		{"midnight that does not exist", "cron(0 0 ? * SUN *)", "America/Havana", "2027-03-07 12:00:00 -0500",
			[]string{"2027-03-21 00:00:00 -0400", "2027-03-28 00:00:00 -0400", "2027-04-04 00:00:00 -0400"}},
		{"the day that begins at one o'clock", "cron(30 1 ? * SUN *)", "America/Havana", "2027-03-07 12:00:00 -0500",
			[]string{"2027-03-14 01:30:00 -0400", "2027-03-21 01:30:00 -0400", "2027-03-28 01:30:00 -0400"}},
		{"midnight shown twice, then the evening before", "cron(0,30 0,23 ? * SAT,SUN 2010)", "America/St_Johns", "2010-11-06 23:00:00 -0230",
			[]string{"2010-11-06 23:30:00 -0230", "2010-11-07 00:00:00 -0230", "2010-11-07 00:30:00 -0330"}},
		{"a whole day is skipped", "cron(0 12 * * ? *)", "Pacific/Apia", "2011-12-28 13:00:00 -1000",
			[]string{"2011-12-29 12:00:00 -1000", "2011-12-31 12:00:00 +1400", "2012-01-01 12:00:00 +1400"}},
		{"31W has no day in short months", "cron(0 0 31W * ? 2027)", "UTC", "2027-02-01 00:00:00 +0000",
			[]string{"2027-03-31 00:00:00 +0000", "2027-05-31 00:00:00 +0000", "2027-07-30 00:00:00 +0000"}},
		{"30W has none in February", "cron(0 0 30W 2,4 ? *)", "UTC", "2027-01-01 00:00:00 +0000",
			[]string{"2027-04-30 00:00:00 +0000", "2028-04-28 00:00:00 +0000", "2029-04-30 00:00:00 +0000"}},
		{"30-31 in February", "cron(0 0 30-31 2-3 ? *)", "UTC", "2027-01-01 00:00:00 +0000",
			[]string{"2027-03-30 00:00:00 +0000", "2027-03-31 00:00:00 +0000", "2028-03-30 00:00:00 +0000"}},
		{"leap days", "cron(0 0 29 2 ? *)", "UTC", "2097-01-01 00:00:00 +0000",
			[]string{"2104-02-29 00:00:00 +0000", "2108-02-29 00:00:00 +0000", "2112-02-29 00:00:00 +0000"}},
		{"years end", "cron(0 0 1 1 ? 2026-2027)", "UTC", "2026-06-01 00:00:00 +0000",
			[]string{"2027-01-01 00:00:00 +0000"}},
		{"before all years", "cron(0 0 1 1 ? *)", "UTC", "0001-01-01 00:00:00 +0000",
			[]string{"1970-01-01 00:00:00 +0000", "1971-01-01 00:00:00 +0000", "1972-01-01 00:00:00 +0000"}},
		{"after all years", "cron(0 0 1 1 ? *)", "UTC", "2199-01-01 00:00:00 +0000", []string{}},
		{"once", "at(2027-06-01T18:00:30)", "Asia/Seoul", "2027-06-01 00:00:00 +0000", []string{"2027-06-01 18:00:30 +0900"}},
		{"once, not after itself", "at(2027-06-01T18:00:30)", "UTC", "2027-06-01 18:00:30 +0000", []string{}},
		{"once, in the repeated hour", "at(2027-11-07T01:30:00)", "America/New_York", "2027-01-01 00:00:00 +0000", []string{"2027-11-07 01:30:00 -0400"}},
		{"once, in the gap", "at(2027-03-14T02:30:00)", "America/New_York", "2027-01-01 00:00:00 +0000", []string{}},
		{"a rate without its start", "rate(1 day)", "UTC", "2027-01-01 00:00:00 +0000", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, loc := mustParse(t, c.expression), mustZone(t, c.zone)
			after, err := time.Parse(layout, c.after)
			if err != nil {
				t.Fatal(err)
			}
			got := nextRuns(e, after, 3, loc)
			if diff := cmp.Diff(c.want, written(got)); diff != "" {
				t.Fatal(diff)
			}
			next, ok := e.Next(after, loc)
			if ok != (len(got) > 0) || ok && !next.Equal(got[0]) {
				t.Errorf("Next is %v, %t", next, ok)
			}
		})
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	newYork := mustZone(t, "America/New_York")
	start := time.Date(2027, 3, 13, 18, 0, 0, 5, newYork)
	e := mustParse(t, "rate(1 day)").StartingAt(start)

	// A day is 24 hours, so the wall clock moves.
	want := []string{"2027-03-13 18:00:00 -0500", "2027-03-14 19:00:00 -0400", "2027-03-15 19:00:00 -0400"}
	if diff := cmp.Diff(want, written(nextRuns(e, start.AddDate(-1, 0, 0), 3, newYork))); diff != "" {
		t.Error("from before the start: ", diff)
	}
	if diff := cmp.Diff(want[1:], written(nextRuns(e, start, 2, newYork))); diff != "" {
		t.Error("from the start: ", diff)
	}
	if got := e.Between(start, start.AddDate(0, 0, 2), newYork); len(got) != 2 || !got[0].Equal(start) {
		t.Errorf("Between from the start: %v", got)
	}

	far := time.Date(2700, 1, 1, 0, 0, 0, 0, time.UTC) // more than a Duration away
	if next, ok := e.Next(far, nil); !ok || next.Sub(far) > 24*time.Hour {
		t.Errorf("Next after %v is %v", far, next)
	}

	if again := mustParse(t, "rate(1 day)").StartingAt(start.In(time.UTC)); again != e {
		t.Error("the same start in another zone is not equal")
	}
	if cron := mustParse(t, "cron(0 0 1 * ? *)"); cron.StartingAt(start) != cron {
		t.Error("a start changes cron(…)")
	}
}

func TestBetweenIsHalfOpen(t *testing.T) {
	t.Parallel()
	e := mustParse(t, "cron(0/10 * * * ? *)")
	from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		from, to time.Duration
		want     int
	}{{0, 0, 0}, {0, 1, 1}, {1, 10 * time.Minute, 0}, {0, 10 * time.Minute, 1}, {0, 10*time.Minute + 1, 2}, {time.Hour, 0, 0}} {
		if got := e.Between(from.Add(c.from), from.Add(c.to), nil); len(got) != c.want {
			t.Errorf("[%s, %s): %v", c.from, c.to, got)
		}
	}
}

func TestZeroExpression(t *testing.T) {
	t.Parallel()
	var e schedule.Expression
	if _, ok := e.Next(time.Time{}, nil); ok || e.String() != "" || e.CheckRuns(nil) == nil {
		t.Error("the zero value is an expression")
	}
}

func TestCheckRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expression, zone, want string }{
		{"cron(0 0 30 2 ? *)", "UTC", `Schedule: got "cron(0 0 30 2 ? *)": it never runs, no date from 1970 to 2199 has day-of-month 30, month 2, day-of-week ? and year *; check the day against the month, L is the last day of any month`},
		{"cron(0 0 29 2 ? 2027)", "UTC", `Schedule: got "cron(0 0 29 2 ? 2027)": it never runs, no date from 1970 to 2199 has day-of-month 29, month 2, day-of-week ? and year 2027; check the day against the month, L is the last day of any month`},
		{"cron(0 0 ? 2 SUN#5 2027)", "UTC", `Schedule: got "cron(0 0 ? 2 SUN#5 2027)": it never runs, no date from 1970 to 2199 has day-of-month ?, month 2, day-of-week SUN#5 and year 2027; check the day against the month, L is the last day of any month`},
		{"cron(30 2 14 3 ? 2027)", "America/New_York", `Schedule: got "cron(30 2 14 3 ? 2027)": it never runs, clocks in America/New_York skip every time that it names; move it by an hour`},
		{"at(2027-03-14T02:30:00)", "America/New_York", `Schedule: got "at(2027-03-14T02:30:00)": it never runs, clocks in America/New_York skip this time and go on with 2027-03-14T03:00:00; write at(2027-03-14T03:00:00)`},
		{"at(2027-03-14T02:00:00)", "America/New_York", `Schedule: got "at(2027-03-14T02:00:00)": it never runs, clocks in America/New_York skip this time and go on with 2027-03-14T03:00:00; write at(2027-03-14T03:00:00)`},
		{"at(2027-03-28T01:59:59)", "Europe/London", `Schedule: got "at(2027-03-28T01:59:59)": it never runs, clocks in Europe/London skip this time and go on with 2027-03-28T02:00:00; write at(2027-03-28T02:00:00)`},
		{"at(2027-10-03T02:00:00)", "Australia/Lord_Howe", `Schedule: got "at(2027-10-03T02:00:00)": it never runs, clocks in Australia/Lord_Howe skip this time and go on with 2027-10-03T02:30:00; write at(2027-10-03T02:30:00)`},
		{"at(2011-12-30T12:00:00)", "Pacific/Apia", `Schedule: got "at(2011-12-30T12:00:00)": it never runs, clocks in Pacific/Apia skip this time and go on with 2011-12-31T00:00:00; write at(2011-12-31T00:00:00)`},
		{"cron(0 0 29 2 ? 2028)", "UTC", ""},
		{"cron(0 0 1 1 ? 1970)", "Asia/Seoul", ""}, // in the past, but it ran
		{"cron(59 23 31 12 ? 2199)", "America/New_York", ""},
		{"cron(30 2 14 3 ? 2027)", "Europe/London", ""},
		{"at(2027-03-14T02:30:00)", "UTC", ""},
		{"rate(5 minutes)", "UTC", ""},
	} {
		e, loc := mustParse(t, c.expression), mustZone(t, c.zone)
		err := e.CheckRuns(loc)
		if got := problem.From(err).In("Schedule").Error(); got != c.want {
			t.Errorf("%s in %s: %s", c.expression, c.zone, cmp.Diff(c.want, got))
		}
	}
}

// nextRuns returns the first n runs later than after, fewer where there are no more.
func nextRuns(e schedule.Expression, after time.Time, n int, loc *time.Location) (runs []time.Time) {
	for run, ok := e.Next(after, loc); ok && len(runs) < n; run, ok = e.Next(run, loc) {
		runs = append(runs, run)
	}
	return runs
}
