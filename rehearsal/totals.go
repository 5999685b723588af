package rehearsal

import (
	"cmp"
	"math"
	"time"
)

// totals accumulates the figures of a Result.
type totals struct {
	in    Input
	start int64
	// lost is requests lost with their instance since the last second was counted.
	lost float64

	arrived, failed, shed float64
	waits, minuteWaits    histogram // of waiting time
	badSince, longestBad  int64
	worst                 float64
	worstAt               int64

	least, most      int
	actions, refused int
	shortSince       int64
	longestShort     int64
	longestShortAt   int64
	shortages        int

	under, over         float64
	underTime, overTime int64

	minuteEnds              int64
	minute                  Minute
	previous                [2]int // demand and supply a minute ago
	minutesSeen, unmatching int

	minutes     []Minute
	events      []Event
	latencyBins []uint16 // for the latency of every minute
}

func newTotals(in Input, start time.Time) totals {
	b := totals{in: in, start: start.Unix(), badSince: never, shortSince: never, worst: math.Inf(1)}
	if in.Minutes {
		b.latencyBins = latencyBins(serviceTimes(in.Service))
	}
	b.beginMinute(b.start)
	return b
}

// beginMinute begins a minute that ends with the clock's.
func (b *totals) beginMinute(now int64) {
	b.minute = Minute{At: time.Unix(now, 0).UTC(), InService: math.MaxInt}
	b.minuteEnds = (now/60 + 1) * 60
}

func (b *totals) record(ev Event, now int64) {
	if !b.in.Minutes {
		return
	}
	ev.At = time.Unix(now, 0).UTC()
	b.events = append(b.events, ev)
}

// badShare is the share of failed requests above which a second is bad.
const badShare = 0.001

// add counts seconds equal seconds, in each of which first requests arrive and
// lost requests fail finally.
func (b *totals) add(e *engine, s *flow, first, lost float64, needed int, seconds int64) {
	n := float64(seconds)
	failed := lost*n + b.lost
	b.lost = 0
	b.arrived += first * n
	b.failed += failed
	b.shed += s.shed * n
	b.minute.Arrived += first * n
	b.minute.Failed += failed
	b.countBadRun(e.now, failed > badShare*first*n, seconds)

	serving := e.fleet.serving
	e.fleet.billed += float64(e.fleet.hosts) * n
	b.least, b.most = min(b.least, serving), max(b.most, serving)
	b.minute.Needed, b.minute.InService = max(b.minute.Needed, needed), min(b.minute.InService, serving)
	b.compareSupply(e.now, needed, serving, seconds)

	if e.now+seconds == b.minuteEnds {
		b.endMinute(e)
	}
}

func (b *totals) countBadRun(now int64, bad bool, seconds int64) {
	switch {
	case !bad:
		b.badSince = never
	default:
		b.badSince = min(b.badSince, now)
		b.longestBad = max(b.longestBad, now+seconds-b.badSince)
	}
}

// compareSupply accounts for instances missing or in excess of the demand.
func (b *totals) compareSupply(now int64, needed, serving int, seconds int64) {
	demand := float64(max(needed, 1))
	switch {
	case serving < needed:
		b.under += float64(needed-serving) / demand * float64(seconds)
		b.underTime += seconds
		if b.shortSince == never {
			b.shortSince = now
			b.shortages++
		}
		if long := now + seconds - b.shortSince; long > b.longestShort {
			b.longestShort, b.longestShortAt = long, b.shortSince
		}
		return
	case serving > needed:
		b.over += float64(serving-needed) / demand * float64(seconds)
		b.overTime += seconds
	}
	b.shortSince = never
}

func (b *totals) endMinute(e *engine) {
	m := &b.minute
	m.Availability = availability(m.Arrived, m.Failed)
	if m.Availability < b.worst {
		b.worst, b.worstAt = m.Availability, m.At.Unix()
	}
	if b.minutesSeen > 0 && cmp.Compare(m.Needed, b.previous[0]) != cmp.Compare(m.InService, b.previous[1]) {
		b.unmatching++
	}
	b.previous = [2]int{m.Needed, m.InService}
	b.minutesSeen++
	if b.in.Minutes {
		e.stations.model.flush(&b.waits, &b.minuteWaits)
		latencies := b.minuteWaits.latenciesBy(b.latencyBins)
		m.P99 = latencies.quantile(0.99)
		m.Desired, m.Min, m.Max, m.Updating = e.desired, e.bounds[0], e.bounds[1], e.updating()
		b.minutes = append(b.minutes, *m)
		b.minuteWaits.reset()
	}
	b.beginMinute(b.minuteEnds)
}

// availability is the share of requests that were answered, 1 without requests.
// Requests that fail in a minute may have arrived in an earlier one.
func availability(arrived, failed float64) float64 {
	if arrived <= 0 {
		return 1
	}
	return max(0, 1-failed/arrived)
}

// result ends the rehearsal and computes its figures.
func (e *engine) result() Result {
	b := &e.totals
	if b.minute.At.Unix() != e.now {
		b.endMinute(e)
	}
	e.oracle.billUntil(e.now)
	var latencies histogram
	if promised := e.in.Objective.Latency > 0; !e.in.NoLatency || promised {
		e.stations.model.flush(&b.waits)
		if e.in.NoLatency {
			latencies = b.waits.latenciesBy(e.oracle.cache.latencyBins(e.oracle.serviceTimes))
		} else {
			latencies = b.waits.latencies(e.oracle.serviceTimes)
		}
	}
	seconds := float64(e.now - b.start)
	hours := func(instanceSeconds float64) float64 { return instanceSeconds / time.Hour.Seconds() }
	ratio := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return a / b
	}
	at := func(unix int64) time.Time { return time.Unix(unix, 0).UTC() }
	r := Result{
		From: at(b.start), To: at(e.now),
		Requests: Requests{
			Arrived: b.arrived, Failed: b.failed, Availability: availability(b.arrived, b.failed), Shed: b.shed,
			WorstMinute: at(b.worstAt), WorstMinuteAvailability: b.worst,
			LongestBadRun: time.Duration(b.longestBad) * time.Second,
		},
		Latency: Latency{latencies.quantile(0.5), latencies.quantile(0.95), latencies.quantile(0.99)},
		Capacity: Capacity{
			Most: b.most, Least: b.least, Actions: b.actions, Refused: b.refused,
			LongestShortage: time.Duration(b.longestShort) * time.Second, Shortages: b.shortages,
		},
		Elasticity: Elasticity{
			Under: b.under / seconds, Over: b.over / seconds,
			TimeUnder: float64(b.underTime) / seconds, TimeOver: float64(b.overTime) / seconds,
			Instability: ratio(float64(b.unmatching), float64(b.minutesSeen-1)),
		},
		Cost: Cost{
			InstanceHours: hours(e.fleet.billedUntil(e.now)), OracleInstanceHours: hours(e.oracle.billed),
			StaticPeakInstanceHours: hours(float64(e.oracle.most) * seconds),
		},
		Minutes: b.minutes, Events: b.events,
	}
	if b.shortages > 0 {
		r.Capacity.ShortageAt = at(b.longestShortAt)
	}
	if o := e.in.Objective; o.Latency > 0 {
		r.Requests.Late = latencies.beyond(o.Latency)
	}
	r.Cost.Money = r.Cost.InstanceHours * e.in.Service.PricePerHour
	r.Cost.OverOracle = ratio(r.Cost.InstanceHours, r.Cost.OracleInstanceHours)
	r.Cost.OverStaticPeak = ratio(r.Cost.InstanceHours, r.Cost.StaticPeakInstanceHours)
	return r
}
