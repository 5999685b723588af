package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// past is the part of a variant's events that is over.
type past struct {
	variant config.ProductionVariant
	// at is the variant's index in the key variants, -1 for the key variant.
	at int
	// events are the indexes of the events that are over.
	events []int
	// dates are, by the index of an event that is not over, the indexes of its Dates
	// that are.
	dates map[int][]int
	// left are the events that are not over, without the dates that are.
	left []config.Event
}

// pasts returns what is over at now, one entry for each variant.
func pasts(e config.Environment, now time.Time) []past {
	var found []past
	for i, v := range e.ProductionVariants() {
		p := past{variant: v, at: i, dates: map[int][]int{}}
		if len(e.Variants) == 0 {
			p.at = -1
		}
		coming := v.VariantScaling().Calendar().Coming(now)
		for i, event := range v.Events {
			at := slices.IndexFunc(coming, func(c events.Event) bool { return c.Name == event.Name })
			if at < 0 {
				p.events = append(p.events, i)
				continue
			}
			for j, date := range event.Dates {
				if !slices.Contains(coming[at].Dates, date) {
					p.dates[i] = append(p.dates[i], j)
				}
			}
			event.Dates = coming[at].Dates
			p.left = append(p.left, event)
		}
		found = append(found, p)
	}
	return found
}

func (p past) none() bool { return len(p.events) == 0 && len(p.dates) == 0 }

// after returns the variant without what is over.
func (p past) after() config.ProductionVariant {
	v := p.variant
	v.Events = p.left
	return v
}

// without returns e without what is over.
func without(e config.Environment, found []past) config.Environment {
	e.Variants = slices.Clone(e.Variants)
	for _, p := range found {
		if p.at < 0 {
			e.Events = p.left
		} else {
			e.Variants[p.at].Events = p.left
		}
	}
	return e
}

// names lists the events that are over, and those of which some dates are.
func names(found []past) []string {
	var all []string
	for _, p := range found {
		for i, event := range p.variant.Events {
			if slices.Contains(p.events, i) {
				all = append(all, event.Name)
			} else if dates := p.dates[i]; dates != nil {
				all = append(all, datesOf(event, dates))
			}
		}
	}
	return all
}

// datesOf counts some of an event's dates, as in "2 of 5 dates of league".
func datesOf(event config.Event, some []int) string {
	return fmt.Sprintf("%d of %d dates of %s", len(some), len(event.Dates), event.Name)
}
