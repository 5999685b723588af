package rehearsal

import (
	"math"
	"math/rand/v2"
	"slices"
)

// fleet is the instances, or the copies of an inference component.
type fleet struct {
	service  Service
	timing   Timing
	faults   Faults
	random   *rand.Rand
	variant  bool // not of copies that share instances
	serving  int
	starting []int64 // when each that starts will serve, in order
	// hosts are the instances that are billed, and billed what was, in
	// instance seconds.
	hosts  int
	billed float64
	// unlaunched are hosts that AWS could not give at once.
	// unlaunched is from when on hosts are billed that AWS could not give at once.
	delayedLaunches []int64
}

// due is when the next instance begins to serve.
func (f *fleet) nextStart() int64 {
	if len(f.starting) == 0 {
		return never
	}
	return f.starting[0]
}

// arrive takes those into service that are ready.
func (f *fleet) startServing(now int64) (arrived int) {
	for arrived < len(f.starting) && f.starting[arrived] <= now {
		arrived++
	}
	f.starting = f.starting[:copy(f.starting, f.starting[arrived:])]
	f.serving += arrived
	return arrived
}

// launch starts count more, and returns how many of them were fulfilled and
// when the last of them serves. An instance is billed from its launch, which
// waits until AWS has one again (fact G5).
func (f *fleet) launch(now int64, count int) (fulfilled int, ready int64) {
	if f.faults.Fulfilled > 0 {
		count = int(math.Ceil(float64(count) * f.faults.Fulfilled))
	}
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

// until is what is billed of a rehearsal that ends: of a host that waits for its
// launch then, no more was billed than it has waited.
func (f *fleet) billedUntil(end int64) float64 {
	for _, at := range f.delayedLaunches {
		f.billed += float64(max(0, at-end))
	}
	return f.billed
}

func (f *fleet) perHost() int { return max(1, f.service.CopiesPerInstance) }

// remove takes count away, those first that do not serve yet. They are billed
// until they have drained, and instances without a copy until they are released.
func (f *fleet) remove(count int) (fromService int) {
	notYet := min(count, len(f.starting))
	f.starting = f.starting[:len(f.starting)-notYet]
	fromService = min(count-notYet, f.serving)
	f.serving -= fromService
	kept := (f.serving + len(f.starting) + f.perHost() - 1) / f.perHost()
	after := f.timing.Drain
	if !f.variant {
		after = f.timing.ReleaseAfter
	}
	f.billed += float64(max(0, f.hosts-kept)) * after.Seconds()
	f.hosts = min(f.hosts, kept)
	return fromService
}
