package rehearsal

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// actionInterval is the seconds after which CloudWatch repeats the scaling action
// of an alarm that stays in ALARM.
const actionInterval = 60

// delayedAlarm is an alarm and the datapoints that are not yet published.
type delayedAlarm struct {
	name string
	// noData says that every datapoint is missing.
	noData bool
	alarm  alarm
	source int
	// delay is the seconds from a period's end until its datapoint is evaluated.
	delay int64
	// pending is a ring buffer of datapoints, each visible delay after its period.
	pending     []datapoint
	head, count int
	lastAction  int64
}

type datapoint struct {
	visibleAt int64
	value     float64
}

func (s *scaler) newDelayedAlarm(name string, rule alarmRule, source int, in Input) delayedAlarm {
	period, published := s.sources[source].period, in.Timing.StandardDelay
	if period < 60 {
		published = in.Timing.HighResolutionDelay
	}
	delay := int64((published + in.Reading.evaluationDelay()) / time.Second)
	return delayedAlarm{name: name, alarm: newAlarm(rule), source: source, delay: delay,
		pending: make([]datapoint, delay/period+3), lastAction: math.MinInt64 / 2}
}

func (w *delayedAlarm) push(now int64, value float64) {
	w.pending[(w.head+w.count)%len(w.pending)] = datapoint{now + w.delay, value}
	w.count++
}

// nextVisible is when the next datapoint becomes visible.
func (w *delayedAlarm) nextVisible() int64 {
	if w.count == 0 {
		return never
	}
	return w.pending[w.head].visibleAt
}

func (w *delayedAlarm) pop() float64 {
	value := w.pending[w.head].value
	if w.head++; w.head == len(w.pending) {
		w.head = 0
	}
	w.count--
	return value
}

// triggers reports whether the alarm triggers its policy now.
func (w *delayedAlarm) triggers(now int64) bool {
	return w.alarm.state == inAlarm && now-w.lastAction >= actionInterval
}

// trackingPolicy is a target tracking policy with the indexes of its two alarms.
type trackingPolicy struct {
	policy    *autoscaling.TargetTrackingPolicy
	high, low int
}

// stepPolicy is a step scaling policy with the index of its alarm.
type stepPolicy struct {
	policy *autoscaling.StepScalingPolicy
	alarm  int
}

// scaler is the metrics, alarms and policies of a target.
type scaler struct {
	series   []series
	sources  []alarmSource
	alarms   []delayedAlarm
	tracking []trackingPolicy
	stepping []stepPolicy
	votes    []vote
}

// newScaler reads the policies. Its problems are the metrics that are not played.
func newScaler(in Input) (scaler, problem.List) {
	var s scaler
	var ps problem.List
	target := in.Subject.Target
	take := func(path string, metric fmt.Stringer, period time.Duration) (int, bool) {
		src, all, err := newAlarmSource(metric, period, s.series)
		if err == nil {
			err = checkEndpoint(metric, endpointOf(target.ResourceID))
		}
		if err == nil && in.Service.FullUtilization == 0 {
			for _, one := range all {
				if one.metric == utilization {
					err = fmt.Errorf("what %v shows of a loaded instance is not known: it needs Service.FullUtilization", metric)
				}
			}
		}
		if err != nil {
			ps.Add("Subject.Target."+path, fmt.Sprint(metric), err.Error(),
				"rehearse without this policy, or track what is played: invocations, concurrency, the gateway's load")
			return 0, false
		}
		s.series, s.sources = all, append(s.sources, src)
		return len(s.sources) - 1, true
	}
	for i := range target.Policies {
		p := &target.Policies[i]
		at, ok := take(fmt.Sprintf("Policies[%d].Metric", i), p.Metric, time.Minute)
		if !ok {
			continue
		}
		s.track(p, at, in)
	}
	for i := range target.StepPolicies {
		p := &target.StepPolicies[i]
		at, ok := take(fmt.Sprintf("StepPolicies[%d].Alarm.Metric", i), p.Alarm.Metric, p.Alarm.Period)
		if !ok {
			continue
		}
		rule := alarmRule{p.Alarm.Comparison, p.Alarm.Threshold, p.Alarm.EvaluationPeriods, p.Alarm.DatapointsToAlarm,
			p.Alarm.MissingData}
		if rule.toAlarm == 0 {
			rule.toAlarm = rule.datapoints
		}
		s.stepping = append(s.stepping, stepPolicy{p, len(s.alarms)})
		own := s.newDelayedAlarm(p.Name, rule, at, in)
		own.alarm.keepValues()
		s.alarms = append(s.alarms, own)
	}
	s.votes = make([]vote, 0, len(s.tracking))
	for _, tr := range s.tracking {
		blind := slices.Contains(in.Faults.NoData, tr.policy.Name)
		s.alarms[tr.high].noData, s.alarms[tr.low].noData = blind, blind
	}
	for _, st := range s.stepping {
		s.alarms[st.alarm].noData = slices.Contains(in.Faults.NoData, st.policy.Name)
	}
	return s, ps
}

// beginPeriods begins the periods of the metrics at the first second, which are those
// of the clock.
func (s *scaler) beginPeriods(now int64) {
	for i := range s.sources {
		s.sources[i].ends = (now/s.sources[i].period + 1) * s.sources[i].period
	}
	for i := range s.series {
		s.series[i].ends = (now/s.series[i].period + 1) * s.series[i].period
	}
}

// track adds a tracking policy with the alarms that AWS creates: three datapoints
// above the target, and 15 minutes below 0.9 of it (facts A11 and A12).
func (s *scaler) track(p *autoscaling.TargetTrackingPolicy, source int, in Input) {
	low := int(int64(in.Timing.TrackingInAfter/time.Second) / s.sources[source].period)
	high := alarmRule{autoscaling.Above, p.TargetValue, in.Timing.TrackingDatapoints, in.Timing.TrackingDatapoints,
		autoscaling.MissingIsMissing}
	below := alarmRule{autoscaling.Below, lowShare * p.TargetValue, low, low, autoscaling.MissingIsMissing}
	s.tracking = append(s.tracking, trackingPolicy{p, len(s.alarms), len(s.alarms) + 1})
	s.alarms = append(s.alarms, s.newDelayedAlarm(p.Name+" high", high, source, in),
		s.newDelayedAlarm(p.Name+" low", below, source, in))
}

// checkEndpoint refuses a metric of another endpoint, which has other traffic.
func checkEndpoint(metric fmt.Stringer, endpoint string) error {
	var all []autoscaling.Metric
	switch m := metric.(type) {
	case autoscaling.Metric:
		all = append(all, m)
	case autoscaling.MetricMath:
		for _, q := range m.Queries {
			if q.Metric != nil {
				all = append(all, *q.Metric)
			}
		}
	}
	for _, m := range all {
		if of, known := m.Dimensions[autoscaling.EndpointNameDimension]; known && endpoint != "" && of != endpoint {
			return fmt.Errorf("the metric %s is of the endpoint %q, and this one is %q", m, of, endpoint)
		}
	}
	return nil
}

// endpointOf is the endpoint in a variant's resource ID, "" in others.
func endpointOf(resourceID string) string {
	rest, ok := strings.CutPrefix(resourceID, "endpoint/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
