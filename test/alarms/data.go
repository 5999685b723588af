package alarms

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Source has the values of metrics. Data is one.
type Source interface {
	// Points returns the statistic of every period that begins at start, start
	// + period, …, count of them, as it is known at the moment at; NaN where there is none.
	Points(m Metric, stat string, period time.Duration, start time.Time, count int, at time.Time) ([]float64, error)
}

// Data holds the values of metrics that a test has put in.
type Data struct {
	// Delay is the time until a value can be seen. Default: 0
	Delay  time.Duration
	values map[string][]value
}

type value struct {
	at     time.Time
	number float64
	unit   string
}

// Add puts values of a metric in, all at the same time.
func (d *Data) Add(m Metric, at time.Time, numbers ...float64) {
	if d.values == nil {
		d.values = map[string][]value{}
	}
	for _, number := range numbers {
		d.values[m.key()] = append(d.values[m.key()], value{at, number, unit(m)})
	}
}

func unit(m Metric) string {
	if m.Unit == "" {
		return "None"
	}
	return m.Unit
}

// Constant puts the same number in every step from from, before to.
func (d *Data) Constant(m Metric, from, to time.Time, step time.Duration, number float64) {
	d.Ramp(m, from, to, step, number, number)
}

// Ramp puts one number in every step from from, before to. The numbers go from
// first in a straight line; last is what one at to would be.
func (d *Data) Ramp(m Metric, from, to time.Time, step time.Duration, first, last float64) {
	if step <= 0 {
		panic(fmt.Sprintf("a step of %s: want more than 0", step))
	}
	for at := from; at.Before(to); at = at.Add(step) {
		d.Add(m, at, first+(last-first)*at.Sub(from).Seconds()/to.Sub(from).Seconds())
	}
}

// Points implements Source.
func (d *Data) Points(
	m Metric, stat string, period time.Duration, start time.Time, count int, at time.Time,
) ([]float64, error) {
	of, err := statistic(stat)
	if err != nil {
		return nil, err
	}
	raw := make([][]float64, count)
	for _, v := range d.values[m.key()] {
		if m.Unit != "" && m.Unit != v.unit || v.at.Before(start) || v.at.Add(d.Delay).After(at) {
			continue
		}
		if i := int(v.at.Sub(start) / period); i < count {
			raw[i] = append(raw[i], v.number)
		}
	}
	points := make([]float64, count)
	for i := range raw {
		points[i] = math.NaN()
		if len(raw[i]) > 0 {
			points[i] = of(raw[i])
		}
	}
	return points, nil
}

// statistic returns what makes one number of the values of a period.
func statistic(name string) (func([]float64) float64, error) {
	switch name {
	case "Sum":
		return sum, nil
	case "Average":
		return func(v []float64) float64 { return sum(v) / float64(len(v)) }, nil
	case "Minimum":
		return slices.Min[[]float64], nil
	case "Maximum":
		return slices.Max[[]float64], nil
	case "SampleCount":
		return func(v []float64) float64 { return float64(len(v)) }, nil
	}
	if rank, ok := percentile(name); ok {
		return func(v []float64) float64 {
			sorted := slices.Sorted(slices.Values(v))
			return sorted[max(int(math.Ceil(rank*float64(len(v))-1e-9))-1, 0)]
		}, nil
	}
	return nil, fmt.Errorf("the statistic %q: want Sum, Average, Minimum, Maximum, SampleCount or p0 to p100", name)
}

// percentile returns the part of one that a percentile such as p99.9 stands
// for. AWS does not say how it interpolates; here it is the nearest rank.
func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	percent, err := strconv.ParseFloat(digits, 64)
	return percent / 100, err == nil && percent >= 0 && percent <= 100
}

func sum(numbers []float64) (total float64) {
	for _, n := range numbers {
		total += n
	}
	return total
}
