package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// zone is the time zone of the scheduled actions, which is shown beside UTC. It is nil
// unless all have the same, and another than UTC.
func (r Report) zone() *time.Location {
	name := ""
	for i, a := range r.Input.Subject.Target.ScheduledActions {
		if i > 0 && a.Timezone != name {
			return nil
		}
		name = a.Timezone
	}
	zone, err := schedule.ParseZone(name)
	if err != nil || zone.String() == time.UTC.String() {
		return nil // a rehearsal has refused a zone that there is not
	}
	return zone
}

// axis is the time of the rehearsal.
func (r Report) axis() axis { return axis{r.Result.From, r.Result.To, r.zone()} }

// clocksChange is the abbreviation of a zone in which clocks change.
const clocksChange = "local"

// abbreviation names a zone from one time to another: BST, UTC+04, or local where clocks
// change in between.
func abbreviation(zone *time.Location, from, to time.Time) string {
	name, _ := from.In(zone).Zone()
	if other, _ := to.In(zone).Zone(); other != name {
		return clocksChange
	}
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// local is a span in the zone of the scheduled actions, in brackets; "" without one.
func (r Report) local(from, to time.Time) string {
	zone := r.zone()
	if zone == nil {
		return ""
	}
	begin, end := from.In(zone), to.In(zone)
	format, date := "15:04", from.UTC().Format(time.DateOnly)
	if r.days() || begin.Format(time.DateOnly) != date || end.Format(time.DateOnly) != date {
		format = "2 Jan 15:04"
	}
	name := abbreviation(zone, from, to)
	if name == clocksChange {
		name = zone.String()
	}
	return fmt.Sprintf(" (%s to %s %s)", begin.Format(format), end.Format(format), name)
}

// eventLines say when the events that the names of scheduled actions tell had a floor.
func (r Report) eventLines() (out [][2]string) {
	type floors struct {
		from, to       time.Time
		least, highest int
	}
	var names []string
	all := map[string]*floors{}
	for _, e := range r.Result.Events {
		name := events.NameOf(e.Name)
		if e.Kind != rehearsal.ScheduleEvent || name == "" {
			continue
		}
		f := all[name]
		if f == nil {
			f = &floors{from: e.At, least: e.From}
			names, all[name] = append(names, name), f
		}
		f.to, f.least, f.highest = e.At, min(f.least, e.From), max(f.highest, e.From)
	}
	for _, name := range names {
		f := all[name]
		minimum := fmt.Sprint(f.least)
		if f.highest > f.least {
			minimum += fmt.Sprintf(" to %d", f.highest)
		}
		out = append(out, [2]string{"event", fmt.Sprintf("%s: a minimum of %s, asserted from %s UTC%s", name, minimum,
			r.span(f.from, f.to), r.local(f.from, f.to))})
	}
	return once(out)
}
