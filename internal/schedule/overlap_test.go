package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

func zoned(t testing.TB, text string) schedule.Zoned {
	t.Helper()
	s, zone, _ := strings.Cut(text, " in ")
	return schedule.Zoned{Expression: mustParse(t, s), Zone: mustZone(t, zone)}
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, to string
		all      []string
		want     []string
	}{
		"one zone": {"2027-05-01", "2027-06-01",
			[]string{"cron(0 18 ? * SAT *)", "cron(0 18 29 * ? *)"},
			[]string{"2027-05-29 18:00:00 +0000"}},
		"one in summer, another in winter": {"2027-03-27", "2027-03-30",
			[]string{"cron(0 18 * * ? *) in Europe/London", "cron(0 18 * * ? *)"},
			[]string{"2027-03-27 18:00:00 +0000"}},
		"the first one's zone": {"2027-06-12", "2027-06-14",
			[]string{"cron(0/30 9 ? 6 * 2027) in Asia/Seoul", "cron(30 * ? * SUN *)"},
			[]string{"2027-06-13 09:30:00 +0900"}},
		"an hour that comes twice runs once": {"2026-10-25", "2026-10-26",
			[]string{"cron(30 1 * * ? *) in Europe/London", "rate(30 minutes)"},
			[]string{"2026-10-25 01:30:00 +0100"}},
		"the second pass of an hour": {"2026-10-25", "2026-10-26",
			[]string{"cron(30 1 * * ? *) in Europe/London", "cron(30 1 * * ? *)"}, nil},
		"an hour that is skipped": {"2027-03-28", "2027-03-29",
			[]string{"cron(0,30 * * * ? *) in Europe/London", "cron(30 1 * * ? *) in Europe/London"}, nil},
		"within one minute": {"2027-05-29", "2027-05-30",
			[]string{"at(2027-05-29T18:00:45)", "at(2027-05-29T18:00:10)"},
			[]string{"2027-05-29 18:00:00 +0000"}},
		"a minute apart": {"2027-05-29", "2027-05-30",
			[]string{"at(2027-05-29T18:00:59)", "at(2027-05-29T18:01:00)"}, nil},
		"three": {"2027-01-01", "2028-01-01",
			[]string{"cron(0/5 18-22 ? * SAT 2027)", "cron(10 * 29 5 ? *)", "cron(10 21-23 * * ? *) in Europe/London"},
			[]string{"2027-05-29 20:10:00 +0000", "2027-05-29 21:10:00 +0000", "2027-05-29 22:10:00 +0000"}},
		"one alone": {"2027-05-29", "2027-05-30",
			[]string{"cron(0 6,18 * * ? *)"},
			[]string{"2027-05-29 06:00:00 +0000", "2027-05-29 18:00:00 +0000"}},
		"no day in common": {"1970-01-01", "2199-12-31", []string{"cron(0 18 29 2 ? *)", "cron(0 18 30 * ? *)"}, nil},
		"no hour in common": {"2026-01-01", "2199-12-31",
			[]string{"cron(5 0/2 * * ? *)", "cron(5 0/2 * * ? *) in Asia/Seoul"}, nil},
		"no minute in common": {"1970-01-01", "2199-12-31", []string{"cron(0 * * * ? *)", "cron(30 * * * ? *)"}, nil},
		"never":               {"1970-01-01", "2199-12-31", []string{"cron(* * * * ? *)", "cron(0 0 30 2 ? *) in Asia/Seoul"}, nil},
		"before the end": {"2027-05-28", "2027-05-29", []string{"cron(0 0 * * ? *)", "cron(0/5 * * * ? *)"},
			[]string{"2027-05-28 00:00:00 +0000"}},
		"nothing": {"2027-05-28", "2027-05-29", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, _ := time.Parse(time.DateOnly, test.from)
			to, _ := time.Parse(time.DateOnly, test.to)
			var all []schedule.Zoned
			for _, text := range test.all {
				z := zoned(t, text)
				z.Expression = z.StartingAt(from.Add(7 * time.Second))
				all = append(all, z)
			}
			overlaps := schedule.Overlaps(from, to, all...)
			for range 2 { // an iterator begins anew each time
				got := written(slices.Collect(overlaps))
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

// TestOverlapsOfARateUnknown: nobody knows when it runs.
func TestOverlapsOfARateUnknown(t *testing.T) {
	t.Parallel()
	from := time.Date(2027, 5, 29, 0, 0, 0, 0, time.UTC)
	for at := range schedule.Overlaps(from, from.AddDate(1, 0, 0), zoned(t, "rate(1 minute)"), zoned(t, "cron(* * * * ? *)")) {
		t.Fatal(at)
	}
}

// TestOverlapsAreThoseOfEveryMinute asks the second opinion about every minute
// of some days, mostly around a change of clocks.
func TestOverlapsAreThoseOfEveryMinute(t *testing.T) {
	t.Parallel()
	often := rapid.Custom(func(t *rapid.T) string {
		month, week := "?", "*"
		if rapid.Bool().Draw(t, "by day of the month") {
			month, week = rapid.OneOf(rapid.Just("*"), anyDayOfMonth).Draw(t, "day-of-month"), "?"
		}
		return strings.Join([]string{
			rapid.SampledFrom([]string{"*", "0/15", "*/10", "0,30", "15-45", "0/7"}).Draw(t, "minutes"),
			rapid.OneOf(rapid.Just("*"), listOf(numbersOf(0, 23, nil))).Draw(t, "hours"),
			month, "*", week, "*",
		}, " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		zones := map[string]*time.Location{}
		loc := func() *time.Location {
			name := anyZone.Draw(t, "zone")
			if zones[name] == nil {
				zones[name], _ = schedule.ParseZone(name)
			}
			return zones[name]
		}
		first := loc()
		from := time.Unix(rapid.Int64Range(1.2e9, 2e9).Draw(t, "from")/60*60, 0).In(first)
		if _, change := from.ZoneBounds(); !change.IsZero() && rapid.IntRange(0, 3).Draw(t, "anywhere") > 0 {
			from = change.Add(-time.Duration(rapid.IntRange(0, 1500).Draw(t, "minutes before the change")) * time.Minute)
		}
		from = from.Truncate(time.Minute)
		to := from.Add(50 * time.Hour)

		var all []schedule.Zoned
		runs := map[int64]int{} // of all, by instant
		for i := range rapid.IntRange(2, 4).Draw(t, "expressions") {
			zone := first
			if i > 0 && rapid.Bool().Draw(t, "in another zone") {
				zone = loc()
			}
			text := "cron(" + often.Draw(t, "fields") + ")"
			e, err := schedule.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, schedule.Zoned{Expression: e, Zone: zone})
			n := newNaive(text)
			everyMinute(from, to, zone, func(at, wall time.Time) {
				if n.matches(wall) {
					runs[at.Unix()]++
				}
			})
		}
		var expected []time.Time
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			if runs[at.Unix()] == len(all) {
				expected = append(expected, at)
			}
		}
		got := slices.Collect(schedule.Overlaps(from, to, all...))
		if !sameInstants(got, expected) {
			t.Fatalf("%v from %v:\ngot  %v\nwant %v", all, from, got, expected)
		}
	})
}
