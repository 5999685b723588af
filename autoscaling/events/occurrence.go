package events

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// occurrence is one time that an event comes.
type occurrence struct{ starts, ends time.Time }

const (
	eventDate     = "2006-01-02"
	eventClock    = "15:04"
	eventDateTime = eventDate + "T" + eventClock

	// Events lie where AWS's cron has years, with a day to spare on either side.
	firstEventYear, lastEventYear = 2000, 2198

	// Longer is a matter of MinCapacity, and would be thousands of firings.
	maxEventDuration = 31 * 24 * time.Hour
	maxEventWeeks    = 160
)

// occurrences are the times that the event comes, in no particular order, or
// everything that is wrong with when it comes.
func (e Event) occurrences() ([]occurrence, problem.List) {
	var ps problem.List
	loc, err := schedule.ParseZone(e.Timezone)
	ps = append(ps, problem.From(err).In("Timezone")...)
	if e.Timezone == "" {
		ps.Add("Timezone", nil, "an event's times are those of a time zone",
			"give the zone of its place, such as Europe/London, or UTC where its times are in UTC")
	}

	var readings [][2]time.Time
	var more problem.List
	if e.recurs() {
		readings, more = e.recurring()
	} else {
		readings, more = e.once()
	}
	if ps = append(ps, more...); len(ps) > 0 {
		return nil, ps
	}
	found := make([]occurrence, len(readings))
	for i, r := range readings {
		found[i] = occurrence{firstShown(r[0], loc), lastShown(r[1], loc)}
	}
	return found, nil
}

func (e Event) recurs() bool {
	return len(e.Dates) > 0 || len(e.Weekdays) > 0 || e.From != "" || e.Until != ""
}

func (e Event) once() ([][2]time.Time, problem.List) {
	var ps problem.List
	read := func(field, s string) time.Time {
		reading, err := time.Parse(eventDateTime, s)
		switch {
		case s == "":
			ps.Add(field, nil, "an event starts and ends at some time", "such as 2027-05-30T20:00")
		case err != nil:
			rule, fix := whenFix(s, e.Timezone)
			ps.Add(field, s, rule, fix)
		default:
			ps = append(ps, checkEventYear(field, s, reading)...)
		}
		return reading
	}
	starts, ends := read("Starts", e.Starts), read("Ends", e.Ends)
	if len(ps) > 0 {
		return nil, ps
	}
	switch long := ends.Sub(starts); {
	case long <= 0:
		fix := "put the end after the start"
		if next := ends.AddDate(0, 0, 1); next.After(starts) {
			fix = "write it as " + next.Format(eventDateTime) + " where it is on the next day, or put it after the start"
		}
		ps.Add("Ends", e.Ends, "the event ends before it has started, at "+e.Starts, fix)
	case long > maxEventDuration:
		ps.Add("Ends", e.Ends,
			fmt.Sprintf("the event lasts %d days, and one event lasts at most %d", int(long.Hours()/24),
				int(maxEventDuration.Hours()/24)),
			"raise the target's own minimum for so long a time, or divide the event")
	}
	return [][2]time.Time{{starts, ends}}, ps
}

func (e Event) recurring() ([][2]time.Time, problem.List) {
	var ps problem.List
	clock := func(field, s string) time.Duration {
		reading, err := time.Parse(eventClock, s)
		switch {
		case s == "":
			ps.Add(field, nil, "an event starts and ends at some time", "such as 20:00")
		case err != nil:
			ps.Add(field, s, "on «Dates» and «Weekdays» an event has a local time alone", clockFix(s))
		}
		return time.Duration(reading.Hour())*time.Hour + time.Duration(reading.Minute())*time.Minute
	}
	starts, ends := clock("Starts", e.Starts), clock("Ends", e.Ends)
	if len(ps) == 0 && starts == ends {
		ps.Add("Ends", e.Ends, "the event ends when it starts",
			"put the end after the start; a smaller time is on the next day")
	}
	if ends < starts {
		ends += 24 * time.Hour
	}
	var days []time.Time
	var more problem.List
	switch {
	case len(e.Dates) > 0 && (len(e.Weekdays) > 0 || e.From != "" || e.Until != ""):
		ps.Add("Dates", nil, "an event is either on «Dates» or on «Weekdays», «From» one date «Until» another",
			"make two events of it")
	case len(e.Dates) > 0:
		days, more = e.onDates()
	default:
		days, more = e.onWeekdays()
	}
	ps = append(ps, more...)
	readings := make([][2]time.Time, len(days))
	for i, day := range days {
		readings[i] = [2]time.Time{day.Add(starts), day.Add(ends)}
	}
	return readings, ps
}

