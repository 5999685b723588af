package plan

import (
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// eventThreshold is the share of the way from the lowest to the highest rate at
// which the event begins and ends.
const eventThreshold = 0.1

// stepsAfterRelease is the number of steps of the shape after the last floor, for the
// gateway and the load balancer.
const stepsAfterRelease = 3

// expected is the traffic that evenings agree on, as shares of the peak.
func expected(curves []curve, kickOff time.Time) slots {
	s := newSlots(kickOff)
	for i := range s.shares {
		at := s.at(i)
		s.shares[i] = agreed(curves, func(c curve) float64 { return c.highest(at, at+grid-time.Minute) })
	}
	return s
}

// part is a part of an event's shape, in slots [from, to). Its floor is a share of the
// peak, 0 for none.
type part struct {
	from, to int
	floor    float64
}

// parts are those of an event. Its floors are early by the lead time: a part begins
// that much after its floor has risen, and when it falls.
func parts(floors, traffic slots, lead time.Duration) []part {
	begins, ends := window(traffic.shares)
	var out []part
	previous, late := 0.0, int(lead/grid)
	for i, floor := range append(slices.Clone(floors.shares), 0) {
		if floor == previous {
			continue
		}
		from := i
		if floor > previous {
			from += late
		}
		if len(out) == 0 && begins < from {
			out = append(out, part{from: begins})
		}
		out, previous = append(out, part{from: from, floor: floor}), floor
	}
	if len(out) == 0 {
		return nil
	}
	for i := range out[1:] {
		out[i].to = out[i+1].from
	}
	last := &out[len(out)-1]
	last.to = max(ends, last.from+1)
	return out
}

// shape are the steps of parts, with the share of the peak that each brings or its
// floor is for. Times count from the first part. Floors hold floorShare of it.
func shape(parts []part, traffic slots, floorShare float64) []events.ShapeStep {
	var out []events.ShapeStep
	none := 0.0
	add := func(slot int, share float64, floorShare *float64) {
		out = append(out, events.ShapeStep{After: time.Duration(slot-parts[0].from) * grid,
			Share: max(0.001, min(1, thousandths(share))), FloorShare: floorShare})
	}
	for i, p := range parts {
		during := make([]float64, 0, p.to-p.from)
		for slot := p.from; slot < p.to; slot++ {
			during = append(during, traffic.shares[max(0, min(slot, len(traffic.shares)-1))])
		}
		if p.floor > 0 {
			if brings := slices.Max(during); brings > p.floor {
				part := thousandths(floorShare * p.floor / thousandths(brings))
				add(p.from, brings, &part)
			} else {
				add(p.from, p.floor, nil)
			}
			continue
		}
		most := 1
		if i == len(parts)-1 {
			most = stepsAfterRelease
		}
		for _, s := range stepCover(during, most) {
			add(p.from+s.at, s.rate, &none)
		}
	}
	return out
}

// window is the first and last rates beyond eventThreshold.
func window(rates []float64) (begins, ends int) {
	low, high := slices.Min(rates), slices.Max(rates)
	begins = len(rates)
	for i, r := range rates {
		if r >= low+eventThreshold*(high-low) {
			begins, ends = min(begins, i), i+1
		}
	}
	return begins, ends
}

// thousandths rounds a share up.
func thousandths(share float64) float64 { return math.Ceil(1000*share-1e-9) / 1000 }
