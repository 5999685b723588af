package rehearsal

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// The bins of a histogram: the first is zero, the others begin at a tenth of a
// millisecond and grow by 5 % each.
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

// middle is the middle of a bin in seconds.
func middle(bin int) float64 {
	if bin == 0 {
		return 0
	}
	return edges[bin] * (1 + binRatio) / 2
}

// histogram counts requests by their waiting time or latency. The counts are
// fractions, since requests are spread by probability; HdrHistogram counts whole
// requests, and its bins would change every published figure.
type histogram struct {
	counts [bins]float64
	total  float64
}

func (h *histogram) reset() { *h = histogram{} }

func (h *histogram) add(seconds, requests float64) {
	h.counts[binOf(seconds)] += requests
	h.total += requests
}

// negligible is a share of requests that is left out.
const negligible = 1e-9

// addWait spreads requests over the bins by the distribution of their waiting time.
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

// latencies is the distribution of waiting time plus service time, which are
// independent for queues that serve first come, first served.
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

// latencyBins is the bin of each bin's middle plus each service time. It saves the
// logarithms of latencies that are computed every minute.
func latencyBins(service []float64) []uint16 {
	out := make([]uint16, 0, bins*len(service))
	for bin := range bins {
		for _, s := range service {
			out = append(out, uint16(binOf(middle(bin)+s)))
		}
	}
	return out
}

// latenciesBy is latencies by precomputed latencyBins.
func (h *histogram) latenciesBy(binsOf []uint16) histogram {
	var out histogram
	per := len(binsOf) / bins
	share := 1 / float64(per)
	for bin, n := range h.counts {
		if n == 0 {
			continue
		}
		for _, sum := range binsOf[bin*per : (bin+1)*per] {
			out.counts[sum] += n * share
		}
		out.total += n
	}
	return out
}

// quantile is the time that a share q of the requests does not exceed.
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

// beyond is the number of requests that took longer than d.
func (h *histogram) beyond(d time.Duration) float64 {
	bin, sum := binOf(d.Seconds()), 0.0
	for _, n := range h.counts[bin+1:] {
		sum += n
	}
	return sum
}

// serviceTimes is the log-normal distribution of the service time as equally
// likely values in seconds, in ascending order.
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
		out[i] *= mean * values / sum // the mean stays, though the tail is cut off
	}
	return out
}