func (e Event) onDates() ([]time.Time, problem.List) {
	var ps problem.List
	var days []time.Time
	for i, s := range e.Dates {
		field := fmt.Sprintf("Dates[%d]", i)
		day, dayProblems := readEventDate(field, s)
		if ps = append(ps, dayProblems...); len(dayProblems) > 0 {
			continue
		}
		if slices.Contains(days, day) {
			ps.Add(field, s, "this date is there twice", "remove one of the two")
		}
		days = append(days, day)
	}
	return days, ps
}

var weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

func (e Event) onWeekdays() ([]time.Time, problem.List) {
	var ps problem.List
	var on [7]bool
	for i, s := range e.Weekdays {
		day := slices.Index(weekdays, strings.ToUpper(s))
		switch field := fmt.Sprintf("Weekdays[%d]", i); {
		case day < 0:
			ps.Add(field, s, "a weekday is one of SUN, MON, TUE, WED, THU, FRI and SAT", weekdayFix(s))
		case on[day]:
			ps.Add(field, s, "this weekday is there twice", "remove one of the two")
		default:
			on[day] = true
		}
	}
	if len(e.Weekdays) == 0 {
		ps.Add("Weekdays", nil, "«From» and «Until» want the days of the week",
			"give «Weekdays», such as SAT and SUN, or «Dates»")
	}
	from, more := readEventDate("From", e.From)
	ps = append(ps, more...)
	until, more := readEventDate("Until", e.Until)
	if ps = append(ps, more...); len(ps) > 0 {
		return nil, ps
	}
	if until.Sub(from) > maxEventWeeks*7*24*time.Hour {
		ps.Add("Until", e.Until, fmt.Sprintf("the event comes for more than %d weeks", maxEventWeeks),
			"end it sooner, and move the end on from season to season")
		return nil, ps
	}
	var days []time.Time
	for day := from; !day.After(until); day = day.AddDate(0, 0, 1) {
		if on[day.Weekday()] {
			days = append(days, day)
		}
	}
	switch {
	case until.Before(from):
		ps.Add("Until", e.Until, "the last date is before the first, "+e.From, "put it after «From»")
	case len(days) == 0:
		ps.Add("Weekdays", strings.Join(e.Weekdays, ", "), "none of these days is between "+e.From+" and "+e.Until,
			"move one of the dates")
	}
	return days, ps
}

func weekdayFix(s string) string {
	if len(s) >= 3 && slices.Contains(weekdays, strings.ToUpper(s[:3])) && !strings.ContainsAny(s, "-,") {
		return "write " + strings.ToUpper(s[:3])
	}
	if days := WeekdayRange(s); days != nil {
		return "write " + strings.Join(days, ", ")
	}
	return "write each day by its three letters"
}

// WeekdayRange is the days of a range such as MON-FRI; nil for any other text.
func WeekdayRange(text string) (days []string) {
	first, last, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), "-")
	from, to := slices.Index(weekdays, first), slices.Index(weekdays, last)
	if !ok || from < 0 || to < 0 || from == to {
		return nil
	}
	for day := from; ; day = (day + 1) % len(weekdays) {
		if days = append(days, weekdays[day]); day == to {
			return days
		}
	}
}

func readEventDate(field, s string) (time.Time, problem.List) {
	var ps problem.List
	day, err := time.Parse(eventDate, s)
	switch {
	case s == "":
		ps.Add(field, nil, "«Weekdays» have a first and a last date", "such as 2027-05-30")
	case err != nil:
		rule, fix := dateFix(s)
		ps.Add(field, s, rule, fix)
	default:
		ps = checkEventYear(field, s, day)
	}
	return day, ps
}

func checkEventYear(field, got string, reading time.Time) problem.List {
	var ps problem.List
	if year := reading.Year(); year < firstEventYear || year > lastEventYear {
		ps.Add(field, got, fmt.Sprintf("events are from %d to %d", firstEventYear, lastEventYear), "correct the year")
	}
	return ps
}
