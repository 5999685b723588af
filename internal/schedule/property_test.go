package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

var (
	anyZone = rapid.SampledFrom([]string{
		"UTC", "America/New_York", "Europe/London", "Asia/Seoul", "Australia/Lord_Howe", "Asia/Kathmandu",
		"America/Havana", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll",
	})

	anyCron = rapid.Custom(func(t *rapid.T) string {
		month, week := anyDayOfMonth.Draw(t, "day-of-month"), "?"
		if rapid.Bool().Draw(t, "by weekday") {
			month, week = "?", anyDayOfWeek.Draw(t, "day-of-week")
		}
		return strings.Join([]string{
			listOf(numbersOf(0, 59, nil)).Draw(t, "minutes"), listOf(numbersOf(0, 23, nil)).Draw(t, "hours"),
			month, listOf(numbersOf(1, 12, monthNames)).Draw(t, "month"), week,
			rapid.OneOf(rapid.Just("*"), rapid.Just("2020-2035/3"), listOf(yearsOf)).Draw(t, "year"),
		}, " ")
	})

	anyDayOfMonth = listOf(rapid.OneOf(
		numbersOf(1, 31, nil), numbersOf(1, 31, nil), rapid.SampledFrom([]string{"L", "LW"}),
		rapid.Map(rapid.IntRange(1, 30), func(n int) string { return fmt.Sprintf("L-%d", n) }),
		rapid.Map(rapid.IntRange(1, 31), func(n int) string { return fmt.Sprintf("%dW", n) }),
	))

	anyDayOfWeek = rapid.OneOf(
		listOf(rapid.OneOf(numbersOf(1, 7, dayNames), rapid.Just("L"),
			rapid.Map(valueOf(1, 7, dayNames), func(s string) string { return s + "L" }))),
		rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("%s#%d", valueOf(1, 7, dayNames).Draw(t, "day"), rapid.IntRange(1, 5).Draw(t, "nth"))
		}),
	)

	yearsOf = rapid.Map(rapid.IntRange(2024, 2032), func(n int) string { return fmt.Sprint(n) })

	monthNames = strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")
	dayNames   = strings.Fields("SUN MON TUE WED THU FRI SAT")
)

func listOf(entries *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(entries, 1, 3).Draw(t, "list"), ",")
	})
}

func valueOf(low, high int, names []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(low, high).Draw(t, "value")
		if names != nil && rapid.Bool().Draw(t, "named") {
			return names[n-low]
		}
		return fmt.Sprint(n)
	})
}

// numbersOf is a value, a range either way round or *, with or without a step.
func numbersOf(low, high int, names []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		value := valueOf(low, high, names)
		entry := "*"
		switch rapid.IntRange(0, 4).Draw(t, "form") {
		case 0, 1:
			entry = value.Draw(t, "from")
		case 2, 3:
			entry = value.Draw(t, "from") + "-" + value.Draw(t, "to")
		}
		if rapid.IntRange(0, 2).Draw(t, "stepped") == 0 {
			entry += fmt.Sprintf("/%d", rapid.IntRange(1, high).Draw(t, "step"))
		}
		return entry
	})
}

// TestRunsSatisfyTheExpression: whatever is asked for and when, every run is one
// that the second opinion agrees with, at the first instant at which clocks show
// it, and runs ascend.
func TestRunsSatisfyTheExpression(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := "cron(" + anyCron.Draw(t, "fields") + ")"
		e, err := schedule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if e.String() != text {
			t.Fatalf("%s becomes %s", text, e)
		}
		loc, _ := schedule.ParseZone(anyZone.Draw(t, "zone"))
		after := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "after"), 0)
		n := newNaive(text)
		last := after
		for _, run := range nextRuns(e, after, 20, loc) {
			if !run.After(last) || run.Location() != loc {
				t.Fatalf("%v does not follow %v", run, last)
			}
			last = run
			shown := wall(run, loc)
			if !n.matches(shown) {
				t.Fatalf("%v does not satisfy %s", run, text)
			}
			for earlier := run.Add(-3 * time.Hour); earlier.Before(run); earlier = earlier.Add(time.Minute) {
				if wall(earlier, loc).Equal(shown) {
					t.Fatalf("clocks show %v at %v already", run, earlier)
				}
			}
		}
	})
}

// TestNoRunIsMissing looks at every minute of a few days around any instant,
// mostly changes of the clock.
func TestNoRunIsMissing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := "cron(" + anyCron.Draw(t, "fields") + ")"
		e, err := schedule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		loc, _ := schedule.ParseZone(anyZone.Draw(t, "zone"))
		from := time.Unix(rapid.Int64Range(1.2e9, 2e9).Draw(t, "from")/60*60, 0).In(loc)
		if _, change := from.ZoneBounds(); !change.IsZero() && rapid.IntRange(0, 3).Draw(t, "anywhere") > 0 {
			from = change.Add(-time.Duration(rapid.IntRange(0, 1500).Draw(t, "minutes before the change")) * time.Minute)
		}
		from = from.Truncate(time.Minute)
		to := from.Add(50 * time.Hour)
		n := newNaive(text)
		var expected []time.Time
		everyMinute(from, to, loc, func(at, wall time.Time) {
			if n.matches(wall) {
				expected = append(expected, at)
			}
		})
		if got := e.Between(from, to, loc); !sameInstants(got, expected) {
			t.Fatalf("%s in %s from %v:\ngot  %v\nwant %v", text, loc, from, got, expected)
		}
	})
}
