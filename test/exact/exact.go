// Package exact is a discrete-event simulation of single requests, each with its own
// arrival and service time. Tests compare the rehearsal's flow of requests with it.
// The instances in service are given.
package exact

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Window is the input of a simulation.
type Window struct {
	// Rates are the request rates of each second.
	Rates []float64
	// Instances are the instances in service in each second. A removed instance
	// finishes the requests that it has begun.
	Instances []int
	// Concurrency is how many requests an instance serves at a time; ServiceTime and
	// Variation are the mean and coefficient of variation of the service time.
	Concurrency int
	ServiceTime time.Duration
	Variation   float64
	// ClientTimeout is how long a request waits until its client gives up.
	ClientTimeout time.Duration
	// QueueLimit is how many may wait for each instance. Default: 0, any number.
	QueueLimit int
	// Seed is the seed of the pseudo-random numbers.
	Seed uint64
}

// Result is the outcome of a simulation.
type Result struct {
	Arrived, Failed int
	// P50 and P99 are the latency of served requests.
	P50, P99 time.Duration
	// Covered is the second after the last one in which more than FailureThreshold
	// of the requests failed.
	Covered int
}

// FailureThreshold is the share of failed requests above which a second has too few
// instances, rather than bad luck.
const FailureThreshold = 0.01

// serverHeap is when servers become free, as a min-heap.
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

// station is servers with one queue, first come, first served.
type station struct {
	servers serverHeap
	queue   []float64 // arrival times
}

// simulation is the state of a simulation.
type simulation struct {
	Window
	random    *rand.Rand
	sigma     float64
	latencies []float64
	failed    []int // by the second of arrival
	result    Result
}

// SharedQueue simulates one queue for all instances.
func SharedQueue(w Window) Result { return simulate(w, false) }

// QueuePerInstance simulates a queue at every instance, with random routing.
func QueuePerInstance(w Window) Result { return simulate(w, true) }

func simulate(w Window, spread bool) Result {
	s := simulation{Window: w, random: rand.New(rand.NewPCG(w.Seed, 0xe4ac7)),
		sigma:  math.Sqrt(math.Log(1 + w.Variation*w.Variation)),
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
			if limit := w.QueueLimit * servers / w.Concurrency; w.QueueLimit > 0 && len(st.queue) >= limit &&
				st.servers[0] > at {
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

// serve advances a station to now: each free server takes the first request in the
// queue whose client has not given up.
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

// arrivals are the arrival times within a second: a Poisson process.
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

// resize changes the number of servers. New ones are free at once, and the busiest
// go first.
func resize(servers *serverHeap, count int, now float64) {
	for len(*servers) < count {
		heap.Push(servers, now)
	}
	if len(*servers) > count {
		slices.Sort(*servers)
		*servers = (*servers)[:count]
	}
}
