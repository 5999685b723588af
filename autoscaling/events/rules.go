package events

import (
	"fmt"
	"math"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// maxEventName leaves room in an action's 256 characters for what follows.
const maxEventName = 100

// Validate returns everything wrong with the calendar and its events, with the
// field paths of this struct: also floors over the maximum, and more scheduled
// actions than AWS takes, with the setting that would make them fit.
func (c Calendar) Validate() problem.List {
	ps := c.ValidateEvents()
	if len(ps) == 0 && len(c.Events) > 0 { // what has no floor needs no action
		ps = c.validateCount()
	}
	return ps
}

// ValidateEvents is Validate but for the number of scheduled actions.
func (c Calendar) ValidateEvents() problem.List {
	if len(c.Events) == 0 {
		return nil // figures and settings are for events alone
	}
	if ps := problem.UnresolvedNumbers(c); len(ps) > 0 {
		return ps
	}
	ps := c.validateFigures()
	ps = append(ps, c.validateSettings()...)
	// Floors are no lower than the minimum: one over the maximum is reported there.
	sound := len(ps) == 0 && c.MinCapacity <= c.MaxCapacity
	names := map[string]int{}
	for i, e := range c.Events {
		at := fmt.Sprintf("Events[%d]", i)
		eventProblems := e.validate()
		eventProblems = append(eventProblems, c.validateLeadTime(e)...)
		if sound && len(eventProblems) == 0 {
			eventProblems = c.validateFloor(e)
		}
		ps = append(ps, eventProblems.In(at)...)
		if first, twice := names[e.Name]; twice && e.Name != "" {
			ps.Add(at+".Name", e.Name, fmt.Sprintf("«Events[%d]» has the same name", first),
				"rename one of the two, or give one event several «Dates»")
		} else {
			names[e.Name] = i
		}
	}
	return ps
}

func (c Calendar) validateFigures() problem.List {
	var ps problem.List
	rate := c.RequestsPerSecondPerInstance
	switch {
	case !(rate >= 0) || math.IsInf(rate, 1):
		ps.Add("RequestsPerSecondPerInstance", rate, "a rate is over 0 requests a second", "measure one instance under load")
	case rate == 0 && c.needsRate():
		ps.Add("RequestsPerSecondPerInstance", nil, "without a measured rate a peak in requests per second gives no floor",
			"measure one instance under load, or give «PeakInstances»")
	}
	if f := c.SafetyFactor; f != 0 && !(f > 0 && f <= 1) {
		ps.Add("SafetyFactor", f, "a safety factor is over 0 and at most 1",
			problem.ShareFix(f, "AWS advises to begin load testing with 0.5"))
	}
	if c.Zones < 0 || c.Zones > 6 {
		ps.Add("Zones", c.Zones, "a variant is spread over 1 to 6 Availability Zones", "count the zones of its subnets")
	}
	if c.StartTime < 0 || c.StartTime > time.Hour*12 {
		ps.Add("StartTime", c.StartTime, "a start time is over 0 and at most 12 hours",
			"measure how long a new instance takes to serve")
	}
	if m := c.CapacityMargin; m != nil && (*m < 0 || *m > 12*time.Hour) {
		ps.Add("CapacityMargin", *m, "a margin is from 0 to 12 hours", "leave it out for the default")
	}
	return ps
}

func (c Calendar) needsRate() bool {
	for _, e := range c.Events {
		if e.PeakRequestsPerSecond != 0 {
			return true
		}
	}
	return false
}

func (c Calendar) validateSettings() problem.List {
	var ps problem.List
	c = c.withDefaults()
	// An action every hour could not tell one lost assertion from none.
	if !dividesHour(c.AssertEvery) || c.AssertEvery > 30*time.Minute {
		ps.Add("AssertEvery", c.AssertEvery, "a period is whole minutes that divide an hour, at most 30", "such as 5m")
		return ps // the others are judged by it
	}
	if !dividesHour(c.Align) || c.Align%c.AssertEvery != 0 {
		ps.Add("Align", c.Align,
			fmt.Sprintf("a grid is whole minutes that divide an hour, and a multiple of «AssertEvery», %s",
				problem.Duration(c.AssertEvery)), "such as 1h")
	}
	if c.ReleaseSteps < 1 || c.ReleaseSteps > 10 {
		ps.Add("ReleaseSteps", c.ReleaseSteps, "a minimum goes back in 1 to 10 steps", "such as 2")
	}
	if c.ReleaseEvery < 2*c.AssertEvery || c.ReleaseEvery > 6*time.Hour || c.ReleaseEvery%time.Minute != 0 {
		ps.Add("ReleaseEvery", c.ReleaseEvery,
			fmt.Sprintf("a step is whole minutes, at least two assertions (%s), of which one may be lost, and at most 6 hours",
				problem.Duration(2*c.AssertEvery)),
			fmt.Sprintf("such as %s", problem.Duration(3*c.AssertEvery)))
	}
	if c.ReleaseAssertions < 2 || c.ReleaseAssertions > 12 {
		ps.Add("ReleaseAssertions", c.ReleaseAssertions, "a release is asserted 2 to 12 times, as one may be lost",
			"such as 3")
	}
	if c.OtherActions < 0 {
		ps.Add("OtherActions", c.OtherActions, "a number of scheduled actions is 0 or more",
			"count those of the target that no event makes")
	}
	return ps
}

func dividesHour(d time.Duration) bool {
	return d > 0 && d%time.Minute == 0 && time.Hour%d == 0
}

func (e Event) validate() problem.List {
	if ps := problem.UnresolvedTexts(e, "floors are computed at synthesis"); len(ps) > 0 {
		return ps
	}
	var ps problem.List
	if utf8.RuneCountInString(e.Name) > maxEventName || !schedule.ValidActionName(e.Name) || !printable(e.Name) {
		ps.Add("Name", e.Name,
			fmt.Sprintf("a name has 1 to %d characters, none of them ':', '/', '|' or a control character, and no space at "+
				"either end", maxEventName),
			"name the occasion, such as \"cup-final\"")
	}
	_, more := e.occurrences()
	ps = append(ps, more...)
	ps = append(ps, e.validatePeak()...)
	ps = append(ps, e.validateShape(len(more) == 0)...)
	if u := e.Uncertainty; u != 0 && !(u >= 1 && u <= 10) {
		ps.Add("Uncertainty", u, "the peak may come 1 to 10 times as high",
			"1 is quite sure, 1.5 plans for half as much again")
	}
	if e.Overrun != nil && (*e.Overrun < 0 || *e.Overrun > 24*time.Hour) {
		ps.Add("Overrun", *e.Overrun, "an overrun is from 0 to 24 hours", "such as 1h for extra time and penalties")
	}
	if f := e.FloorShare; f != 0 && !(f > 0 && f <= 1) {
		ps.Add("FloorShare", f, "floors hold a share over 0 and at most 1 of what the event needs",
			problem.ShareFix(f, "leave it out for all of it, and expect a higher peak for more"))
	}
	switch whole := e.shortest() + e.overrun(); {
	case e.FloorUntil < 0:
		ps.Add("FloorUntil", e.FloorUntil, "floors are released some time after the start", "such as 1h, or leave it out")
	case len(more) == 0 && e.FloorUntil > whole:
		ps.Add("FloorUntil", e.FloorUntil,
			fmt.Sprintf("the event is over after %s, its overrun included",
				problem.Duration(whole)), "leave it out, and the floors last as long")
	}
	return ps
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return false
		}
	}
	return true
}

