package events

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// written is a date, a time or both as people write them.
type written struct {
	// year, month and day are 0 without a date; month and day may be none of the calendar.
	year, month, day int
	// swapped says that month and day may be the other way round.
	swapped bool
	// hour is -1 without a time. 24 is the midnight that ends the day.
	hour, minute int
	// offset is from UTC. Default: nil, none is given.
	offset *time.Duration
}

var (
	writtenText = regexp.MustCompile(`(?i)^(?:` +
		`(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}))(?:(?:\s*T\s*|,?\s+)|$))?` +
		`(?:(\d{1,2})(?:[:.h](\d{2})(?::\d{2}(?:\.\d+)?)?|h)?\s*(am|pm|a\.m\.|p\.m\.)?` +
		`\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$`)
	hourAlone = regexp.MustCompile(`^\d{1,2}$`)
	// namedMonth is a date with its month in English, such as 29 May 2027 or May 29th, 2027.
	namedMonth = regexp.MustCompile(`(?i)^(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+)?` +
		`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})\b`)
)

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

// withMonthAsNumber is s with the date at its beginning in digits, where its month has a name.
func withMonthAsNumber(s string) string {
	m := namedMonth.FindStringSubmatch(s)
	if m == nil || (m[1] == "") == (m[3] == "") {
		return s
	}
	month := strings.Index(monthNames, strings.ToLower(m[2]))/3 + 1
	return fmt.Sprintf("%s-%d-%s", m[4], month, m[1]+m[3]) + s[len(m[0]):]
}

// readWritten reads a date, a time or both in a form that people use, such as
// 29/05/2027 8pm.
func readWritten(s string) (w written, ok bool) {
	s = withMonthAsNumber(strings.TrimSpace(s))
	m := writtenText.FindStringSubmatch(s)
	if m == nil || s == "" || hourAlone.MatchString(s) {
		return w, false
	}
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // digits
	switch {
	case m[1] != "":
		w.year, w.month, w.day = number(m[1]), number(m[2]), number(m[3])
	case m[4] != "":
		w.year, w.month, w.day = number(m[6]), number(m[5]), number(m[4])
		w.swapped = w.month <= 12 && w.day <= 12 && w.month != w.day
	}
	if w.month > 12 && w.day <= 12 {
		w = w.other()
	}
	if w.hour = -1; m[7] == "" {
		return w, true
	}
	w.hour, w.minute = number(m[7]), number(m[8])
	if half := strings.ToLower(m[9]); half != "" {
		if w.hour < 1 || w.hour > 12 {
			return w, false
		}
		w.hour %= 12
		if half[0] == 'p' {
			w.hour += 12
		}
	}
	if w.hour > 24 || w.hour == 24 && w.minute > 0 || w.minute > 59 {
		return w, false
	}
	if zone := strings.ToUpper(m[10]); zone != "" {
		offset := time.Duration(0)
		if zone[0] == '+' || zone[0] == '-' {
			digits := strings.ReplaceAll(zone[1:], ":", "")
			offset = time.Duration(number(digits[:2]))*time.Hour + time.Duration(number(digits[2:]))*time.Minute
			if zone[0] == '-' {
				offset = -offset
			}
		}
		w.offset = &offset
	}
	return w, true
}

// noSuchDate says why the date is none of the calendar; "" where it is one, or there is
// none.
func (w written) noSuchDate() string {
	if w.year == 0 {
		return ""
	}
	if w.month < 1 || w.month > 12 {
		return fmt.Sprintf("there is no month %d", w.month)
	}
	if w.day < 1 || w.day > w.lastDay().day {
		return fmt.Sprintf("there is no such date: %s %d has %d days", time.Month(w.month), w.year, w.lastDay().day)
	}
	return ""
}

