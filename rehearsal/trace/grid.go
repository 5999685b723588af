package trace

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxRatePerMinute is the highest rate that is believed: at 1,000 requests/s an
// instance it needs more than 16,000 instances. More is another unit or a counter.
const maxRatePerMinute = 1e9

// maxPeriod is a month, in seconds.
const maxPeriod = 31 * 24 * 3600

// trace puts the rows or requests on a grid of periods, and reports gaps.
func (x *reader) trace() Trace {
	switch {
	case len(x.problems) > 0:
		return Trace{} // incomplete rows would only cause further problems
	case x.rows.rows > x.maxRows:
		x.add(position{}, "", fmt.Sprintf("a trace has at most %d rows", x.maxRows),
			"add them up by the minute, or give a part of it")
		return Trace{}
	case x.requests.rows > 0:
		return x.requestTrace()
	case x.rows.rows == 0:
		x.add(position{}, "", "there is no count in it", "give lines of a time and a number of requests")
		return Trace{}
	}
	period := x.period()
	if period == 0 {
		return Trace{}
	}
	first, last := x.rows.first(), x.rows.last()
	if x.direction < 0 {
		first, last = last, first
	}
	periods := (last-first)/period + 1
	if x.unit == unitCounter {
		periods-- // a counter's last row ends the last period
	}
	if !x.fits(periods, period, x.rows.rows) {
		return Trace{}
	}
	if x.unit == unitCounter {
		return x.counterTrace(first, period, periods)
	}
	t := Trace{Start: time.Unix(first, 0).UTC(), Period: time.Duration(period) * time.Second,
		Counts: make([]float64, periods)}
	scale := 1.0
	switch x.unit {
	case unitRate:
		scale = float64(period)
	case unitPerMinute:
		scale = float64(period) / 60
	}
	before := first - period // the row before; with the newest first, the row after
	if x.direction < 0 {
		before = last + period
	}
	var smooth jumps
	impossible, firstImpossible := 0, func() {}
	x.rows.each(true, func(at int64, v float64, where position) {
		n := v * scale
		switch {
		case (at-first)%period != 0:
			x.add(where, formatTime(at), fmt.Sprintf("periods of %s begin at %s, and this is between two of them: "+
				"the periods are mixed", problem.Duration(t.Period), formatTime(first)), "write all counts with one period")
			return
		case n/float64(period)*60 > maxRatePerMinute:
			if impossible++; impossible == 1 {
				first := fmt.Sprintf("in the %s from %s", problem.Duration(t.Period), formatTime(at))
				firstImpossible = func() {
					x.add(where, formatNumber(n), fmt.Sprintf("these are more than 1e9 requests a minute, %s, and so are %d more "+
						"rows: no endpoint serves them", first, impossible-1),
						"see what the column counts: it may be a counter, --unit counter, or bytes")
				}
			}
			return
		}
		if from, to := min(before, at)+period, max(before, at); to > from {
			x.gap(from, to, period, x.direction < 0)
		}
		if factor, found := smooth.add(v); found && x.format.table && x.options.Unit == "" {
			x.add(position{}, formatTime(smooth.at(at, period, x.direction)), fmt.Sprintf("from this row on the counts "+
				"go on as before, but %s: the unit has changed", factor), "write all rows in one unit, or say --unit "+
				string(unitCount)+" if this is the traffic")
		}
		before = at
		t.Counts[(at-first)/period] += n
	})
	firstImpossible()
	if x.direction < 0 {
		x.report.reverse()
	}
	return t
}

// gap reports a time without a row, as far as it is in the part that is played.
func (x *reader) gap(from, to, period int64, first bool) {
	if o := x.options; !o.From.IsZero() && from < o.From.Unix() {
		from += (o.From.Unix() - from + period - 1) / period * period
	}
	if o := x.options; !o.To.IsZero() && to > o.To.Unix() {
		to -= (to - o.To.Unix()) / period * period
	}
	if to > from {
		x.report.gap(time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC(), int((to-from)/period), first)
	}
}

// fits reports whether so many periods can be held, and are not nearly all gaps.
func (x *reader) fits(periods, period int64, rows int) bool {
	switch {
	case periods > 1_000_000 && periods/1000 > int64(rows):
		x.add(position{}, "", fmt.Sprintf("%d rows are spread over %d periods of %s: nearly all of it would be gaps", rows,
			periods, problem.Duration(time.Duration(period)*time.Second)),
			"look at the first and last times, or give a longer --period")
	case periods > int64(x.maxRows):
		x.add(position{}, "", fmt.Sprintf("a trace has at most %d periods, and this has %d of %s", x.maxRows, periods,
			problem.Duration(time.Duration(period)*time.Second)), "give a part of it, or a longer --period")
	case periods < 1:
		x.add(position{}, "", "a counter of a single row says no number of requests", "give two rows or more")
	default:
		return true
	}
	return false
}

