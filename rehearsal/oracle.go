package rehearsal

import "sort"

// oracle is the lower bound that costs are compared with: at every instant the
// fewest instances that meet the objective, each launched one start time before it
// is needed and billed from its launch.
type oracle struct {
	model        waitModel
	pooled       bool
	objective    Objective
	serviceTimes []float64
	cache        *cache

	perHost int // copies of an inference component on an instance

	// Launched instances are the maximum need of a sliding window of one start
	// time, kept as a queue of decreasing needs.
	window   int64
	queue    []need
	head     int
	billedTo int64
	billed   float64 // in instance seconds
	most     int     // what static peak has at every instant
}

// need is the instances needed until before a second.
type need struct {
	until     int64
	instances int
}

func newOracle(in Input, start int64) oracle {
	return oracle{
		model: waitModel{service: in.Service}, pooled: in.Service.Routing == LeastOutstanding,
		objective: in.Objective, serviceTimes: serviceTimes(in.Service), cache: newCache(), billedTo: start,
		perHost: max(1, in.Service.CopiesPerInstance),
		window:  int64(in.Service.Start.Median.Seconds() + in.Service.InstanceStart.Median.Seconds()),
	}
}

// maxInstances is beyond every account's quota.
const maxInstances = 100_000

// needed is the fewest instances that serve a rate within the objective.
func (o *oracle) needed(rate float64) int {
	full := o.model.service.RequestsPerSecond * o.objective.Utilization
	if o.objective.Latency == 0 || rate > maxInstances*full {
		return ceilTo(rate / full)
	}
	rate *= 1 - 1e-12 // rounding errors are no requests
	s := o.cache
	s.Lock()
	defer s.Unlock()
	for s.rates[len(s.rates)-1] < rate {
		s.rates = append(s.rates, o.highestRate(len(s.rates)))
	}
	return sort.SearchFloat64s(s.rates, rate)
}

// highestRate is the highest rate at which n instances meet the objective.
func (o *oracle) highestRate(n int) float64 {
	full := float64(n) * o.model.service.RequestsPerSecond * o.objective.Utilization
	low, high := 0.0, full
	for range 40 {
		if rate := (low + high) / 2; o.meetsObjective(n, rate) {
			low = rate
		} else {
			high = rate
		}
	}
	return low
}

func (o *oracle) meetsObjective(n int, rate float64) bool {
	stations := n
	if o.pooled {
		stations = 1
	}
	wait := o.model.steadyWait(n/stations, rate/float64(stations))
	late := 0.0
	for _, s := range o.serviceTimes {
		if over := o.objective.Latency.Seconds() - s; over < 0 {
			late++
		} else {
			late += wait.Beyond(over)
		}
	}
	return late/float64(len(o.serviceTimes)) <= 1-o.objective.Share
}

// add adds the instances or copies needed from one second to before another, and bills the
// seconds one start time before: the instances launched then are the most that are
// needed within a start time.
func (o *oracle) add(from, to int64, instances int) {
	instances = (instances + o.perHost - 1) / o.perHost
	for len(o.queue) > o.head && o.queue[len(o.queue)-1].instances <= instances {
		o.queue = o.queue[:len(o.queue)-1]
	}
	if o.head > 0 && len(o.queue) == cap(o.queue) {
		o.queue = o.queue[:copy(o.queue, o.queue[o.head:])]
		o.head = 0
	}
	o.queue = append(o.queue, need{until: to, instances: instances})
	o.most = max(o.most, instances)
	o.billUntil(to - o.window)
}

// billUntil bills the seconds before to.
func (o *oracle) billUntil(to int64) {
	for o.billedTo < to {
		for o.queue[o.head].until <= o.billedTo {
			o.head++
		}
		first := o.queue[o.head]
		until := min(first.until, to)
		o.billed += float64(first.instances) * float64(until-o.billedTo)
		o.billedTo = until
	}
}
