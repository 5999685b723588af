package frontend

import (
	"slices"
	"sort"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// lookBack is how far before a rehearsal an action is looked for that has set
// what it begins with (fact B6).
const lookBack = 8 * 24 * time.Hour

// level is what something is from an instant on.
type change struct {
	from  time.Time
	value int
}

// levels are in order of time, the first of them from the beginning.
type timeline []change

// at is the value at an instant.
func (l timeline) at(t time.Time) int {
	i := sort.Search(len(l), func(i int) bool { return l[i].from.After(t) })
	return l[max(0, i-1)].value
}

// minimum is the minimum of a scalable target from one instant to another.
func minimumCapacity(t autoscaling.ScalableTarget, from, to time.Time) timeline {
	out := timeline{{value: t.MinCapacity}}
	if t.SuspendedState != nil && t.SuspendedState.Scheduled {
		return out
	}
	for _, a := range t.ScheduledActions {
		if a.MinCapacity != nil {
			out = out.add(a.Schedule, a.Timezone, *a.MinCapacity, from, to)
		}
	}
	return out.sorted()
}

// reserved is the capacity units that are reserved.
func reservedUnits(l LoadBalancer, from, to time.Time) timeline {
	out := timeline{{value: l.ReservedUnits}}
	for _, s := range l.Reservations {
		out = out.add(s.Schedule, s.Timezone, s.CapacityUnits, from, to)
	}
	return out.sorted()
}

// add adds what is set at every instant of a schedule. One that cannot be read
// is refused elsewhere, and sets nothing.
func (l timeline) add(expression, zone string, value int, from, to time.Time) timeline {
	e, err := schedule.Parse(expression)
	in, zoneErr := schedule.ParseZone(zone)
	if err != nil || zoneErr != nil {
		return l
	}
	for _, at := range e.StartingAt(from).Between(from.Add(-lookBack), to, in) {
		l = append(l, change{at, value})
	}
	return l
}

// sorted is in order of time, and at one instant in the order of the template.
func (l timeline) sorted() timeline {
	slices.SortStableFunc(l, func(a, b change) int { return a.from.Compare(b.from) })
	return l
}
