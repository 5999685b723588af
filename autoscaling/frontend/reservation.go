package frontend

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Reservation is a minimum of a load balancer's capacity units, from one
// instant up to another.
type Reservation struct {
	// From and To are in the zone of the first of Events.
	From, To time.Time
	// CapacityUnits is the minimum, over all zones.
	CapacityUnits int
	// Events are the names of the events it is for, sorted.
	Events []string
}

// Limits of a reservation (facts F19 and F27).
const (
	MinReservedUnits = 100
	MaxReservedUnits = 15000
	// releasesADay is how often in 24 hours a reservation may be lowered.
	releasesADay = 2
)

// DefaultReservationLeadTime is how long before the traffic capacity units are
// asked for: AWS speaks of minutes, and of up to a few hours (fact F19).
const DefaultReservationLeadTime = 2 * time.Hour

const (
	// reassertAfter is when a reservation is asked for again, in case that AWS
	// had no capacity the first time; raising it is not counted (fact F19).
	reassertAfter = time.Hour
	// ReservationRetries is how long a request is retried. It is less than the
	// time between two requests, so a retry never overwrites a later request.
	ReservationRetries = 30 * time.Minute
)

// Reservations are the reserved capacity units in order of time. c is the calendar
// that a Unit of capacity units makes. Each is raised once, at its highest, and
// released once. As AWS lowers a reservation twice a day only (fact F19), of
// more that would end within 24 hours two become one that goes on between them.
func Reservations(c events.Calendar) []Reservation {
	c.ReleaseSteps = 1
	var held []Reservation
	for _, f := range c.Floors() {
		if f.MinCapacity == c.MinCapacity {
			continue // the release
		}
		r := Reservation{f.From, f.To, max(f.MinCapacity, MinReservedUnits), f.Events}
		// A release that is hardly over would stand in the way of what follows.
		if n := len(held) - 1; n >= 0 && r.From.Sub(held[n].To) < reassertAfter {
			held[n] = held[n].with(r)
			continue
		}
		held = append(held, r)
	}
	for i := 0; i+releasesADay < len(held); {
		if held[i+releasesADay].To.Sub(held[i].To) >= 24*time.Hour {
			i++
			continue
		}
		shortest := i
		for j := i; j < i+releasesADay; j++ {
			if held[j+1].From.Sub(held[j].To) < held[shortest+1].From.Sub(held[shortest].To) {
				shortest = j
			}
		}
		held[shortest] = held[shortest].with(held[shortest+1])
		held = slices.Delete(held, shortest+1, shortest+2)
		i = max(0, i-releasesADay) // the ends before it are judged again
	}
	return held
}

// with is a reservation that goes on until a later one ends.
func (r Reservation) with(later Reservation) Reservation {
	r.To, r.CapacityUnits = later.To, max(r.CapacityUnits, later.CapacityUnits)
	r.Events = slices.Concat(r.Events, later.Events)
	slices.Sort(r.Events)
	r.Events = slices.Compact(r.Events)
	loc := r.From.Location()
	if r.Events[0] == later.Events[0] {
		loc = later.To.Location()
	}
	r.From, r.To = r.From.In(loc), r.To.In(loc)
	return r
}

// ReservationSchedule asks for capacity units at its times.
type ReservationSchedule struct {
	// Name is unique among a calendar's schedules.
	Name string
	// Schedule is a cron(…) expression, read in the IANA zone Timezone.
	Schedule, Timezone string
	// CapacityUnits is what is reserved; 0 releases the reservation.
	CapacityUnits int
}

// farYears are far from every event. They stand in every schedule's expression
// so that there always is a next run: whether EventBridge Scheduler takes a
// schedule that never runs again is not documented, and one at a past instant it
// refuses (fact F27). So an old event never stands in the way of a deployment.
// As leap years they have all dates, and in no two of them clocks skip an hour
// on the same one.
var farYears = []int{2192, 2196}

// ReservationSchedules are the schedules that keep Reservations. A reservation is
// asked for twice and released once. They are expressions like those of
// ScheduledActions, and share dates as they do.
func ReservationSchedules(c events.Calendar) []ReservationSchedule {
	var instants []events.Instant
	for _, r := range Reservations(c) {
		instants = append(instants, events.Instant{At: r.From, Capacity: r.CapacityUnits, Events: r.Events},
			events.Instant{At: r.To, Events: r.Events})
		if again := r.From.Add(reassertAfter); !again.Add(reassertAfter).After(r.To) {
			instants = append(instants, events.Instant{At: again, Capacity: r.CapacityUnits, Events: r.Events})
		}
	}
	actions := events.Actions(instants, "capacity units", farYears...)
	schedules := make([]ReservationSchedule, len(actions))
	for i, a := range actions {
		schedules[i] = ReservationSchedule{Name: a.Name, Schedule: a.Schedule, Timezone: a.Timezone,
			CapacityUnits: a.Capacity}
	}
	return schedules
}

// MaxReservationSchedules leaves room in the 500 resources of a stack.
const MaxReservationSchedules = 400

// ValidateReservations returns everything wrong with a calendar of capacity
// units, with the field paths of this struct. The quota of scheduled actions
// does not apply to it.
func ValidateReservations(c events.Calendar) problem.List {
	c.MaxCapacity = math.MaxInt32 // MaxReservedUnits has its own words
	ps := c.ValidateEvents()
	if len(ps) > 0 {
		return ps
	}
	for i, e := range c.Events {
		one := c
		one.Events = []events.Event{e}
		if units := one.HighestFloor(); units > MaxReservedUnits {
			ps.Add(fmt.Sprintf("Events[%d].PeakRequestsPerSecond", i), e.PeakRequestsPerSecond,
				fmt.Sprintf("the event needs %d capacity units, and a load balancer has at most %d", units, MaxReservedUnits),
				"divide the traffic over several load balancers")
		}
	}
	if n := len(ReservationSchedules(c)); n > MaxReservationSchedules {
		ps.Add("Events", len(c.Events),
			fmt.Sprintf("capacity units need %d schedules, and a stack has room for %d", n, MaxReservationSchedules),
			"remove past events, or give events the same times and peaks")
	}
	return ps
}
