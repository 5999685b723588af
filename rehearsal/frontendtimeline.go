package rehearsal

import (
	"slices"
	"sort"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// change is a value from a time on.
type change struct {
	from  time.Time
	value int
}

// timeline is changes in order of time; the first is the initial value.
type timeline []change

// at is the value at a time.
func (l timeline) at(t time.Time) int {
	i := sort.Search(len(l), func(i int) bool { return l[i].from.After(t) })
	return l[max(0, i-1)].value
}

// minimumCapacity is the minimum of a scalable target over time.
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

// reservedUnits is the reserved capacity units over time.
func reservedUnits(l LoadBalancer, from, to time.Time) timeline {
	out := timeline{{value: l.ReservedUnits}}
	for _, s := range l.Reservations {
		out = out.add(s.Schedule, s.Timezone, s.CapacityUnits, from, to)
	}
	return out.sorted()
}

// add adds a value at every time of a schedule. An invalid schedule, which others
// refuse, adds nothing.
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

// sorted is in order of time, and at equal times in the order of the template.
func (l timeline) sorted() timeline {
	slices.SortStableFunc(l, func(a, b change) int { return a.from.Compare(b.from) })
	return l
}
