// Package alarms evaluates CloudWatch alarms as AWS documents it: metric math,
// M out of N with missing data, and composite alarms. Tests of alarms fill a
// Data with values and ask which state an alarm has at a moment.
package alarms

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// State is the state of an alarm.
type State string

// The states of an alarm.
const (
	OK               State = "OK"
	InAlarm          State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// Metric says which metric a value belongs to. An alarm finds the values whose
// namespace, name and dimensions are exactly its own.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	// Unit of the values; an alarm with a unit finds only values of that unit.
	// Default: None for values, any unit for an alarm.
	Unit string
}

func (m Metric) key() string {
	dimensions := []string{}
	for name, value := range m.Dimensions {
		dimensions = append(dimensions, fmt.Sprintf("%q=%q", name, value))
	}
	slices.Sort(dimensions)
	return fmt.Sprintf("%q %q %s", m.Namespace, m.Name, strings.Join(dimensions, ","))
}

// Query is a metric or an expression that an alarm reads.
type Query struct {
	ID string
	// Expression is metric math over the other queries; empty for a metric.
	Expression string
	Metric     Metric
	// Stat is a statistic, such as Sum or p99.
	Stat string
	// Period of the metric. Of an expression: Default: that of its metrics.
	Period time.Duration
	// ReturnData marks the query that the alarm watches.
	ReturnData bool
}

// Alarm is a metric alarm.
type Alarm struct {
	Name    string
	Queries []Query
	// Comparison is the ComparisonOperator, such as GreaterThanThreshold.
	Comparison string
	Threshold  float64
	// DatapointsToAlarm (M) out of EvaluationPeriods (N) breaching points set the alarm off.
	DatapointsToAlarm, EvaluationPeriods int
	// TreatMissingData is missing, ignore, breaching or notBreaching.
	TreatMissingData string
	// LowSamples is EvaluateLowSampleCountPercentile: evaluate or ignore.
	LowSamples string
	// State is the state before the evaluation, which missing data can keep.
	State State
	// EvaluationRange is how many of the last periods CloudWatch retrieves. AWS says
	// only that they are more than EvaluationPeriods, and shows 5 for 3.
	// Default: EvaluationPeriods + 2
	EvaluationRange int
}

// Metrics returns the metrics of the alarm by the ids of their queries. The id
// of the metric of an alarm without metric math is m1.
func (a Alarm) Metrics() map[string]Metric {
	found := map[string]Metric{}
	for _, q := range a.Queries {
		if q.Expression == "" {
			found[q.ID] = q.Metric
		}
	}
	return found
}

var (
	comparisons = map[string]func(value, threshold float64) bool{
		"GreaterThanThreshold":          func(v, t float64) bool { return v > t },
		"GreaterThanOrEqualToThreshold": func(v, t float64) bool { return v >= t },
		"LessThanThreshold":             func(v, t float64) bool { return v < t },
		"LessThanOrEqualToThreshold":    func(v, t float64) bool { return v <= t },
	}
	treatments = []string{"missing", "ignore", "breaching", "notBreaching"}
	queryID    = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)
)

// complete fills defaults in and returns what is wrong with the alarm.
func (a Alarm) complete() (Alarm, error) {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if a.DatapointsToAlarm == 0 {
		a.DatapointsToAlarm = a.EvaluationPeriods
	}
	if a.TreatMissingData == "" {
		a.TreatMissingData = "missing"
	}
	if a.LowSamples == "" {
		a.LowSamples = "evaluate"
	}
	if a.State == "" {
		a.State = InsufficientData
	}
	if a.EvaluationRange == 0 {
		a.EvaluationRange = a.EvaluationPeriods + 2
	}
	if comparisons[a.Comparison] == nil {
		wrong("ComparisonOperator: got %q, want one against a threshold", a.Comparison)
	}
	if a.EvaluationPeriods < 1 {
		wrong("EvaluationPeriods: got %d, want at least 1", a.EvaluationPeriods)
	}
	if a.DatapointsToAlarm < 1 || a.DatapointsToAlarm > a.EvaluationPeriods {
		wrong("DatapointsToAlarm: got %d, want 1 to %d", a.DatapointsToAlarm, a.EvaluationPeriods)
	}
	if a.EvaluationRange < a.EvaluationPeriods {
		wrong("EvaluationRange: got %d, want at least %d", a.EvaluationRange, a.EvaluationPeriods)
	}
	if !slices.Contains(treatments, a.TreatMissingData) {
		wrong("TreatMissingData: got %q, want one of %q", a.TreatMissingData, treatments)
	}
	if a.LowSamples != "evaluate" && a.LowSamples != "ignore" {
		wrong("EvaluateLowSampleCountPercentile: got %q, want evaluate or ignore", a.LowSamples)
	}
	if !slices.Contains([]State{OK, InAlarm, InsufficientData}, a.State) {
		wrong("State: got %q", a.State)
	}
	errs = append(errs, a.checkQueries()...)
	if len(errs) > 0 {
		return a, fmt.Errorf("alarm %q: %w", a.Name, errors.Join(errs...))
	}
	return a, nil
}

// checkQueries holds what AWS asks of the metrics of an alarm: one of them is
// watched, and all of an expression have the same period.
func (a Alarm) checkQueries() (errs []error) {
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	seen, watched := map[string]bool{}, 0
	var period time.Duration
	for _, q := range a.Queries {
		if !queryID.MatchString(q.ID) {
			wrong("Metrics: got the id %q, want a lowercase letter, then letters, digits and _", q.ID)
		}
		if seen[q.ID] {
			wrong("Metrics: the id %q stands twice", q.ID)
		}
		seen[q.ID] = true
		if q.ReturnData {
			watched++
		}
		if q.Expression != "" {
			if _, err := parse(q.Expression); err != nil {
				wrong("Metrics %s: %w", q.ID, err)
			}
		} else {
			errs = append(errs, q.check()...)
		}
		switch {
		case q.Period == 0: // an expression's default
		case period == 0:
			period = q.Period
		case period != q.Period:
			wrong("Metrics %s: got a period of %s beside one of %s, want the same", q.ID, q.Period, period)
		}
	}
	if watched != 1 {
		wrong("Metrics: got %d queries with ReturnData, want 1", watched)
	}
	return errs
}

func (q Query) check() (errs []error) {
	if q.Metric.Namespace == "" || q.Metric.Name == "" {
		errs = append(errs, fmt.Errorf("Metrics %s: got the namespace %q and the name %q, want both",
			q.ID, q.Metric.Namespace, q.Metric.Name))
	}
	if _, err := statistic(q.Stat); err != nil {
		errs = append(errs, fmt.Errorf("Metrics %s: %w", q.ID, err))
	}
	seconds := q.Period.Seconds()
	if short := seconds == 10 || seconds == 20 || seconds == 30; !short && (seconds < 60 || q.Period%time.Minute != 0) {
		errs = append(errs, fmt.Errorf("Metrics %s: got a period of %s, want 10, 20 or 30 s or whole minutes", q.ID, q.Period))
	}
	return errs
}

// period is the one of all metrics of the alarm.
func (a Alarm) period() time.Duration {
	for _, q := range a.Queries {
		if q.Period > 0 {
			return q.Period
		}
	}
	return time.Minute
}