func (e Event) validatePeak() problem.List {
	var ps problem.List
	rate, instances := e.PeakRequestsPerSecond, e.PeakInstances
	switch {
	case rate == 0 && instances == 0:
		ps.Add("PeakRequestsPerSecond", nil, "an event has a peak", "estimate its highest rate, over 0 requests a second")
	case rate != 0 && instances != 0:
		ps.Add("PeakInstances", instances, "a peak in instances and one in requests per second exclude each other",
			"keep one of the two")
	case rate != 0 && (!(rate > 0) || rate > 1e9):
		ps.Add("PeakRequestsPerSecond", rate, "a peak is over 0 requests a second, and at most a billion",
			"estimate the event's highest rate")
	case instances < 0 || instances > 1e6:
		ps.Add("PeakInstances", instances, "a peak is 1 to a million instances", "estimate the event's highest rate instead")
	}
	return ps
}

func (e Event) validateShape(timed bool) problem.List {
	var ps problem.List
	for i, s := range e.Shape {
		at := fmt.Sprintf("Shape[%d]", i)
		switch {
		case i == 0 && s.After != 0:
			ps.Add(at+".After", s.After, "the first step begins with the event", "set it to 0s")
		case i > 0 && s.After <= e.Shape[i-1].After:
			ps.Add(at+".After", s.After,
				fmt.Sprintf("the step begins no later than the one before it, after %s",
					problem.Duration(e.Shape[i-1].After)), "put the steps in order of time")
		case timed && s.After >= e.shortest():
			ps.Add(at+".After", s.After, fmt.Sprintf("the event is over after %s", problem.Duration(e.shortest())),
				"begin the step before the end")
		}
		if !(s.Share > 0 && s.Share <= 1) {
			ps.Add(at+".Share", s.Share, "a share of the peak is over 0 and at most 1",
				problem.ShareFix(s.Share, "raise the peak where this step is higher"))
		}
		if f := s.FloorShare; f != nil && !(*f >= 0 && *f <= 1) {
			ps.Add(at+".FloorShare", *f, "the floor of a step holds a share from 0 to 1 of what the step needs",
				problem.ShareFix(*f, "set it to 0 for no floor, or leave it out for the event's"))
		}
	}
	return ps
}

