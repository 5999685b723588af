package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// past is what is over of one list of events.
type past struct {
	variant config.ProductionVariant
	// at is the variant's index in variants, -1 for the singular form.
	at int
	// events are the indexes of those that are over.
	events []int
	// dates are the indexes of the Dates that are over of an event with others to
	// come, by its index.
	dates map[int][]int
	// left are the events that stay.
	left []events.Event
}

// pasts are what is over at an instant, one for each variant.
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

// after is the variant without what is over.
func (p past) after() config.ProductionVariant {
	v := p.variant
	v.Events = p.left
	return v
}

// without is e without what is over.
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

// names are the events of which something is over.
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

// datesOf is how many of an event's dates are meant.
func datesOf(event events.Event, some []int) string {
	return fmt.Sprintf("%d of %d dates of %s", len(some), len(event.Dates), event.Name)
}
