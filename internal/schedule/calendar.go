package schedule

import (
	"math/bits"
	"strings"
	"time"

	"github.com/winebarrel/cronplan"
)

// calendar is what a cron expression means, as sets of bits. cronplan decides
// what matches; asked once for every minute, hour, month, year and every shape
// that a month can have, its answers make evaluation a matter of looking up,
// and Expression a comparable value.
type calendar struct {
	minutes uint64
	hours   uint32
	months  uint16
	// days is which days of a month match, by the weekday of its first day and
	// by how many days more than 28 it has. Every rule that AWS has for days
	// depends on nothing else.
	days  [7][4]uint32
	years [(lastYear-firstYear)/64 + 1]uint64
}

// newCalendar asks cronplan, which gets its fields without ranges: it panics in
// a month in which a range of days would have to start after the last one, and
// matches nothing in a stepped range that goes on after midnight or year's end.
func newCalendar(fields []string) (calendar, error) {
	x, err := cronplan.Parse(strings.Join(fields, " "))
	if err != nil {
		return calendar{}, err
	}
	var c calendar
	for minute := range 60 {
		if x.Minute.Match(time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC)) {
			c.minutes |= 1 << minute
		}
	}
	for hour := range 24 {
		if x.Hour.Match(time.Date(2000, 1, 1, hour, 0, 0, 0, time.UTC)) {
			c.hours |= 1 << hour
		}
	}
	for month := time.January; month <= time.December; month++ {
		if x.Month.Match(time.Date(2000, month, 1, 0, 0, 0, 0, time.UTC)) {
			c.months |= 1 << month
		}
	}
	for year := firstYear; year <= lastYear; year++ {
		if x.Year.Match(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)) {
			c.years[(year-firstYear)/64] |= 1 << ((year - firstYear) % 64)
		}
	}
	for _, first := range monthShapes {
		for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
			if matchesDay(x, day) {
				*c.shape(first) |= 1 << day.Day()
			}
		}
	}
	return c, nil
}

// matchesDay mends cronplan's 31W: in a month without a 31st it fires on the
// 30th or 29th if that is a weekday next to the 1st. Like 31 it has no day
// there, so it does not fire; AWS documents nothing else.
func matchesDay(x *cronplan.Expression, day time.Time) bool {
	if x.DayOfMonth.Any {
		return x.DayOfWeek.Match(day)
	}
	for _, e := range x.DayOfMonth.Exps {
		if e.NearestWeekday != nil && e.NearestWeekday.Int() > daysIn(day.Year(), day.Month()) {
			continue
		}
		if e.Match(day) {
			return true
		}
	}
	return false
}

// monthShapes is a first day of a month for each of the 28 shapes of months:
// the calendar repeats itself after 28 years.
var monthShapes = func() []time.Time {
	var firsts []time.Time
	var seen calendar
	for first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); first.Year() < 2028; first = first.AddDate(0, 1, 0) {
		if shape := seen.shape(first); *shape == 0 {
			*shape = 1
			firsts = append(firsts, first)
		}
	}
	return firsts
}()

// shape is the days of the month that begins with first.
func (c *calendar) shape(first time.Time) *uint32 {
	return &c.days[first.Weekday()][daysIn(first.Year(), first.Month())-28]
}

// inMonth is the days of a month on which the expression runs, in any hour.
func (c *calendar) inMonth(year int, month time.Month) uint32 {
	if year < firstYear || year > lastYear || c.years[(year-firstYear)/64]>>((year-firstYear)%64)&1 == 0 || c.months>>month&1 == 0 {
		return 0
	}
	return *c.shape(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// readings calls yield with every wall clock reading that matches, in order,
// from an hour on, until it returns false.
func (c *calendar) readings(from civil, yield func(civil) bool) {
	for year := max(from.year, firstYear); year <= lastYear; year++ {
		for month := time.January; month <= time.December; month++ {
			if year == from.year && month < from.month {
				continue
			}
			days := c.inMonth(year, month)
			if year == from.year && month == from.month {
				days &^= 1<<from.day - 1
			}
			for ; days != 0; days &= days - 1 {
				day, hours := bits.TrailingZeros32(days), c.hours
				if year == from.year && month == from.month && day == from.day {
					hours &^= 1<<from.hour - 1
				}
				if !c.readingsOf(year, month, day, hours, yield) {
					return
				}
			}
		}
	}
}

func (c *calendar) readingsOf(year int, month time.Month, day int, hours uint32, yield func(civil) bool) bool {
	for ; hours != 0; hours &= hours - 1 {
		for minutes := c.minutes; minutes != 0; minutes &= minutes - 1 {
			if !yield(civil{year, month, day, bits.TrailingZeros32(hours), bits.TrailingZeros64(minutes), 0}) {
				return false
			}
		}
	}
	return true
}
