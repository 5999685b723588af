package schedule_test

import (
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
	"github.com/sagemaker-autoscaling-inference/cdk/schedule"
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
	} {
		f.Add(s, int64(0))
	}
	zones := []*time.Location{time.UTC, mustZone(f, "Australia/Lord_Howe"), mustZone(f, "America/St_Johns")}
	f.Fuzz(func(t *testing.T, s string, after int64) {
		e, err := schedule.Parse(s)
		if err != nil {
			for _, p := range invalid.From(err) {
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
			for _, run := range e.StartingAt(last).NextN(last, 3, loc) {
				if !run.After(last) || e.CheckRuns(loc) != nil {
					t.Fatalf("%s runs at %v after %v", e, run, last)
				}
				if last = run; e.Kind() == schedule.Cron && !newNaive(e.String()).matches(wall(run, loc)) {
					t.Fatalf("%s runs at %v", e, run)
				}
			}
		}
	})
}
