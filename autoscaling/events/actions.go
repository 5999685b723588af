package events

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
)

// Actions assert the calendar's floors again and again, so that one
// that a deployment has overwritten (fact C24) is back by itself. They set the
// minimum only, and nothing in them depends on when they are made: no StartTime
// and no EndTime, as nobody says whether AWS takes past ones (fact B11), and
// past events stay.
//
// How they come about:
//
//  1. Every floor is a row of instants, from its beginning in steps of
//     AssertEvery. Floors are merged before, so an instant has one floor only
//     and no action can lower another's, whatever its zone.
//  2. An instant becomes the date, hour and minute that clocks show in the
//     floor's zone. In an hour that occurs twice a cron would run once; there
//     instants are taken in UTC, so that none depends on which one it is. An
//     hour that does not exist has no instants.
//  3. On one date the hours with the same minutes become one pattern: a
//     window is at most three, its full hours and a part of an hour at either end.
//  4. Dates with the same pattern share it: in one month as a list of days, or
//     as weekdays where it is on all of them; months with the same days share
//     one expression, and so do years with the same months.
//
// So the expressions hold every instant exactly once, and no other.
func (c Calendar) Actions() []Action {
	c = c.withDefaults()
	var instants []Instant
	for _, f := range c.Floors() {
		for t := f.From; t.Before(f.To); t = t.Add(c.AssertEvery) {
			instants = append(instants, Instant{t, f.MinCapacity, f.Events})
		}
	}
	return Actions(instants, "floor")
}

// Instant is a capacity that is asserted at one instant.
type Instant struct {
	// At is in the zone in which an expression names it.
	At       time.Time
	Capacity int
	// Events are the names of the events that need the capacity, sorted.
	Events []string
}

// Action asserts a capacity at the times of a cron expression.
type Action struct {
	// Name is unique among the actions that are made together.
	Name string
	// Schedule is a cron(…) expression, read in the IANA zone Timezone.
	Schedule, Timezone string
	Capacity           int
}

// Actions assert every instant exactly once, and no other, in the order of their
// first runs. what becomes part of their names. years are added to every
// expression.
func Actions(instants []Instant, what string, years ...int) []Action {
	rules := cronRules(instants)
	actions := make([]Action, len(rules))
	for i, r := range rules {
		r.years = append(slices.Clip(r.years), years...)
		actions[i] = Action{Name: r.name(what), Schedule: r.String(), Timezone: r.zone, Capacity: r.capacity}
	}
	return actions
}

// cronRules hold every instant exactly once, and no other, in the order of
// their first runs.
func cronRules(instants []Instant) []cronRule {
	var rules []cronRule
	for p, dates := range patterns(instants) {
		rules = append(rules, p.rules(dates)...)
	}
	slices.SortFunc(rules, func(a, b cronRule) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.zone, b.zone), cmp.Compare(a.String(), b.String()))
	})
	return rules
}

// pattern is the part of a cron expression below the date, and what it asserts.
type pattern struct {
	zone     string
	capacity int
	hours    uint32
	minutes  uint64
}

type yearMonth struct {
	year  int
	month time.Month
}

type dates map[yearMonth]*monthDates

// monthDates are days of a month, as bits, with the events that fall on them.
type monthDates struct {
	days   uint32
	events []string
}

// readings are the minutes of one day, by hour, at which one floor is asserted.
type readings struct {
	minutes [24]uint64
	events  []string
}

func patterns(instants []Instant) map[pattern]dates {
	type key struct {
		zone     string
		capacity int
		yearMonth
		day int
	}
	days := map[key]*readings{}
	for _, a := range instants {
		local := a.At
		if shownTwice(local) {
			local = local.UTC()
		}
		year, month, day := local.Date()
		k := key{local.Location().String(), a.Capacity, yearMonth{year, month}, day}
		if days[k] == nil {
			days[k] = &readings{}
		}
		days[k].minutes[local.Hour()] |= 1 << local.Minute()
		days[k].events = union(days[k].events, a.Events)
	}

	patterns := map[pattern]dates{}
	for k, r := range days {
		hours := map[uint64]uint32{}
		for hour, minutes := range r.minutes {
			if minutes != 0 {
				hours[minutes] |= 1 << hour
			}
		}
		for minutes, hours := range hours {
			p := pattern{k.zone, k.capacity, hours, minutes}
			if patterns[p] == nil {
				patterns[p] = dates{}
			}
			if patterns[p][k.yearMonth] == nil {
				patterns[p][k.yearMonth] = &monthDates{}
			}
			m := patterns[p][k.yearMonth]
			m.days |= 1 << k.day
			m.events = union(m.events, r.events)
		}
	}
	return patterns
}

// daySet is days of a month, or all of some weekdays where those are not 0.
type daySet struct {
	days     uint32
	weekdays uint8
}

// cronRule is one scheduled action in the making.
type cronRule struct {
	pattern
	daySet
	months uint16
	years  []int
	events []string
	first  int // its earliest run, as yyyymmddhhmm, for the order only
}

func (p pattern) rules(d dates) []cronRule {
	months := make([]yearMonth, 0, len(d))
	for m := range d {
		months = append(months, m)
	}
	slices.SortFunc(months, func(a, b yearMonth) int {
		return cmp.Or(cmp.Compare(a.year, b.year), cmp.Compare(a.month, b.month))
	})
	// Months with the same days in one year, then years with the same months.
	var inYear []cronRule
	for _, m := range months {
		on := m.daySet(d[m].days)
		i := slices.IndexFunc(inYear, func(r cronRule) bool { return r.daySet == on && r.years[0] == m.year })
		if i < 0 {
			i = len(inYear)
			first := (m.year*100+int(m.month))*100 + bits.TrailingZeros32(d[m].days)
			first = (first*100+bits.TrailingZeros32(p.hours))*100 + bits.TrailingZeros64(p.minutes)
			inYear = append(inYear, cronRule{pattern: p, daySet: on, years: []int{m.year}, first: first})
		}
		inYear[i].months |= 1 << m.month
		inYear[i].events = union(inYear[i].events, d[m].events)
	}
	var rules []cronRule
	for _, r := range inYear {
		i := slices.IndexFunc(rules, func(o cronRule) bool { return o.daySet == r.daySet && o.months == r.months })
		if i < 0 {
			rules = append(rules, r)
			continue
		}
		rules[i].years = append(rules[i].years, r.years...)
		rules[i].events = union(rules[i].events, r.events)
	}
	return rules
}

// daySet is days as weekdays, where they are all of these in the month: so
// months of a weekly event are alike.
func (m yearMonth) daySet(days uint32) daySet {
	var on uint8
	for day := range 32 {
		if days>>day&1 == 1 {
			on |= 1 << m.weekday(day)
		}
	}
	for day := 1; day <= time.Date(m.year, m.month+1, 0, 0, 0, 0, 0, time.UTC).Day(); day++ {
		if days>>day&1 == 0 && on>>m.weekday(day)&1 == 1 {
			return daySet{days: days}
		}
	}
	return daySet{weekdays: on}
}

func (m yearMonth) weekday(day int) time.Weekday {
	return time.Date(m.year, m.month, day, 0, 0, 0, 0, time.UTC).Weekday()
}

// union is the sorted values of two sorted lists.
func union(a, b []string) []string {
	for _, s := range b {
		if at, found := slices.BinarySearch(a, s); !found {
			a = slices.Insert(slices.Clone(a), at, s)
		}
	}
	return a
}