// lastDay is w on the last day of its month.
func (w written) lastDay() written {
	w.day = time.Date(w.year, time.Month(w.month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return w
}

// dateCorrection is how a date that is none of the calendar is written in a layout, or
// else that it has to be corrected.
func (w written) dateCorrection(layout string) string {
	if w.month < 1 || w.month > 12 || w.day < 1 {
		return "correct the date"
	}
	return "correct the date, such as to " + w.lastDay().reading().Format(layout) + ", the last of that month"
}

// reading is the date and time as clocks show them; of a time without a date that of the
// year 0.
func (w written) reading() time.Time {
	return time.Date(w.year, time.Month(max(w.month, 1)), max(w.day, 1), max(w.hour, 0), w.minute, 0, 0, time.UTC)
}

// in is the reading that clocks in an event's zone show, where w has an offset.
func (w written) in(zone string) time.Time {
	reading := w.reading()
	loc, err := schedule.ParseZone(zone)
	if w.offset == nil || err != nil {
		return reading
	}
	y, mon, d := reading.Add(-*w.offset).In(loc).Date()
	h, m, _ := reading.Add(-*w.offset).In(loc).Clock()
	return time.Date(y, mon, d, h, m, 0, 0, time.UTC)
}

// whenFix is how s is written as a date and time, or else an example.
func whenFix(s, zone string) (rule, fix string) {
	rule = "an event that comes once has a date and a local time, without an offset"
	w, ok := readWritten(s)
	switch none := w.noSuchDate(); {
	case !ok:
		return rule, "such as 2027-05-30T20:00"
	case none != "" && w.hour < 0:
		return none, w.dateCorrection(eventDate)
	case none != "":
		return none, w.dateCorrection(eventDateTime)
	case w.year == 0:
		return rule, "put the date before it, as 2027-05-30T" + w.reading().Format(eventClock) +
			", or give «Dates» or «Weekdays»"
	case w.hour < 0:
		return rule, "put the time after it, as " + w.reading().Format(eventDate) + "T20:00"
	}
	fix = "write it as " + w.in(zone).Format(eventDateTime)
	switch {
	case w.swapped:
		fix += fmt.Sprintf(", or as %s where the month comes first", w.other().in(zone).Format(eventDateTime))
	case w.offset != nil && zone != "" && !w.in(zone).Equal(w.reading()):
		fix += ", the same time in " + zone
	}
	return rule, fix
}

// digitsAlone is an hour, or hour and minute, without anything between them, such as 18 or 1830.
var digitsAlone = regexp.MustCompile(`^(\d{1,2}?)(\d\d)?$`)

// clockFix is how s is written as a time alone, or else an example.
func clockFix(s string) string {
	if m := digitsAlone.FindStringSubmatch(s); m != nil {
		if at, err := time.Parse("15:4", m[1]+":"+cmp.Or(m[2], "0")); err == nil {
			return "write it as " + at.Format(eventClock)
		}
	}
	w, ok := readWritten(s)
	switch {
	case !ok || w.hour < 0 || w.noSuchDate() != "":
		return "such as 20:00"
	case w.year != 0:
		return "write it as " + w.reading().Format(eventClock) + ", or leave «Dates» and «Weekdays» out"
	case w.offset != nil:
		return "write it as " + w.reading().Format(eventClock) + " where that is the time in «Timezone»"
	}
	return "write it as " + w.reading().Format(eventClock)
}

// dateFix is how s is written as a date alone, or else an example.
func dateFix(s string) (rule, fix string) {
	w, ok := readWritten(s)
	switch none := w.noSuchDate(); {
	case !ok || w.year == 0:
		return "this is not a date", "such as 2027-05-30"
	case none != "":
		return none, w.dateCorrection(eventDate)
	case w.swapped:
		return "this is not how a date is written", fmt.Sprintf("write it as %s, or as %s where the month comes first",
			w.reading().Format(eventDate), w.other().reading().Format(eventDate))
	}
	return "this is not how a date is written", "write it as " + w.reading().Format(eventDate)
}

// other is w with its month and day the other way round.
func (w written) other() written {
	w.month, w.day = w.day, w.month
	return w
}
