package plan

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// matches are the matches of the 1998 World Cup that are here, by kick-off: two hours
// before it to three hours after.
var matches = sync.OnceValue(func() []Evening {
	files, err := filepath.Glob("../testdata/wc98_matches/*.csv")
	if err != nil || len(files) == 0 {
		panic(fmt.Sprint(files, err))
	}
	var out []Evening
	for _, f := range files {
		t, _, err := trace.ReadFile(f, trace.Options{})
		if err != nil {
			panic(err)
		}
		at, err := time.Parse("wc98_2006-01-02_kickoff_1504Z.csv", filepath.Base(f))
		if err != nil {
			panic(err)
		}
		out = append(out, Evening{t, at})
	}
	for _, day := range []int{7, 8} {
		t, err := wc98()
		if err != nil {
			panic(err)
		}
		at := time.Date(1998, time.July, day, 19, 0, 0, 0, time.UTC)
		out = append(out, Evening{t.Between(at.Add(-learnedBefore), at.Add(learnedAfter)), at})
	}
	slices.SortFunc(out, func(a, b Evening) int { return a.KickOff.Compare(b.KickOff) })
	return out
})

func faster(e Evening, times float64) Evening {
	until := e.KickOff.Sub(e.Trace.Start)
	return Evening{e.Trace.TimeScale(times), e.Trace.Start.Add(time.Duration(float64(until) / times))}
}

// walk is one match, planned from earlier ones.
type walk struct {
	from []Evening
	on   Evening
}

// walks are the matches with at least 5 earlier ones, of which the latest 8 count.
func walks(all []Evening, times float64) []walk {
	var out []walk
	for i := 5; i < len(all); i++ {
		w := walk{on: faster(all[i], times)}
		for _, e := range all[max(0, i-8):i] {
			w.from = append(w.from, faster(e, times))
		}
		out = append(out, w)
	}
	return out
}

// regime is a pace of the matches and a start time.
type regime struct {
	times float64
	start time.Duration
}

var regimes = []regime{{1, 5 * time.Minute}, {2, 10 * time.Minute}}

// figures are those of a match, planned from earlier ones, with the told peak.
type figures struct {
	name                                 string
	learned                              int
	availability, alone, at13            float64
	lost, overOracle, aloneCost, halfThe float64
	less                                 []string // where it is less available than tracking alone
}

// walkForward plans each match, and rehearses it under each of rehearsal.Readings().
func walkForward(t *testing.T, g regime) [][]figures {
	t.Helper()
	out := make([][]figures, len(rehearsal.Readings()))
	for _, w := range walks(matches(), g.times) {
		p := planOf(t, Request{Input: odds(g.start), Evenings: w.from,
			Event: Event{Name: "final", KickOff: final, Peak: w.on.Trace.Peak()}})
		for i, reading := range rehearsal.Readings() {
			f := rehearsed(t, g, p, w.on.Trace.ShiftTo(w.on.KickOff, final), reading)
			f.name, f.learned = w.on.name(), len(w.from)
			out[i] = append(out[i], f)
		}
	}
	return out
}

// rehearsed are the figures of a plan on a match under a reading.
func rehearsed(t *testing.T, g regime, p Plan, on trace.Trace, reading rehearsal.Reading) figures {
	t.Helper()
	var f figures
	for _, times := range []float64{0.5, 0.75, 1, 1.3} {
		planned := run(t, g.start, p.Subject, on.RateScale(times), reading)
		alone := run(t, g.start, p.Alone, on.RateScale(times), reading)
		if planned.Requests.Failed >= alone.Requests.Failed+halfRequest {
			f.less = append(f.less, fmt.Sprintf("%g times the demand", times))
		}
		switch times {
		case 0.5:
			f.halfThe = planned.Cost.OverOracle
		case 1:
			f.availability, f.lost = planned.Requests.Availability, planned.Requests.Failed
			f.overOracle, f.alone, f.aloneCost = planned.Cost.OverOracle, alone.Requests.Availability, alone.Cost.OverOracle
		case 1.3:
			f.at13 = planned.Requests.Availability
		}
	}
	return f
}

