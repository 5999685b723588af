package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// due is a time during which more than the own minimum is to run, in the calendar's grid.
type due struct {
	from, to int64 // minutes since 1970
	excess   int   // over the own minimum
}

// leadTime is how long after a floor is asserted its capacity has to run: the start time,
// an assertion that is lost, the action's delay, and the margin for instances that AWS does
// not have at once.
func leadTime(c events.Calendar) time.Duration { return c.LeadTime(events.Event{}) }

// dues are when how much is due, by c: what its floors have asked for without a break for
// longer than after. Where they overlap, what they exceed the own minimum by adds up.
func dues(c events.Calendar, own int, after time.Duration) []due {
	lead := int64(after.Minutes())
	var rising []due
	for _, f := range c.Floors() {
		d := due{from: minute(f.From), to: minute(f.To), excess: f.MinCapacity - own}
		if d.excess <= 0 {
			continue
		}
		if last := len(rising) - 1; last >= 0 && rising[last].to == d.from && rising[last].excess == d.excess {
			rising[last].to = d.to
			continue
		}
		rising = append(rising, d)
	}
	// Each level is due from a lead time after the last minute below it: due in turn are the
	// parts of rising that reach it, shortened at their beginning.
	levels := make([]int, 0, len(rising))
	for _, d := range rising {
		levels = append(levels, d.excess)
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	var spans []due
	below := 0
	for _, level := range levels {
		for i := 0; i < len(rising); i++ {
			if rising[i].excess < level {
				continue
			}
			span := due{from: rising[i].from + lead, to: rising[i].to, excess: level - below}
			for i+1 < len(rising) && rising[i+1].from == span.to && rising[i+1].excess >= level {
				i++
				span.to = rising[i].to
			}
			if span.from < span.to {
				spans = append(spans, span)
			}
		}
		below = level
	}
	return spans
}

func minute(t time.Time) int64 { return t.Unix() / 60 }

const (
	minutesAWeek = 7 * 24 * 60
	// maxExpressions leaves room for the clock, its week and the result, of the 10
	// expressions of an alarm (fact A52); maxExpression is the longest.
	maxExpressions, maxExpression = 7, 2048
)

// floorMath is the expressions that give what is due over the own minimum.
type floorMath struct {
	// clock and week are expressions of minutes since start, and since the week's begin;
	// "" where there is nothing to tell.
	clock, week string
	// terms are sums, each an expression.
	terms []string
	// left is how many windows found no place.
	left int
}

// term is a window, or one that comes in some weeks in a row.
type term struct {
	due
	weeks int64
}

// encode writes spans as metric math on a metric with the ID id. Windows that come every
// week at the same time of UTC are one term: those of an event whose zone changes its
// clocks are one for summer and one for winter.
func encode(spans []due, id string) floorMath {
	if len(spans) == 0 {
		return floorMath{}
	}
	start := spans[0].from
	for _, d := range spans {
		start = min(start, d.from)
	}
	terms := weekly(spans, start)
	out := floorMath{clock: fmt.Sprintf("(EPOCH(%s) - %d) / 60", id, start*60)}
	var line []string
	length := 0
	for i, t := range terms {
		text := t.expression(start)
		if t.weeks > 1 {
			out.week = fmt.Sprintf("t - FLOOR(t / %d) * %d", minutesAWeek, minutesAWeek)
		}
		if length+len(text)+3 > maxExpression {
			if len(out.terms) == maxExpressions-1 {
				for _, left := range terms[i:] {
					out.left += int(left.weeks)
				}
				break
			}
			out.terms, line, length = append(out.terms, strings.Join(line, " + ")), nil, 0
		}
		line, length = append(line, text), length+len(text)+3
	}
	out.terms = append(out.terms, strings.Join(line, " + "))
	return out
}

// weekly joins windows that come in weeks in a row, in the order of their first one.
func weekly(spans []due, start int64) []term {
	type key struct {
		phase, length int64
		excess        int
	}
	open, terms := map[key]int{}, []term{}
	for _, d := range slices.SortedStableFunc(slices.Values(spans), func(a, b due) int {
		return int(a.from - b.from)
	}) {
		k := key{(d.from - start) % minutesAWeek, d.to - d.from, d.excess}
		i, ok := open[k]
		// A window over the end of a week cannot be told by its place in the week.
		if ok && k.phase+k.length <= minutesAWeek && terms[i].from+terms[i].weeks*minutesAWeek == d.from {
			terms[i].weeks++
			continue
		}
		open[k] = len(terms)
		terms = append(terms, term{d, 1})
	}
	return terms
}

func (t term) expression(start int64) string {
	from, to := t.from-start, t.to-start
	if t.weeks == 1 {
		return fmt.Sprintf("%d*(t>=%d AND t<%d)", t.excess, from, to)
	}
	phase := from % minutesAWeek
	return fmt.Sprintf("%d*(w>=%d AND w<%d AND t>=%d AND t<%d)", t.excess, phase, phase+to-from, from,
		to+(t.weeks-1)*minutesAWeek)
}
