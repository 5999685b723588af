package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// maxRecommendations limits the recommendations of a report.
const maxRecommendations = 3

// costlyRatio is the cost ÷ the oracle's from which the cost is worth changing.
const costlyRatio = 1.5

// recommendation is a change worth making.
type recommendation struct {
	// failed is the failed requests that it concerns, hours the instance hours.
	failed, hours float64
	text          string
	// finding is the lint's, if it is one.
	finding Finding
}

// Text and Finding are what a page shows of it.
func (r recommendation) Text() string     { return r.text }
func (r recommendation) Finding() Finding { return r.finding }

// recommendations are the texts of the changes.
func (r Report) recommendations() []string {
	out := []string{}
	for _, c := range r.changes() {
		out = append(out, c.text)
	}
	return out
}

// changes are the changes most worth making, three at most: those against failed
// requests first, then latency, cost, and the findings of the lint.
func (r Report) changes() []recommendation {
	found := append(r.failureCauses(), r.latencyRecommendations()...)
	slices.SortStableFunc(found, func(a, b recommendation) int {
		return cmp.Or(cmp.Compare(b.failed, a.failed), cmp.Compare(b.hours, a.hours))
	})
	found = append(found, r.costRecommendations()...)
	seen := map[string]bool{}
	for _, f := range r.Findings {
		if !seen[f.Rule] {
			seen[f.Rule] = true
			found = append(found, recommendation{text: f.String(), finding: f})
		}
	}
	return found[:min(len(found), maxRecommendations)]
}

// cause is the minutes with one cause of failures.
type cause struct {
	failed float64
	needed int
	days   []badDay
}

// badDay is the minutes of one day.
type badDay struct {
	failed   float64
	from, to time.Time
}

func (c *cause) add(m rehearsal.Minute) {
	if n := len(c.days); n == 0 || day(c.days[n-1].from) != day(m.At) {
		c.days = append(c.days, badDay{from: m.At})
	}
	d := &c.days[len(c.days)-1]
	d.failed += m.Failed
	d.to = m.At.Add(time.Minute)
	c.failed += m.Failed
	c.needed = max(c.needed, m.Needed)
}

// worst is the day with the most failures.
func (c *cause) worst() badDay {
	var out badDay
	for _, d := range c.days {
		if d.failed > out.failed {
			out = d
		}
	}
	return out
}

// maxDaysNamed limits the days that advice names beside the worst.
const maxDaysNamed = 3

