package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// fewActions is the number of scheduled actions from which on the quota is noted.
const fewActions = events.MaxScheduledActions * 8 / 10

// notes returns what depends on the current time, and so is no finding of the lint:
// events that are deployed too late, what a deployment would change now, and past
// events. It also notes a quota that is nearly used up.
func notes(e config.Environment, p past, now time.Time) []string {
	var lines []string
	c := p.variant.VariantScaling().Calendar()
	underWay := false
	for _, event := range c.Events {
		for _, w := range c.Windows(event) {
			if w.From.After(now) || !w.To.After(now) {
				continue
			}
			underWay = true
			if lead := c.LeadTime(event); w.Starts.After(now) && w.Starts.Sub(now) < lead {
				lines = append(lines, fmt.Sprintf("%s starts in %s, at %s, and its instances are asked for %s before: "+
					"if it is not deployed yet, they come late.",
					event.Name, w.Starts.Sub(now).Round(time.Minute), w.Starts.Format("15:04 MST"), lead))
			}
		}
	}
	if underWay {
		lines = append(lines, c.Deploying(now))
	}
	actions := len(p.variant.ScalableTarget().ScheduledActions)
	if !p.none() {
		freed := actions - len(p.after().ScalableTarget().ScheduledActions)
		when := ""
		if underWay {
			when = ", as soon as no event is under way,"
		}
		lines = append(lines, fmt.Sprintf("Over: %s. \"make prune-events ENV=%s\"%s removes what is over from the file, "+
			"and so %d of %d scheduled actions.", strings.Join(names([]past{p}), ", "), e.Name, when, freed, actions))
	}
	if actions > fewActions {
		lines = append(lines, fmt.Sprintf("%d of %d scheduled actions are left. A coarser scaling.align, "+
			"and events with the same times and peaks, need fewer.",
			events.MaxScheduledActions-actions, events.MaxScheduledActions))
	}
	return lines
}
