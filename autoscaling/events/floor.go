package events

import (
	"slices"
	"time"
)

// Floor is the minimum of a scalable target from one instant up to another.
type Floor struct {
	// From and To are in the zone of the first of Events. At To the next floor
	// begins, or nothing does and this one stays.
	From, To time.Time
	// MinCapacity is in instances.
	MinCapacity int
	// Events are the names of the events whose floor it is, sorted.
	Events []string
}

// HighestFloor is the most that the calendar asks for, MinCapacity without
// events. A constant maximum is at or above it.
func (c Calendar) HighestFloor() int {
	highest := c.MinCapacity
	for _, f := range c.Floors() {
		highest = max(highest, f.MinCapacity)
	}
	return highest
}

// FloorOf is the highest floor that e needs by itself.
func (c Calendar) FloorOf(e Event) int { return c.highest(c.steps(e)) }

// span is a floor that one event wants.
type span struct {
	from, to    time.Time
	minCapacity int
	event       string
	loc         *time.Location
}

// Floors is the calendar: what the minimum is during events, in order of time,
// without overlaps. An event's floors begin early by its lead time, go on for
// its overrun and end with its release: steps down to the target's own minimum,
// which is the last floor, as long as it is asserted. Between events there is
// no floor, as nothing is asserted. An event that is invalid in itself has none.
func (c Calendar) Floors() []Floor {
	return mergeFloors(c.spans())
}

func (c Calendar) spans() []span {
	if c.validateFigures() != nil || c.validateSettings() != nil {
		return nil
	}
	c = c.withDefaults()
	var spans []span
	for _, e := range c.Events {
		steps := c.steps(e)
		// An event that the own minimum carries needs no floor, and no release.
		if e.validate() != nil || c.validateLeadTime(e) != nil || c.highest(steps) <= c.MinCapacity {
			continue
		}
		occurrences, _ := e.occurrences()
		for _, o := range occurrences {
			for _, s := range c.occurrenceSpans(e, steps, o) {
				s.event, s.loc = e.Name, o.starts.Location()
				spans = append(spans, s)
			}
		}
	}
	return spans
}

// floorStep is a step of an event's shape in instances.
type floorStep struct {
	after       time.Duration
	minCapacity int
}

func (c Calendar) steps(e Event) []floorStep {
	var steps []floorStep
	for _, s := range e.shape() {
		if e.FloorUntil != 0 && s.After >= e.FloorUntil {
			break
		}
		step, stepEvent := floorStep{s.After, c.MinCapacity}, e
		if s.FloorShare != nil {
			stepEvent.FloorShare = *s.FloorShare
		}
		if s.FloorShare == nil || *s.FloorShare > 0 {
			step.minCapacity = max(c.MinCapacity, c.floorFor(stepEvent, s.Share))
		}
		steps = append(steps, step)
	}
	return steps
}

func (c Calendar) highest(steps []floorStep) int {
	highest := c.MinCapacity
	for _, s := range steps {
		highest = max(highest, s.minCapacity)
	}
	return highest
}

// occurrenceSpans are the floors of one occurrence. They overlap where a step
// up takes its lead time from the step before it.
func (c Calendar) occurrenceSpans(e Event, steps []floorStep, o occurrence) []span {
	var spans []span
	ends := alignUp(o.ends.Add(e.overrun()), c.Align)
	if e.FloorUntil != 0 {
		ends = alignUp(o.starts.Add(e.FloorUntil), c.Align)
	}
	for i, s := range steps {
		to := ends
		if i+1 < len(steps) {
			to = alignUp(o.starts.Add(steps[i+1].after), c.Align)
		}
		spans = append(spans, span{
			from: alignDown(o.starts.Add(s.after-c.LeadTime(e)), c.Align), to: to, minCapacity: s.minCapacity})
	}
	over := steps[len(steps)-1].minCapacity - c.MinCapacity
	for left := c.ReleaseSteps - 1; left > 0; left-- {
		to := alignUp(ends.Add(c.ReleaseEvery), c.Align)
		spans = append(spans, span{from: ends, to: to,
			minCapacity: c.MinCapacity + (over*left+c.ReleaseSteps-1)/c.ReleaseSteps})
		ends = to
	}
	return append(spans,
		span{from: ends, to: ends.Add(time.Duration(c.ReleaseAssertions) * c.AssertEvery), minCapacity: c.MinCapacity})
}

// alignDown is the last time at or before t at which clocks where t is show a
// multiple of grid after the full hour. Where clocks change by half an hour on
// the way, it takes a second look.
func alignDown(t time.Time, grid time.Duration) time.Time {
	for off := sinceHour(t) % grid; off != 0; off = sinceHour(t) % grid {
		t = t.Add(-off)
	}
	return t
}

// alignUp is the first such time at or after t.
func alignUp(t time.Time, grid time.Duration) time.Time {
	for off := sinceHour(t) % grid; off != 0; off = sinceHour(t) % grid {
		t = t.Add(grid - off)
	}
	return t
}

func sinceHour(t time.Time) time.Duration {
	return time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
}

// mergeFloors keeps the highest span at every instant.
func mergeFloors(spans []span) []Floor {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return !s.from.Before(s.to) })
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var edges []time.Time
	for _, s := range spans {
		edges = append(edges, s.from, s.to)
	}
	slices.SortFunc(edges, time.Time.Compare)
	edges = slices.CompactFunc(edges, time.Time.Equal)

	var floors []Floor
	var active []span
	for i, from := range edges {
		active = slices.DeleteFunc(active, func(s span) bool { return !s.to.After(from) })
		for len(spans) > 0 && spans[0].from.Equal(from) {
			active, spans = append(active, spans[0]), spans[1:]
		}
		if len(active) == 0 {
			continue
		}
		f := highestFloor(active, from, edges[i+1])
		if last := len(floors) - 1; last >= 0 && continues(floors[last], f) {
			floors[last].To = f.To
			continue
		}
		floors = append(floors, f)
	}
	return floors
}

// highestFloor is the highest of at least one span, with everybody whose it is.
func highestFloor(active []span, from, to time.Time) Floor {
	var f Floor
	var loc *time.Location
	for _, s := range active {
		if s.minCapacity > f.MinCapacity || loc == nil {
			f.MinCapacity, f.Events, loc = s.minCapacity, nil, s.loc
		}
		if s.minCapacity < f.MinCapacity {
			continue
		}
		at, found := slices.BinarySearch(f.Events, s.event)
		if !found {
			f.Events = slices.Insert(f.Events, at, s.event)
		}
		if at == 0 {
			loc = s.loc
		}
	}
	f.From, f.To = from.In(loc), to.In(loc)
	return f
}

func continues(a, b Floor) bool {
	return a.To.Equal(b.From) && a.MinCapacity == b.MinCapacity && slices.Equal(a.Events, b.Events)
}