// counterTrace is the increases of a counter, each spread over the time since the row
// before. A counter that falls has begun anew at 0.
func (x *reader) counterTrace(first, period, periods int64) Trace {
	t := Trace{Start: time.Unix(first, 0).UTC(), Period: time.Duration(period) * time.Second,
		Counts: make([]float64, periods)}
	seen, before, value := false, int64(0), 0.0
	x.rows.each(true, func(at int64, v float64, where position) {
		fromValue, toValue, from, to := value, v, before, at
		begun := seen
		seen, before, value = true, at, v
		if !begun {
			return
		}
		if from > to { // the newest row is first
			fromValue, toValue, from, to = toValue, fromValue, to, from
		}
		increase := toValue - fromValue
		if increase < 0 {
			increase = toValue
		}
		switch n := (to - from) / period; {
		case (to-from)%period != 0:
			x.add(where, formatTime(at), fmt.Sprintf("this is no multiple of %s from the row before: the periods are mixed",
				problem.Duration(t.Period)), "write all rows with one period")
		case increase/float64(to-from)*60 > maxRatePerMinute:
			x.add(where, formatNumber(increase), "the counter rises by more than 1e9 a minute: no endpoint serves them",
				"see what the column counts")
		default:
			for p := (from - first) / period; p < (to-first)/period; p++ {
				t.Counts[p] += increase / float64(n)
			}
		}
	})
	return t
}

// requestTrace is the requests counted so far. A period without one is no gap.
func (x *reader) requestTrace() Trace {
	c := &x.requests
	if !x.fits(c.latest-c.first+1, c.period, math.MaxInt) {
		return Trace{}
	}
	t := Trace{Start: time.Unix(c.first*c.period, 0).UTC(), Period: time.Duration(c.period) * time.Second,
		Counts: make([]float64, c.latest-c.first+1)}
	for i := range t.Counts {
		if t.Counts[i] = c.at(c.first + int64(i)); t.Counts[i]/float64(c.period)*60 > maxRatePerMinute {
			x.add(position{}, formatNumber(t.Counts[i]), "these are more than 1e9 requests a minute: no endpoint serves them",
				"look at what wrote the log")
			break
		}
	}
	return t
}

// mixedRun is how many longer steps of one length in a row are another period: gaps do
// not come at regular times.
const mixedRun = 5

// period is the grid's period in seconds: the file's, the option's, or the shortest
// time between two rows, which must also be the usual one. It is 0 if it is not known.
func (x *reader) period() int64 {
	if p := int64(x.options.Period / time.Second); p > 0 {
		if x.fixed > 0 && x.fixed != p {
			x.add(position{}, "", fmt.Sprintf("--period is %s, and the file says %s", problem.Duration(x.options.Period),
				problem.Duration(time.Duration(x.fixed)*time.Second)), "leave --period out")
			return 0
		}
		return p
	}
	if x.fixed > 0 {
		return x.fixed
	}
	shortest, often, first := int64(math.MaxInt64), 0, position{}
	firstAt := int64(0)
	x.steps(func(step, at int64, times int, where position) {
		switch {
		case step < shortest:
			shortest, often, first, firstAt = step, times, where, at
		case step == shortest:
			often += times
		}
	})
	switch steps := x.rows.rows - 1; {
	case steps == 0:
		x.add(x.rows.segments[0].first, "", "of a single row the period is not known", "say --period, such as --period 1m")
		return 0
	case shortest > maxPeriod:
		x.add(first, formatTime(firstAt), "this is more than a month after the row before: such counts say nothing "+
			"of a surge", "give counts of a day at most")
		return 0
	case 2*often < steps:
		x.add(first, formatTime(firstAt),
			fmt.Sprintf("this is %ds after the row before, and most rows are further apart: the periods are mixed", shortest),
			"write all counts with one period, or say --period")
		return 0
	}
	mixed := false
	run, length := 0, int64(0)
	x.steps(func(step, at int64, times int, where position) {
		if step != length {
			run, length = 0, step
		}
		if run += times; run >= mixedRun && step != shortest && !mixed {
			mixed = true
			x.add(where, formatTime(at), fmt.Sprintf("about here %d rows or more are %s apart one after another, others %s: "+
				"the periods are mixed", mixedRun, problem.Duration(time.Duration(step)*time.Second),
				problem.Duration(time.Duration(shortest)*time.Second)),
				"write all counts with one period, or say --period if a missing row means no requests")
		}
	})
	if mixed {
		return 0
	}
	return shortest
}

// steps calls f with the times between rows, equal ones together, and the row after
// the first of them.
func (x *reader) steps(f func(step, at int64, times int, where position)) {
	before := int64(0)
	for i, g := range x.rows.segments {
		if i > 0 {
			f(abs(g.start-before), g.start, 1, g.first)
		}
		if g.rows > 1 {
			f(abs(g.step), g.at(1), g.rows-1, g.next)
		}
		before = g.at(g.rows - 1)
	}
}

func abs(n int64) int64 { return max(n, -n) }

// formatNumber writes a number as it is.
func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
