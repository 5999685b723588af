// Package exact simulates requests one by one, each with its own arrival and
// service time: what a rehearsal's flow of requests is checked against. It
// knows nothing of scaling: the instances in service are given.
package exact

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Window is a time to simulate.
type Window struct {
	// Rates are the requests a second of each second.
	Rates []float64
	// Instances are those in service in each second. What an instance that
	// goes has begun, it finishes.
	Instances []int
	// Concurrency is how many requests an instance works on at a time, and
	// ServiceTime and Variation are of how long it takes for each.
	Concurrency int
	ServiceTime time.Duration
	Variation   float64
	// Patience is how long a request waits before its client gives up.
	ClientTimeout time.Duration
	// QueueLimit is how many may wait for each instance. Default: 0, any number.
	QueueLimit int
	// Seed begins the pseudo-random numbers.
	Seed uint64
}

// Result is what became of the requests.
type Result struct {
	Arrived, Failed int
	// P50 and P99 are of those served, waiting and service together.
	P50, P99 time.Duration
	// Covered is the first second after which none had a Noticeable share of
	// failed requests.
	Covered int
}

// Noticeable is the share of a second's requests that fail where instances are
// too few, and not just unlucky.
const FailureThreshold = 0.01

// busy is when servers become free, the first of them on top.
type serverHeap []float64

func (b serverHeap) Len() int           { return len(b) }
func (b serverHeap) Less(i, j int) bool { return b[i] < b[j] }
func (b serverHeap) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *serverHeap) Push(x any)        { *b = append(*b, x.(float64)) }
func (b *serverHeap) Pop() any {
	last := len(*b) - 1
	x := (*b)[last]
	*b = (*b)[:last]
	return x
}

// station is servers and those that wait for one of them, first come first served.
type station struct {
	servers serverHeap
	queue   []float64 // when each of those that wait has come
}

// simulation is one window under way.
type simulation struct {
	Window
	random    *rand.Rand
	sigma     float64
	latencies []float64
	failed    []int // by the second in which they came
	result    Result
}

// Pooled simulates one queue before all instances: whichever server is free
// first takes the request that has waited longest.
func SharedQueue(w Window) Result { return simulate(w, false) }

// Spread simulates a queue at every instance, which a request is sent to at random.
func QueuePerInstance(w Window) Result { return simulate(w, true) }

func simulate(w Window, spread bool) Result {
	s := simulation{Window: w, random: rand.New(rand.NewPCG(w.Seed, 0xe4ac7)), sigma: math.Sqrt(math.Log(1 + w.Variation*w.Variation)),
		failed: make([]int, len(w.Rates))}
	var stations []*station
	end := float64(len(w.Rates)) + w.ClientTimeout.Seconds() + 1
	for second, rate := range w.Rates {
		count, servers := 1, w.Instances[second]*w.Concurrency
		if spread {
			count, servers = w.Instances[second], w.Concurrency
		}
		for len(stations) < count {
			stations = append(stations, &station{})
		}
		for _, gone := range stations[count:] {
			s.serve(gone, end)
		}
		stations = stations[:count]
		for _, st := range stations {
			s.serve(st, float64(second))
			resize(&st.servers, servers, float64(second))
		}
		for _, at := range arrivals(s.random, second, rate) {
			s.result.Arrived++
			if count == 0 || servers == 0 {
				s.fail(at)
				continue
			}
			st := stations[0]
			if spread {
				st = stations[s.random.IntN(count)]
			}
			s.serve(st, at)
			if limit := w.QueueLimit * servers / w.Concurrency; w.QueueLimit > 0 && len(st.queue) >= limit && st.servers[0] > at {
				s.fail(at)
				continue
			}
			st.queue = append(st.queue, at)
			s.serve(st, at)
		}
	}
	for _, st := range stations {
		s.serve(st, end)
	}
	return s.finish()
}

// serve lets a station work until now: each server that becomes free takes the
// first in the queue whose client has not given up.
func (s *simulation) serve(st *station, now float64) {
	done := 0
	for done < len(st.queue) {
		came := st.queue[done]
		begin := math.Inf(1)
		if len(st.servers) > 0 {
			begin = max(came, st.servers[0])
		}
		gaveUp := came + s.ClientTimeout.Seconds()
		if begin > gaveUp {
			if gaveUp > now {
				break
			}
			s.fail(came)
			done++
			continue
		}
		if begin > now {
			break
		}
		end := begin + s.ServiceTime.Seconds()*math.Exp(s.sigma*s.random.NormFloat64()-s.sigma*s.sigma/2)
		st.servers[0] = end
		heap.Fix(&st.servers, 0)
		s.latencies = append(s.latencies, end-came)
		done++
	}
	st.queue = st.queue[:copy(st.queue, st.queue[done:])]
}

func (s *simulation) fail(came float64) {
	s.result.Failed++
	s.failed[int(came)]++
}

func (s *simulation) finish() Result {
	for second, failed := range s.failed {
		if float64(failed) > FailureThreshold*s.Rates[second] {
			s.result.Covered = second + 1
		}
	}
	slices.Sort(s.latencies)
	quantile := func(q float64) time.Duration {
		if len(s.latencies) == 0 {
			return 0
		}
		return time.Duration(s.latencies[int(q*float64(len(s.latencies)-1))] * float64(time.Second))
	}
	s.result.P50, s.result.P99 = quantile(0.5), quantile(0.99)
	return s.result
}

// arrivals is when requests come within a second, in order: as those of many
// independent users.
func arrivals(random *rand.Rand, second int, rate float64) []float64 {
	var out []float64
	if rate <= 0 {
		return nil
	}
	for at := random.ExpFloat64() / rate; at < 1; at += random.ExpFloat64() / rate {
		out = append(out, float64(second)+at)
	}
	return out
}

// resize gives the queue as many servers; new ones are free at once, and those
// go first that have the most to do.
func resize(servers *serverHeap, count int, now float64) {
	for len(*servers) < count {
		heap.Push(servers, now)
	}
	if len(*servers) > count {
		slices.Sort(*servers)
		*servers = (*servers)[:count]
	}
}
