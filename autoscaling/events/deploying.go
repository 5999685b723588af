package events

import (
	"fmt"
	"slices"
	"time"
)

// UnderWay returns the names of the events that are under way at an instant, in the
// calendar's order.
func (c Calendar) UnderWay(at time.Time) (names []string) {
	for _, e := range c.Events {
		if slices.ContainsFunc(c.Windows(e), func(w Window) bool { return !w.From.After(at) && w.To.After(at) }) {
			names = append(names, e.Name)
		}
	}
	return names
}

// Deploying says what a deployment at an instant does to the minimum: an update of
// the endpoint keeps the instance counts (fact C7), and a changed scalable target is
// registered with the constant minimum (fact C24).
func (c Calendar) Deploying(at time.Time) string {
	minimum := c.MinCapacity
	for _, f := range c.Floors() {
		if !f.From.After(at) && f.To.After(at) {
			minimum = f.MinCapacity
		}
	}
	if minimum == c.MinCapacity {
		return "Deploying now: the minimum is the one between events, and a deployment leaves it there; " +
			"nothing scales while the endpoint is updating."
	}
	return fmt.Sprintf("Deploying now: a change of bounds, schedule or events registers the minimum of %d, "+
		"until the next assertion at %s. "+
		"A change of the model alone leaves the minimum of %d, but nothing scales while the endpoint is updating.",
		c.MinCapacity, c.nextAssertion(at).Format("15:04 MST"), minimum)
}

// nextAssertion returns when the floor under way, or the next floor if that is
// earlier, is asserted next.
func (c Calendar) nextAssertion(at time.Time) time.Time {
	every := c.withDefaults().AssertEvery
	for _, f := range c.Floors() {
		for next := f.From; next.Before(f.To); next = next.Add(every) {
			if next.After(at) {
				return next
			}
		}
	}
	return at // no floor is under way
}
