package rehearsal

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// saturation is the utilisation up to which the steady state is believed.
// Beyond it a queue grows for longer than traffic stays the same, and the fluid
// backlog says how long it is.
const saturation = 0.95

// knots is how many utilisations a station's wait is computed at; between two
// of them a request is taken to be partly of one and partly of the other.
const knots = 128

// manyServers is so many that up to saturation practically never all are busy.
const manyServers = 200_000

// waitTable is the waits of stations of one size, computed where they are used.
type waitTable struct {
	knots []knot
	// perRate is knots for each request a second.
	perRate float64
}

type knot struct {
	known bool
	wait  capacity.Wait
	mean  float64 // over all requests, in seconds
	// late is the probability of waiting longer than a client does.
	late float64
	// served is how many requests have had this wait and are not yet counted.
	served float64
}

// steady is what is known of the waits at one rate and capacity.
type steadyState struct {
	low, high *knot
	part      float64 // of high
	late      float64
	mean      float64
}

// waits knows all stations of a rehearsal.
type waitModel struct {
	service Service
	tables  []waitTable // by the number of instances in a station
	touched []*knot
	// shared are knots of other rehearsals. Default: nil, there are none.
	cache *cache
}

// at is the wait at a rate of requests a second at a station of so many
// instances; beyond saturation it is that at saturation.
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

// know computes a knot.
func (w *waitModel) compute(t *waitTable, instances, i int) {
	k := &t.knots[i]
	if k.known {
		return
	}
	compute := func() knot {
		k := knot{known: true, wait: w.steadyWait(instances, float64(i)/t.perRate)}
		k.mean = k.wait.MeanOfAll()
		if k.late = k.wait.Beyond(w.service.ClientTimeout.Seconds()); k.late < negligible {
			k.late = 0
		}
		return k
	}
	if w.cache == nil {
		*k = compute()
	} else {
		*k = w.cache.knot(knotKey{instances, i}, compute)
	}
}

// steadyWait is the wait at a station of so many instances. Its servers take
// Concurrency ÷ RequestsPerSecond a request, so that the station completes what
// it was measured to complete.
func (w *waitModel) steadyWait(instances int, rate float64) capacity.Wait {
	s := w.service
	if instances*s.Concurrency > manyServers {
		return capacity.Wait{}
	}
	return capacity.SteadyWait(instances*s.Concurrency, rate, float64(s.Concurrency)/s.RequestsPerSecond, s.Variation)
}

// count takes requests that have been served after such a wait.
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

// flush puts what has been counted into histograms.
func (w *waitModel) flush(into ...*histogram) {
	for _, k := range w.touched {
		for _, h := range into {
			h.addWait(k.wait, k.served)
		}
		k.served = 0
	}
	w.touched = w.touched[:0]
}

// The bins of a histogram of waits: the first is no wait at all, the others are
// wider by 5 % each and begin at a tenth of a millisecond.
const (
	bins     = 360
	firstBin = 1e-4
	binRatio = 1.05
)

var edges = func() [bins]float64 {
	var out [bins]float64
	for i := 1; i < bins; i++ {
		out[i] = firstBin * math.Pow(binRatio, float64(i-1))
	}
	return out
}()

// binOf is the bin of a time in seconds.
func binOf(seconds float64) int {
	if seconds < firstBin {
		return 0
	}
	return min(1+int(math.Log(seconds/firstBin)/math.Log(binRatio)), bins-1)
}

// middle is the time that a bin stands for, in seconds.
func middle(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return edges[bin] * (1 + binRatio) / 2
}

// histogram is how many requests have waited how long.
type histogram struct {
	counts [bins]float64
	total  float64
}

func (h *histogram) reset() { *h = histogram{} }

func (h *histogram) add(seconds, requests float64) {
	h.counts[binOf(seconds)] += requests
	h.total += requests
}

// negligible is a share of requests that is not worth a bin.
const negligible = 1e-9

// addWait spreads requests over the bins as their waits are distributed.
func (h *histogram) addWait(w capacity.Wait, requests float64) {
	h.total += requests
	if w.Probability < negligible {
		h.counts[0] += requests
		return
	}
	beyond := w.Beyond(edges[1])
	h.counts[0] += requests * (1 - beyond)
	for i := 1; i < bins && beyond > negligible; i++ {
		next := 0.0
		if i+1 < bins {
			next = w.Beyond(edges[i+1])
		}
		h.counts[i] += requests * (beyond - next)
		beyond = next
	}
}

// latencies is the distribution of wait and service time together: the two are
// independent where requests are served in the order in which they came.
func (h *histogram) latencies(service []float64) histogram {
	var out histogram
	share := 1 / float64(len(service))
	for bin, n := range h.counts {
		if n == 0 {
			continue
		}
		for _, s := range service {
			out.add(middle(bin)+s, n*share)
		}
	}
	return out
}

// sums says in which bin the middle of each bin and each service time add up, for
// who asks for latencies every minute: logarithms take their time.
func latencyBins(service []float64) []uint16 {
	out := make([]uint16, 0, bins*len(service))
	for bin := range bins {
		for _, s := range service {
			out = append(out, uint16(binOf(middle(bin)+s)))
		}
	}
	return out
}

// latenciesBy is latencies, by the sums of the service times.
func (h *histogram) latenciesBy(sums []uint16) histogram {
	var out histogram
	per := len(sums) / bins
	share := 1 / float64(per)
	for bin, n := range h.counts {
		if n == 0 {
			continue
		}
		for _, sum := range sums[bin*per : (bin+1)*per] {
			out.counts[sum] += n * share
		}
		out.total += n
	}
	return out
}

// quantile is the time that a share q does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	if h.total == 0 {
		return 0
	}
	sum := 0.0
	for bin, n := range h.counts {
		if sum+n >= q*h.total && n > 0 {
			low, high := edges[bin], firstBin
			if bin > 0 {
				high = low * binRatio
			}
			return time.Duration((low + (high-low)*(q*h.total-sum)/n) * float64(time.Second))
		}
		sum += n
	}
	return time.Duration(edges[bins-1] * float64(time.Second))
}

// beyond is how many requests took longer.
func (h *histogram) beyond(d time.Duration) float64 {
	bin, sum := binOf(d.Seconds()), 0.0
	for _, n := range h.counts[bin+1:] {
		sum += n
	}
	return sum
}

// serviceTimes is the service time as equally likely values in seconds, from
// the shortest: a log-normal distribution of its mean and variation.
func serviceTimes(s Service) []float64 {
	const values = 200
	mean := s.ServiceTime.Seconds()
	if s.Variation == 0 {
		return []float64{mean}
	}
	sigma := math.Sqrt(math.Log(1 + s.Variation*s.Variation))
	out := make([]float64, values)
	sum := 0.0
	for i := range out {
		p := (float64(i) + 0.5) / values
		out[i] = mean * math.Exp(sigma*math.Sqrt2*math.Erfinv(2*p-1)-sigma*sigma/2)
		sum += out[i]
	}
	for i := range out {
		out[i] *= mean * values / sum // the tail that is cut off is made up for
	}
	return out
}