func run(t *testing.T, start time.Duration, s lint.Subject, on trace.Trace, r rehearsal.Reading) rehearsal.Result {
	t.Helper()
	in := odds(start)
	in.Subject, in.Trace, in.Reading, in.NoLatency = s, on, r, true
	out, err := rehearsal.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var update = flag.Bool("update", false, "write the table of docs/plan.md")

// limits are what docs/plan.md promises of a regime.
type limits struct{ availability, lost, mean, most, half, at13 float64 }

// Each match is planned from up to 8 earlier ones, as docs/plan.md has it, and keeps
// what the page promises of others, however AWS is read.
func TestWalkForward(t *testing.T) {
	for i, promised := range []limits{
		{0.9999, 1.0 / 8, 1.12, 1.25, 1.8, 0.9995},
		{0.999, 1.0 / 10, 1.25, 1.6, 3, 0.999},
	} {
		g := regimes[i]
		for i, all := range walkForward(t, g) {
			mean := held(t, fmt.Sprintf("×%g if %s", g.times, rehearsal.Readings()[i]), promised, all)
			if i > 0 {
				continue
			}
			table := "| match | learned from | answered % | cost ÷ oracle | at half the demand | answered % at 1.3 times | " +
				"tracking alone % | cost ÷ oracle |\n|---|---|---|---|---|---|---|---|\n"
			for _, f := range all {
				table += fmt.Sprintf("| %s | %d | %.4f | %.2f | %.2f | %.4f | %.4f | %.2f |\n", f.name, f.learned,
					floorPercent(f.availability), f.overOracle, f.halfThe, floorPercent(f.at13), floorPercent(f.alone), f.aloneCost)
			}
			table += fmt.Sprintf("| mean | | | %.3f | | | | |\n", mean)
			onPage(t, fmt.Sprintf("walk forward ×%g", g.times), table)
		}
	}
}

// held holds the figures of all matches to limits, and returns their mean cost.
func held(t *testing.T, name string, promised limits, all []figures) (mean float64) {
	t.Helper()
	lost := 0.0
	for _, f := range all {
		if f.lost >= halfRequest {
			lost++
		}
		mean += f.overOracle / float64(len(all))
		if f.availability < promised.availability || f.overOracle > promised.most || f.halfThe > promised.half ||
			f.at13 < promised.at13 {
			t.Errorf("%s: %+v", name, f)
		}
		if len(f.less) > 0 {
			t.Errorf("%s, %s: less available than tracking alone with %s", name, f.name, f.less)
		}
	}
	if lost > promised.lost*float64(len(all)) || mean > promised.mean {
		t.Errorf("%s: %g of %d matches lose requests, and the mean cost is %.3f", name, lost, len(all), mean)
	}
	return mean
}

// A plan keeps the environment's minimum, which is what a small match costs, as
// docs/plan.md says.
func TestMinimumOfASmallMatch(t *testing.T) {
	t.Parallel()
	all := matches()
	i := slices.IndexFunc(all, func(e Evening) bool { return e.name() == "21 Jun 1998 12:30" })
	small, others := all[i].Trace.ShiftTo(all[i].KickOff, final), slices.Delete(slices.Clone(all), i, i+1)
	cost := map[int]float64{}
	for _, least := range []int{4, 2} {
		in := odds(5 * time.Minute)
		in.Subject.Target.MinCapacity = least
		p := planOf(t, Request{Input: in, Evenings: latest(others, 8),
			Event: Event{Name: "final", KickOff: final, Peak: small.Peak()}})
		r := run(t, 5*time.Minute, p.Subject, small, rehearsal.DefaultReading())
		if cost[least] = r.Cost.OverOracle; p.Setting.MinCapacity != least || r.Requests.Failed >= halfRequest {
			t.Errorf("minimum %d: %+v loses %g", least, p.Setting, r.Requests.Failed)
		}
	}
	page, err := os.ReadFile("../../docs/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	if says := fmt.Sprintf("has a peak of %.0f requests/s, for six instances, and costs %.2f times the oracle's with a "+
		"minimum of 4 and %.2f with one of 2", small.Peak(), cost[4], cost[2]); !strings.Contains(string(page), says) {
		t.Errorf("docs/plan.md does not say %q", says)
	}
}

// floorPercent is a share in percent, never rounded up to 100.
func floorPercent(share float64) float64 { return math.Floor(share*1e6+1e-6) / 1e4 }

// onPage holds a part of docs/plan.md, between comments with its name, to a text, or
// with -update writes it.
func onPage(t *testing.T, name, text string) {
	t.Helper()
	const page = "../../docs/plan.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n\n", "\n<!-- end -->"
	before, rest, ok := strings.Cut(string(data), begin)
	now, after, ended := strings.Cut(rest, end)
	switch {
	case !ok || !ended:
		t.Fatalf("%s has no part %q", page, name)
	case now != text && *update:
		if err := os.WriteFile(page, []byte(before+begin+text+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case now != text:
		t.Errorf("%s: make walk-forward renews %s\n%s", page, name, text)
	}
}
