package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
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
	for _, event := range c.Events {
		lines = append(lines, oddTimes(c, event, now)...)
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

// oddTimes are notes on an event that lasts for days, and on the next time that it begins
// or ends where clocks change.
func oddTimes(c events.Calendar, e events.Event, now time.Time) (lines []string) {
	stands := c.Stands(e)
	for _, w := range c.Windows(e) {
		if !w.To.After(now) {
			continue
		}
		if stands > autoscaling.LongEvent && len(lines) == 0 {
			lines = append(lines, fmt.Sprintf("%s lasts %.3g days, and its floors stand all that time, nights included: "+
				"give it dates, and the times of a day, where it is several events.", e.Name, stands.Hours()/24))
		}
		for _, t := range []struct {
			what string
			at   time.Time
			said string
		}{{"starts", w.Starts, e.Starts}, {"ends", w.Ends, e.Ends}} {
			switch clock := t.said[max(0, len(t.said)-len("15:04")):]; {
			case clock != t.at.Format("15:04"):
				lines = append(lines, fmt.Sprintf("%s %s at %s, which clocks in %s skip on %s: %s is taken.", e.Name, t.what,
					clock, e.Timezone, t.at.Format(time.DateOnly), t.at.Format("15:04 MST")))
			case twice(t.at):
				lines = append(lines, fmt.Sprintf("%s %s at %s, which clocks in %s show twice on %s: %s is taken.", e.Name,
					t.what, clock, e.Timezone, t.at.Format(time.DateOnly), t.at.Format("15:04 MST")))
			}
		}
	}
	return lines
}

// twice reports whether clocks show a time at another instant too, since they are set back.
func twice(t time.Time) bool {
	const most = 3 * time.Hour // no zone is set back by more
	for d := 15 * time.Minute; d <= most; d += 15 * time.Minute {
		for _, other := range []time.Time{t.Add(-d), t.Add(d)} {
			if other.Format("2006-01-02 15:04") == t.Format("2006-01-02 15:04") {
				return true
			}
		}
	}
	return false
}
