package alarms

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Evaluate returns the state of an alarm at a moment. The last period that has
// ended by then is the newest that counts; periods begin at whole multiples of
// their length. Where missing data keeps the state, it is a.State.
//
// The state must be the same under both readings of a gap in metric math (see
// Gaps), else there is an error.
func Evaluate(a Alarm, data Source, at time.Time) (State, error) {
	moments, err := Timeline(a, data, at, at)
	if err != nil {
		return "", err
	}
	return moments[0].State, nil
}

// EvaluateWith is Evaluate under one reading of a gap.
func EvaluateWith(gaps Gaps, a Alarm, data Source, at time.Time) (State, error) {
	moments, err := timeline(gaps, a, data, at, at)
	if err != nil {
		return "", err
	}
	return moments[0].State, nil
}

// Moment is the state of an alarm at a moment.
type Moment struct {
	At    time.Time
	State State
}

// Timeline evaluates an alarm at from and every period after it until to, each
// time with the state before. Like Evaluate, it wants both readings of gaps to agree.
func Timeline(a Alarm, data Source, from, to time.Time) ([]Moment, error) {
	zero, err := timeline(GapsAreZero, a, data, from, to)
	if err != nil {
		return nil, err
	}
	empty, err := timeline(GapsAreEmpty, a, data, from, to)
	if err != nil {
		return nil, err
	}
	for i := range zero {
		if zero[i] != empty[i] {
			return nil, fmt.Errorf("alarm %q at %s: %s if %s, and %s if %s; use FILL, or EvaluateWith",
				a.Name, zero[i].At.UTC().Format(time.RFC3339), zero[i].State, GapsAreZero, empty[i].State, GapsAreEmpty)
		}
	}
	return zero, nil
}

// Changes leaves out the moments whose state is that of the moment before.
func Changes(moments []Moment) (changes []Moment) {
	for i, m := range moments {
		if i == 0 || m.State != moments[i-1].State {
			changes = append(changes, m)
		}
	}
	return changes
}

func timeline(gaps Gaps, a Alarm, data Source, from, to time.Time) (moments []Moment, err error) {
	if a, err = a.complete(); err != nil {
		return nil, err
	}
	if to.Before(from) {
		return nil, fmt.Errorf("alarm %q: %s is before %s", a.Name, to, from)
	}
	for at := from; !at.After(to); at = at.Add(a.period()) {
		if a.State, err = a.evaluate(gaps, data, at); err != nil {
			return nil, fmt.Errorf("alarm %q: %w", a.Name, err)
		}
		moments = append(moments, Moment{at, a.State})
	}
	return moments, nil
}

// Values returns what the alarm watches in the evaluation range at a moment, the
// oldest first; NaN is a missing value.
func Values(gaps Gaps, a Alarm, data Source, at time.Time) ([]float64, error) {
	a, err := a.complete()
	if err != nil {
		return nil, err
	}
	return a.values(gaps, data, at)
}

func (a Alarm) values(gaps Gaps, data Source, at time.Time) ([]float64, error) {
	c := &calculation{
		alarm: a, source: data, gaps: gaps, at: at, period: a.period(), count: a.EvaluationRange,
		known: map[string]result{}, open: map[string]bool{},
	}
	c.start = newest(at, c.period).Add(-time.Duration(c.count) * c.period)
	watched := a.watched()
	r, err := c.id(watched.ID)
	switch {
	case err != nil:
		return nil, err
	case r.isScalar():
		return nil, fmt.Errorf("%s is a number; an alarm watches a series", watched.ID)
	case len(r.series) != 1:
		return nil, fmt.Errorf("%s is an array of %d series; an alarm watches one", watched.ID, len(r.series))
	}
	return r.series[0], nil
}

// newest is the end of the last period that has ended at a moment.
func newest(at time.Time, period time.Duration) time.Time {
	return time.Unix(0, at.UnixNano()/int64(period)*int64(period)).UTC()
}

func (a Alarm) watched() Query {
	return a.Queries[slices.IndexFunc(a.Queries, func(q Query) bool { return q.ReturnData })]
}

func (a Alarm) evaluate(gaps Gaps, data Source, at time.Time) (State, error) {
	values, err := a.values(gaps, data, at)
	if err != nil {
		return "", err
	}
	if few, err := a.fewSamples(data, at); err != nil || few {
		return a.State, err
	}
	points := make([]datapoint, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v):
			points[i] = gap
		case comparisons[a.Comparison](v, a.Threshold):
			points[i] = breaching
		}
	}
	return a.judge(points), nil
}

// fewSamples says whether there are too few values for a percentile, and the
// alarm waits for more: fewer than 10/(1-p) above the median, 10/p below it.
func (a Alarm) fewSamples(data Source, at time.Time) (bool, error) {
	q := a.watched()
	p, is := percentile(q.Stat)
	if a.LowSamples != "ignore" || q.Expression != "" || !is {
		return false, nil
	}
	start := newest(at, q.Period).Add(-time.Duration(a.EvaluationPeriods) * q.Period)
	counts, err := data.Points(q.Metric, "SampleCount", q.Period, start, a.EvaluationPeriods, at)
	if err != nil {
		return false, err
	}
	samples := sum(slices.DeleteFunc(counts, math.IsNaN))
	return samples < 10/min(p, 1-p)-1e-6, nil
}

// datapoint is one period of the evaluation range.
type datapoint int

const (
	good datapoint = iota
	breaching
	gap
)

// judge makes the state of the data points of the evaluation range, the oldest
// first, as AWS's page "Configuring how CloudWatch alarms treat missing data" says.
func (a Alarm) judge(points []datapoint) State {
	m, n := a.DatapointsToAlarm, a.EvaluationPeriods
	var there []datapoint
	oldest := 0 // how many periods back the oldest value is; 1 is the newest
	for i, p := range points {
		if p == gap {
			continue
		}
		if there == nil {
			oldest = len(points) - i
		}
		there = append(there, p)
	}
	if len(there) > n {
		there = there[len(there)-n:]
	}
	bad := 0
	for _, p := range there {
		if p == breaching {
			bad++
		}
	}
	missing := n - len(there)
	if a.TreatMissingData == "breaching" {
		bad += missing
	}
	switch {
	case bad >= m:
		return InAlarm
	case missing == 0 || a.TreatMissingData == "breaching" || a.TreatMissingData == "notBreaching":
		return OK
	case slices.Contains(there, good):
		return OK
	case a.TreatMissingData == "ignore":
		return a.State
	case oldest >= m && bad > 0:
		// "Avoiding premature transitions to alarm state": the oldest breaching point is at
		// least as old as M, and all newer ones breach or are missing.
		return InAlarm
	}
	// None at all, or breaching ones that are too new. For those the page says no more than
	// that the alarm "does not go immediately into ALARM state"; its older editions have INSUFFICIENT_DATA.
	return InsufficientData
}
