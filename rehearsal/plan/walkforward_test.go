package plan

import (
	"fmt"
	"path/filepath"
	"slices"
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

// figures are those of all matches that were walked.
type figures struct {
	seen                   map[string]bool
	n                      int
	worst, worst13         float64
	lost, lessThanTracking int
	mean, most, half       float64
	worstAt, at13          string
}

func (f figures) String() string {
	return fmt.Sprintf("worst %.4f %%, lost in %d/%d, cost %.3f / %.3f, half %.2f, at 1.3 %.4f %%, less %d  %s",
		100*f.worst, f.lost, f.n, f.mean/float64(f.n), f.most, f.half, 100*f.worst13, f.lessThanTracking, f.worstAt+f.at13)
}

// playAll rehearses plans of matches, told the peak.
func playAll(ws []walk, start time.Duration, plan func(Request) (planned, alone lint.Subject),
	change func(*rehearsal.Input)) figures {
	f := figures{worst: 1, worst13: 1}
	for _, w := range ws {
		r := Request{Input: odds(start), Evenings: w.from, Event: Event{Name: "final", KickOff: final, Peak: w.on.Trace.Peak()}}
		planned, alone := plan(r)
		on := w.on.Trace.ShiftTo(w.on.KickOff, final)
		for _, times := range []float64{0.5, 0.75, 1, 1.3} {
			run := func(s lint.Subject) rehearsal.Result {
				in := odds(start)
				in.Subject, in.Trace, in.NoLatency = s, on.RateScale(times), true
				if change != nil {
					change(&in)
				}
				res, err := rehearsal.Run(in)
				if err != nil {
					panic(err)
				}
				return res
			}
			p, a := run(planned), run(alone)
			if p.Requests.Failed >= halfRequest && p.Requests.Failed > a.Requests.Failed {
				f.lessThanTracking++
				f.worstAt += fmt.Sprintf("<%g %s %.0f>%.0f", times, w.on.KickOff.Format("0102T15"), p.Requests.Failed, a.Requests.Failed)
			}
			switch times {
			case 0.5:
				f.half = max(f.half, p.Cost.OverOracle)
			case 1.3:
				f.worst13 = min(f.worst13, p.Requests.Availability)
				if p.Requests.Availability < 0.9995 {
					f.at13 += fmt.Sprintf(" %s:%.0f>%.3f", w.on.KickOff.Format("0102T15"), w.on.Trace.Peak()/70, 100*p.Requests.Availability)
				}
			case 1:
				f.n++
				f.worst = min(f.worst, p.Requests.Availability)
				if p.Requests.Failed >= halfRequest {
					f.lost++
					f.worstAt += w.on.KickOff.Format(" 0102T15")
				}
				f.mean += p.Cost.OverOracle
				f.most = max(f.most, p.Cost.OverOracle)
			}
		}
	}
	return f
}

func made(r Request) (planned, alone lint.Subject) {
	p, err := Make(r)
	if err != nil {
		panic(err)
	}
	if p.NoFloor != "" {
		fmt.Println("no floor:", p.NoFloor, p.Setting)
	}
	if p.Setting.FloorShare != .9 || p.Setting.SafetyFactor != .7 {
		fmt.Println(p.Setting)
	}
	return p.Subject, p.Alone
}

func TestHarness(t *testing.T) {
	for _, g := range regimes {
		ws := walks(matches(), g.times)
		t.Logf("×%g: %v", g.times, playAll(ws, g.start, made, nil))
	}
}
