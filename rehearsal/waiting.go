package rehearsal

import "github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"

// saturation is the utilisation up to which waiting times are those of the steady
// state. Beyond it a queue grows for longer than the rate stays the same, and the
// fluid backlog is its length.
const saturation = 0.95

// knots is at how many utilisations a station's waiting time is computed; between
// two of them it is interpolated.
const knots = 128

// manyServers is a number of servers of which, up to saturation, one is always free.
const manyServers = 200_000

// waitTable is the waiting times of stations of one size, computed on demand.
type waitTable struct {
	knots []knot
	// perRate is the number of knots per request a second.
	perRate float64
}

type knot struct {
	known bool
	wait  capacity.Wait
	mean  float64 // over all requests, in seconds
	// late is the probability of a wait beyond the client timeout.
	late float64
	// served is the requests with this waiting time that no histogram has yet.
	served float64
}

// steadyState is the waiting times at one rate and capacity.
type steadyState struct {
	low, high *knot
	part      float64 // of high
	late      float64
	mean      float64
}

// waitModel has the steady-state waiting times of all stations of a rehearsal.
type waitModel struct {
	service Service
	tables  []waitTable // by the number of instances in a station
	touched []*knot
	// cache has knots of other rehearsals. Default: nil.
	cache *cache
}

// steadyState is the waiting times at a station of instances with rate requests a
// second, at most those at saturation.
func (w *waitModel) steadyState(instances int, rate float64) steadyState {
	t := w.table(instances)
	x := min(rate*t.perRate, knots)
	i := min(int(x), knots-1)
	low, high := &t.knots[i], &t.knots[i+1]
	if !low.known || !high.known {
		w.compute(t, instances, i)
		w.compute(t, instances, i+1)
	}
	part := x - float64(i)
	return steadyState{low, high, part, low.late + part*(high.late-low.late), low.mean + part*(high.mean-low.mean)}
}

func (w *waitModel) table(instances int) *waitTable {
	for len(w.tables) <= instances {
		w.tables = append(w.tables, waitTable{})
	}
	t := &w.tables[instances]
	if t.knots == nil {
		t.knots = make([]knot, knots+1)
		t.perRate = knots / saturation / (float64(instances) * w.service.RequestsPerSecond)
	}
	return t
}

// compute computes a knot once.
func (w *waitModel) compute(t *waitTable, instances, i int) {
	k := &t.knots[i]
	if k.known {
		return
	}
	computed := func() knot {
		k := knot{known: true, wait: w.steadyWait(instances, float64(i)/t.perRate)}
		k.mean = k.wait.MeanOfAll()
		if k.late = k.wait.Beyond(w.service.ClientTimeout.Seconds()); k.late < negligible {
			k.late = 0
		}
		return k
	}
	if w.cache == nil {
		*k = computed()
	} else {
		*k = w.cache.knot(knotKey{instances, i}, computed)
	}
}

// steadyWait is the waiting time at a station of instances. Its servers take
// Concurrency ÷ RequestsPerSecond per request, so that the station completes the
// measured rate.
func (w *waitModel) steadyWait(instances int, rate float64) capacity.Wait {
	s := w.service
	if instances*s.Concurrency > manyServers {
		return capacity.Wait{}
	}
	return capacity.SteadyWait(instances*s.Concurrency, rate, float64(s.Concurrency)/s.RequestsPerSecond, s.Variation)
}

// count counts served requests with the waiting times of s.
func (w *waitModel) count(s *steadyState, requests float64) {
	if requests <= 0 {
		return
	}
	w.add(s.low, requests*(1-s.part))
	w.add(s.high, requests*s.part)
}

func (w *waitModel) add(k *knot, requests float64) {
	if k.served == 0 && requests > 0 {
		w.touched = append(w.touched, k)
	}
	k.served += requests
}

// flush moves the counted requests into histograms.
func (w *waitModel) flush(into ...*histogram) {
	for _, k := range w.touched {
		for _, h := range into {
			h.addWait(k.wait, k.served)
		}
		k.served = 0
	}
	w.touched = w.touched[:0]
}
