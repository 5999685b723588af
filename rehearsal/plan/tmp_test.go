package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

func byRule(r Request, share float64, start time.Duration) (planned, alone lint.Subject) {
	ru := rule{start: start}
	return ru.direct(r)
}

func (ru rule) direct(r Request) (planned, alone lint.Subject) {
	var cs []curve
	for _, e := range r.Evenings {
		cs = append(cs, newCurve(e))
	}
	return direct(r, ru.floors(cs, r.Event.KickOff), ruleShare)
}

func direct(r Request, s slots, share float64) (planned, alone lint.Subject) {
	subject := r.Input.Subject
	alone = subject
	least := subject.Target.MinCapacity
	var instants []events.Instant
	for i, x := range s.shares {
		n := max(least, int(math.Ceil(x*share*r.Event.Peak/70-1e-6)))
		instants = append(instants, events.Instant{At: r.Event.KickOff.Add(s.at(i)), Capacity: n, Events: []string{"f"}})
	}
	for i, a := range events.Actions(instants, "floor") {
		c := a.Capacity
		subject.Target.ScheduledActions = append(subject.Target.ScheduledActions, autoscaling.ScheduledAction{
			Name: fmt.Sprint(i), Schedule: a.Schedule, Timezone: a.Timezone, MinCapacity: &c})
	}
	return subject, alone
}

func scaledTo(e Evening, instances float64) Evening {
	e.Trace = e.Trace.RateScale(instances * 70 / e.Trace.Peak())
	return e
}

// loo are all matches, planned from random others, of random sizes.
func loo(all []Evening, times float64, n int) []walk {
	random := rand.New(rand.NewPCG(7, 7))
	var out []walk
	for i := range all {
		for range n {
			w := walk{on: faster(all[i], times)}
			for _, k := range random.Perm(len(all)) {
				if k != i && len(w.from) < 5+random.IntN(4) {
					w.from = append(w.from, faster(all[k], times))
				}
			}
			w.on = scaledTo(w.on, 8*math.Pow(60./8, random.Float64()))
			out = append(out, w)
		}
	}
	return out
}

func TestTry(t *testing.T) {
	if os.Getenv("TRY") == "" {
		t.Skip()
	}
	sets := func(g regime) map[string][]walk {
		m := map[string][]walk{"a walk": walks(matches(), g.times)}
		for _, n := range []float64{8, 20, 40, 60} {
			ws := walks(matches(), g.times)
			for i := range ws {
				ws[i].on = scaledTo(ws[i].on, n)
			}
			m["a"] = append(m["a"], ws...)
		}
		m["b loo"] = loo(matches(), g.times, 6)
		for site := range uint64(12) {
			w := walk{on: madeUp(site, 9, g.times)}
			for k := range uint64(6) {
				w.from = append(w.from, madeUp(site, k, g.times))
			}
			m["c made"] = append(m["c made"], w)
		}
		return m
	}
	for _, g := range regimes {
		m := sets(g)
		for _, k := range []string{"a walk", "a", "b loo", "c made"} {
			ru := rule{start: g.start}
			t.Logf("×%g %-8s %v", g.times, k, playAll(m[k], g.start, map[bool]func(Request)(lint.Subject, lint.Subject){true: made, false: ru.direct}[os.Getenv("TRY")=="made"], nil))
		}
	}
	_ = slices.Max[[]int]
}