// when says the day and time of the failures; of several days the worst, and which the
// others are.
func (c *cause) when(r Report) string {
	worst := c.worst()
	span := r.span(worst.from, worst.to)
	if len(c.days) == 1 {
		return fmt.Sprintf("from %s UTC", span)
	}
	var others []string
	for _, d := range c.days {
		if d != worst {
			others = append(others, d.from.UTC().Format("2 Jan"))
		}
	}
	if more := len(others) - maxDaysNamed; more > 0 {
		others = append(others[:maxDaysNamed], fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("on %d days, %s of them from %s UTC and the others on %s,", len(c.days), thousands(worst.failed),
		span, strings.Join(others, ", "))
}

// failureCauses are the causes of failed requests.
func (r Report) failureCauses() []recommendation {
	var limited, full, asleep, refused, starting, crowded cause
	most := r.mostCopies()
	for _, m := range r.Result.Minutes {
		switch {
		case m.Failed < 1:
		case m.Needed > m.InService && m.Desired == 0 && !r.wakesUp():
			asleep.add(m)
		case m.Needed > m.InService && m.Needed > m.Max && m.InService >= m.Max:
			limited.add(m)
		case m.Needed > m.InService && m.Needed > most && m.InService >= most:
			full.add(m)
		case m.Needed > m.InService && m.Min >= m.Needed:
			refused.add(m)
		case m.Needed > m.InService:
			starting.add(m)
		default:
			crowded.add(m)
		}
	}
	var out []recommendation
	say := func(c cause, text string) {
		if c.failed > 0 {
			out = append(out, recommendation{failed: c.failed, text: fmt.Sprintf("%s requests failed %s %s",
				thousands(c.failed), c.when(r), text)})
		}
	}
	say(limited,
		fmt.Sprintf("at the maximum: raise MaxCapacity to %d or more, with headroom, and see that the account's "+
			"quota allows it", limited.needed))
	say(full, fmt.Sprintf("with copies on all %s that there may be: raise MaxInstanceCount of ManagedInstanceScaling, so "+
		"that %d copies have a place", counted(r.Input.WithDefaults().Service.MaxInstances), full.needed))
	say(asleep, "and nothing wakes the component from zero: add a step policy whose alarm watches "+
		"NoCapacityInvocationFailures, or a minimum of 1")
	lead := r.Input.WithDefaults().Service.Start
	say(refused, fmt.Sprintf("though the minimum was as high as is needed: raise it %s earlier, as long as %s take to "+
		"start, and while the endpoint is not updating", duration(max(lead.Median, lead.P95)+5*time.Minute), r.unit(2)))
	before := starting.worst().from.Add(-max(lead.Median, lead.P95) - 5*time.Minute)
	tracks, steps := len(r.Input.Subject.Target.Policies) > 0, len(r.Input.Subject.Target.StepPolicies) > 0
	if r.Result.Capacity.Actions == 0 {
		change := "add a target tracking policy, or a floor of %d"
		switch suspended := r.Input.Subject.Target.SuspendedState; {
		case suspended != nil && suspended.ScaleOut:
			change = "end the suspension of scaling out, or add a floor of %d"
		case tracks:
			change = "lower the target of its policy, or add a floor of %d"
		case steps:
			change = "add a target tracking policy to its steps, or a floor of %d"
		}
		say(starting, "and nothing ever scaled out: "+fmt.Sprintf(change, starting.needed))
		starting = cause{}
	}
	lower := ""
	if tracks {
		lower = ", a lower target only helps a slower rise"
	}
	say(starting, fmt.Sprintf("before instances had started: a scheduled floor of %d from %s UTC is there in time%s",
		starting.needed, r.clock(before), lower))
	say(crowded, "though capacity had caught up: what had queued, or crowds at single instances; "+r.room(tracks))
	if n := r.Result.Capacity.Refused; n > 0 {
		change := "assert each several times, or earlier"
		if r.assertsAgain() {
			change = "raise the first one earlier, or in fewer steps"
		}
		out = append(out, recommendation{
			text: fmt.Sprintf("%d floors fell due while the endpoint was updating and moved nothing: %s", n, change)})
	}
	return out
}

// latencyRecommendations concern minutes with p99 over its limit and no failure.
func (r Report) latencyRecommendations() []recommendation {
	limit := r.latencyLimit()
	if limit == 0 {
		return nil
	}
	minutes, days := 0, map[string]bool{}
	var worst rehearsal.Minute
	least := time.Duration(1<<63 - 1)
	for _, m := range r.Result.Minutes {
		least = min(least, m.P99)
		if m.Failed < 1 && m.P99 > limit {
			minutes++
			days[day(m.At)] = true
			if m.P99 > worst.P99 {
				worst = m
			}
		}
	}
	switch {
	case minutes == 0:
		return nil
	case least > limit:
		return []recommendation{{text: fmt.Sprintf("p99 is over %s in every minute, %s at best: it is the service "+
			"time and its variation, not the number of %s; make the service faster, or promise more", duration(limit),
			duration(least), r.unit(2))}}
	}
	on := ""
	if len(days) > 1 {
		on = fmt.Sprintf(" on %d days", len(days))
	}
	change := "raise the floor there"
	if len(r.Input.Subject.Target.Policies) > 0 {
		change = "lower the policy's target, or raise the floor there"
	}
	return []recommendation{{text: fmt.Sprintf("p99 was over %s in %d of %d minutes%s, without a failure, at worst "+
		"%s at %s UTC: "+change,
		duration(limit), minutes, len(r.Result.Minutes), on, duration(worst.P99), r.clock(worst.At))}}
}

// costRecommendations say what holds many more instances than are needed.
func (r Report) costRecommendations() []recommendation {
	cost := r.Result.Cost
	if cost.OverOracle < costlyRatio {
		return nil
	}
	in := r.Input.WithDefaults()
	full, perHost := in.Objective.Utilization, max(1, in.Service.CopiesPerInstance)
	var floor, idle float64 // instance hours over what the objective needs
	for _, m := range r.Result.Minutes {
		over := (float64(m.InService) - float64(m.Needed)/full) / float64(perHost)
		if over <= 0 {
			continue
		}
		if m.InService <= m.Min {
			floor += over / 60
		} else {
			idle += over / 60
		}
	}
	text := fmt.Sprintf("scaling keeps %s instance hours more than is needed: cost is %.2f × the oracle's", number(idle),
		cost.OverOracle)
	change := r.idleChange()
	if floor >= idle {
		text = fmt.Sprintf("the minimum holds %s instance hours more than is needed: cost is %.2f × the oracle's",
			number(floor), cost.OverOracle)
		change = r.floorChange()
	}
	if change == "" {
		return nil
	}
	return []recommendation{{text: text + "; " + change}}
}
