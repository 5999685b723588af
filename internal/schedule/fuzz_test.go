package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// FuzzParse: no text panics or hangs, what is refused says why and what to do,
// and what is taken reads back equal, satisfies itself and runs in order.
func FuzzParse(f *testing.F) {
	for _, s := range documented(f) {
		f.Add(s, int64(1_800_000_000))
	}
	for _, s := range []string{
		"cron(0 18 * * 1-5)", "CRON(60 24 ?,L-31 JANUARY 8#6 2030-2026)", "cron(0/90 */0 5/W 1,,2 SUN#1,2L 70)",
		"at(2027-02-30T18:00Z)", "rate(1.5 weeks)", "0 0 12 * * ? *", "every(5 minutes)",
		// What fuzzing has found to be wrong in ways of its own.
		"0s", "0DAY", "107000 day", "rAte(+0", "rAte(A", "rAte(1000)0", "Cron(0", "0 0 ? 0 ?", "0 0 0 /20 /8", "/ 0 /,/ 0 0",
		"0 0 0 0 0 /0", "0000-0", "At(0-0-0+0", "At(0-0-0 27:70", "At(0-0-0 0:0:70", "0000-0-0 0:0:0.0",
	} {
		f.Add(s, int64(0))
	}
	zones := []*time.Location{time.UTC, mustZone(f, "Australia/Lord_Howe"), mustZone(f, "America/St_Johns")}
	f.Fuzz(func(t *testing.T, s string, after int64) {
		e, err := schedule.Parse(s)
		if err != nil {
			for _, p := range problem.From(err) {
				if p.Rule == "" || p.Fix == "" || p.Got == "" {
					t.Errorf("Parse(%q): %#v says too little", s, p)
				}
			}
			return
		}
		if again, err := schedule.Parse(e.String()); err != nil || again != e {
			t.Fatalf("Parse(%q) prints %q, which reads as %q, %v", s, e, again, err)
		}
		for _, loc := range zones {
			last := time.Unix(after%5e9, 0)
			for _, run := range nextRuns(e.StartingAt(last), last, 3, loc) {
				if !run.After(last) || e.CheckRuns(loc) != nil {
					t.Fatalf("%s runs at %v after %v", e, run, last)
				}
				if last = run; strings.HasPrefix(e.String(), "cron(") && !newNaive(e.String()).matches(wall(run, loc)) {
					t.Fatalf("%s runs at %v", e, run)
				}
			}
		}
	})
}

// FuzzOverlaps: of any two expressions, the overlaps are the minutes that the
// runs of both have.
func FuzzOverlaps(f *testing.F) {
	f.Add("cron(0/15 * ? * SAT *)", "cron(0 18 29 5 ? *)", "Europe/London", "Europe/London", int64(1_811_577_600))
	f.Add("cron(30 1 * * ? *)", "rate(7 minutes)", "Europe/London", "Asia/Seoul", int64(1_792_886_400))
	f.Add("at(2027-04-04T01:45:30)", "cron(*/15 * * * ? 2027)", "Australia/Lord_Howe", "America/St_Johns", int64(1_806_000_000))
	f.Fuzz(func(t *testing.T, a, b, zoneA, zoneB string, start int64) {
		from := time.Unix(start%4e9, 0)
		to := from.AddDate(0, 0, 3)
		var both []schedule.Zoned
		runs := map[time.Time]int{}
		for _, z := range [][2]string{{a, zoneA}, {b, zoneB}} {
			e, err := schedule.Parse(z[0])
			if err != nil {
				return
			}
			loc, err := schedule.ParseZone(z[1])
			if err != nil {
				return
			}
			if z[1] == zoneA && len(both) > 0 {
				loc = both[0].Zone // so that calendars are united
			}
			e = e.StartingAt(from)
			both = append(both, schedule.Zoned{Expression: e, Zone: loc})
			for _, run := range e.Between(from.Truncate(time.Minute), to.Truncate(time.Minute), loc) {
				runs[run.UTC().Truncate(time.Minute)]++
			}
		}
		var last time.Time
		for at := range schedule.Overlaps(from, to, both...) {
			if runs[at.UTC()] != 2 || !at.After(last) {
				t.Fatalf("%s in %s and %s in %s do not both run at %v", a, zoneA, b, zoneB, at)
			}
			delete(runs, at.UTC())
			last = at
		}
		for at, n := range runs {
			if n == 2 {
				t.Fatalf("%s in %s and %s in %s both run at %v", a, zoneA, b, zoneB, at)
			}
		}
	})
}
