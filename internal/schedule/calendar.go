package schedule

import (
	"math/bits"
	"strings"
	"time"

	"github.com/winebarrel/cronplan"
)

// calendar is a cron expression as bit sets of what matches. cronplan is called once
// for every minute, hour, month, year and shape of a month; afterwards evaluation
// is a lookup, and Expression is comparable.
type calendar struct {
	minutes uint64
	hours   uint32
	months  uint16
	// days are the matching days of a month, by the weekday of its first day and by
	// its number of days over 28. All of AWS's rules for days depend on these two.
	days  [7][4]uint32
	years [(lastYear-firstYear)/64 + 1]uint64
}

// newCalendar evaluates fields, whose ranges are spelled out, with cronplan. Given
// ranges, cronplan panics in a month that ends before a range of days begins, and
// matches nothing in a stepped range that wraps around.
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

// matchesDay corrects cronplan's 31W: in a month without a 31st cronplan matches the
// 30th or 29th if that is a weekday next to the 1st. Here 31W matches no day in such
// a month, as 31 does; AWS documents no exception.
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

// monthShapes has the first day of one month for each of the 28 combinations of
// first weekday and length; 28 years have them all.
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

// shape returns the days of the month that begins with first.
func (c *calendar) shape(first time.Time) *uint32 {
	return &c.days[first.Weekday()][daysIn(first.Year(), first.Month())-28]
}

// inMonth returns the days of a month on which the expression runs.
func (c *calendar) inMonth(year int, month time.Month) uint32 {
	if year < firstYear || year > lastYear || c.months>>month&1 == 0 ||
		c.years[(year-firstYear)/64]>>((year-firstYear)%64)&1 == 0 {
		return 0
	}
	return *c.shape(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// readings calls yield with every matching wall clock reading from an hour on, in
// order, until yield returns false.
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
