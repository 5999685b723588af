package rehearsal

import (
	"math"
	"math/rand/v2"
	"slices"
)

// fleet is the instances, or the copies of an inference component, and their bill.
type fleet struct {
	service  Service
	timing   Timing
	faults   Faults
	random   *rand.Rand
	variant  bool // a copy is an instance
	serving  int
	starting []int64 // when each starting instance will serve, in order
	// hosts is the number of billed instances, billed their instance seconds so far.
	hosts  int
	billed float64
	// delayedLaunches are the launch times of hosts for which AWS had no capacity.
	delayedLaunches []int64
}

// nextStart is when the next instance begins to serve.
func (f *fleet) nextStart() int64 {
	if len(f.starting) == 0 {
		return never
	}
	return f.starting[0]
}

// startServing puts started instances into service.
func (f *fleet) startServing(now int64) (started int) {
	for started < len(f.starting) && f.starting[started] <= now {
		started++
	}
	f.starting = f.starting[:copy(f.starting, f.starting[started:])]
	f.serving += started
	return started
}

// launch starts count instances, and returns how many of them AWS fulfils and when
// the last of them serves. An instance is billed from its launch, which waits
// until AWS has capacity (fact G5).
func (f *fleet) launch(now int64, count int) (fulfilled int, ready int64) {
	if f.faults.Fulfilled > 0 {
		count = int(math.Ceil(float64(count) * f.faults.Fulfilled))
	}
	count = max(0, min(count, f.mostCopies()-f.serving-len(f.starting)))
	wait := int64(0)
	if until, none := windowAt(f.faults.NoCapacity, now); none {
		wait = until - now
	}
	slower := slowdown(f.faults.SlowStart, count)
	capacity, ready := f.serving+len(f.starting), now
	for i := range count {
		start, delay := f.service.Start.draw(f.random), int64(0)
		if f.variant || capacity+i >= f.hosts*f.perHost() {
			if !f.variant {
				start += f.service.InstanceStart.draw(f.random)
			}
			delay = wait
			f.hosts++
			if f.billed -= float64(wait); wait > 0 {
				f.delayedLaunches = append(f.delayedLaunches, now+wait)
			}
		}
		at := now + delay + max(1, int64(math.Round(float64(start)*slower)))
		place, _ := slices.BinarySearch(f.starting, at)
		f.starting = slices.Insert(f.starting, place, at)
		ready = max(ready, at)
	}
	return count, ready
}

// billedUntil is the instance seconds billed until the end of the rehearsal. A host
// that still waits for its launch costs nothing.
func (f *fleet) billedUntil(end int64) float64 {
	for _, at := range f.delayedLaunches {
		f.billed += float64(max(0, at-end))
	}
	return f.billed
}

func (f *fleet) perHost() int { return max(1, f.service.CopiesPerInstance) }

// hostsFor is the instances that hold some number of copies.
func (f *fleet) hostsFor(copies int) int {
	return max(f.service.MinInstances, (copies+f.perHost()-1)/f.perHost())
}

// mostCopies is how many copies the most instances hold.
func (f *fleet) mostCopies() int {
	if f.service.MaxInstances == 0 {
		return math.MaxInt
	}
	return f.service.MaxInstances * f.perHost()
}

// remove removes count instances, starting ones first. They are billed until they
// have drained, instances without a copy until they are released.
func (f *fleet) remove(count int) (fromService int) {
	cancelled := min(count, len(f.starting))
	f.starting = f.starting[:len(f.starting)-cancelled]
	fromService = min(count-cancelled, f.serving)
	f.serving -= fromService
	kept := f.hostsFor(f.serving + len(f.starting))
	after := f.timing.Drain
	if !f.variant {
		after = f.timing.ReleaseAfter
	}
	f.billed += float64(max(0, f.hosts-kept)) * after.Seconds()
	f.hosts = min(f.hosts, kept)
	return fromService
}