// shortest is the event's duration where daylight saving leaves least of it.
func (e Event) shortest() time.Duration {
	occurrences, _ := e.occurrences()
	shortest := maxEventDuration
	for _, o := range occurrences {
		shortest = min(shortest, o.ends.Sub(o.starts))
	}
	return shortest
}

func (c Calendar) validateLeadTime(e Event) problem.List {
	var ps problem.List
	switch {
	case e.LeadTime == nil:
	case *e.LeadTime < 0 || *e.LeadTime > 24*time.Hour:
		ps.Add("LeadTime", *e.LeadTime, "a lead time is from 0 to 24 hours",
			"leave it out, and it is computed from the start time")
	case *e.LeadTime < c.StartTime:
		ps.Add("LeadTime", *e.LeadTime,
			fmt.Sprintf("the instances are not there in time, they take %s to start", problem.Duration(c.StartTime)),
			"leave it out, and it is computed from the start time")
	}
	return ps
}

func (c Calendar) validateFloor(e Event) problem.List {
	var ps problem.List
	floor := c.FloorOf(e)
	if floor <= c.MaxCapacity {
		return nil
	}
	field, got := "PeakRequestsPerSecond", any(e.PeakRequestsPerSecond)
	if e.PeakInstances != 0 {
		field, got = "PeakInstances", e.PeakInstances
	}
	reserve := ""
	if c.Zones > 1 {
		reserve = fmt.Sprintf(", also without one of %d zones", c.Zones)
	}
	ps.Add(field, got, fmt.Sprintf("the event needs %d instances%s, and the target's maximum is %d", floor, reserve,
		c.MaxCapacity),
		fmt.Sprintf("raise the maximum to %d or more", floor))
	return ps
}

// validateCount holds the actions against the quota, which AWS does not raise
// (fact B15), and tries which coarser settings fit.
func (c Calendar) validateCount() problem.List {
	count := func(c Calendar) int { return len(c.Actions()) + c.OtherActions }
	n := count(c)
	if n <= MaxScheduledActions {
		return nil
	}
	others := ""
	if c.OtherActions > 0 {
		others = fmt.Sprintf(", %d others included", c.OtherActions)
	}
	rule := fmt.Sprintf("the events need %d scheduled actions%s, %d more than the %d of a scalable target, a quota of "+
		"Application Auto Scaling that AWS does not raise", n, others, n-MaxScheduledActions, MaxScheduledActions)
	fewest := n
	for _, coarser := range c.coarser() {
		m := count(coarser.calendar)
		if m <= MaxScheduledActions {
			return overQuota(c, rule, fmt.Sprintf("set %s, then they need %d", coarser.setting, m))
		}
		fewest = min(fewest, m)
	}
	return overQuota(c, rule,
		fmt.Sprintf("remove events that are over, or let more of them have the same times and peak, as an event on "+
			"«Weekdays» has: the coarsest settings still need %d", fewest))
}

// OverQuota is the Kind of the problem that events need more scheduled actions
// than a scalable target has. Without some of the events it may be none.
const OverQuota = "events-over-quota"

func overQuota(c Calendar, rule, fix string) problem.List {
	return problem.List{{Path: "Events", Got: problem.Value(len(c.Events)), Rule: rule, Fix: fix, Kind: OverQuota}}
}

type coarserCalendar struct {
	setting  string
	calendar Calendar
}

// coarser are settings that need fewer actions, the cheapest in instances first.
func (c Calendar) coarser() []coarserCalendar {
	c = c.withDefaults()
	var found []coarserCalendar
	for _, align := range []time.Duration{30 * time.Minute, time.Hour} {
		if align > c.Align && align%c.AssertEvery == 0 {
			c.Align = align
			found = append(found, coarserCalendar{"«Align» to " + problem.Duration(align), c})
		}
	}
	if c.ReleaseSteps > 1 {
		setting := "«ReleaseSteps» to 1"
		if len(found) > 0 {
			setting = "«Align» to " + problem.Duration(c.Align) + " and " + setting
		}
		c.ReleaseSteps = 1
		found = append(found, coarserCalendar{setting, c})
	}
	return found
}
