package monitoring

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Alarms returns the alarms of s, in the order of the path of a request: the load balancer,
// the gateway, the endpoint. Kind and Of together are theirs alone. s and set are valid: see
// Validate.
func (s Subject) Alarms(set Settings) []Alarm {
	m := &maker{Subject: s, set: set.withDefaults()}
	m.addLoadBalancer()
	m.addGateways()
	m.addCanaries()
	m.addEndpoint()
	for _, p := range s.parts() {
		m.every(p.frequency, func() { m.addCapacity(p) })
	}
	for _, v := range s.Variants {
		m.every(v.PublishFrequency, func() { m.addHardware(v) })
	}
	return m.alarms
}

// maker makes the alarms of a subject by settings with defaults.
type maker struct {
	Subject
	set    Settings
	alarms []Alarm
	// period is that of the alarms that are made now. Default: 0, a minute.
	period time.Duration
}

// every makes alarms of metrics that are published so often: with shorter periods most of
// them would be without a value.
func (m *maker) every(frequency time.Duration, add func()) {
	m.period = max(time.Minute, frequency)
	add()
	m.period = 0
}

// minutes is how many of them a period has.
func (m *maker) minutes() int { return max(1, int(m.period.Minutes())) }

// least is how many requests a period has to have.
func (m *maker) least() int { return m.set.Thresholds.MinRequests * m.minutes() }

// within is how many minutes of the last ones breach.
type within struct{ breach, of int }

var (
	// soon is for what users feel: CloudWatch has the value of a minute up to two minutes
	// later, for which a filled series has 0, so that not all minutes can be asked for
	// (fact A65).
	soon = within{3, 5}
	// steady is for what has to last.
	steady = within{5, 10}
)

// lasting is for what has lasted so long. Three more minutes are looked at, the latest of
// which may be without values.
func lasting(d time.Duration) within { return within{int(d.Minutes()), int(d.Minutes()) + 3} }

// periods is the window in periods of so many minutes. Where not all had to breach, not all have
// to now.
func (w within) periods(minutes int) within {
	up := func(n int) int { return (n + minutes - 1) / minutes }
	out := within{up(w.breach), up(w.of)}
	if w.breach < w.of && out.breach == out.of {
		out.of++
	}
	return out
}

// text is the window in words.
func (w within) text(minutes int) string {
	if minutes > 1 {
		return fmt.Sprintf("in %d of %d periods of %d minutes", w.breach, w.of, minutes)
	}
	return fmt.Sprintf("in %d of %d minutes", w.breach, w.of)
}

// add adds an alarm of a kind. says begins its description, without a full stop.
func (m *maker) add(kind, of, says string, metric autoscaling.AlarmMetric, comparison autoscaling.Comparison,
	threshold float64, w within) {
	k, known := kindOf(kind)
	if !known {
		panic("monitoring: no kind " + kind)
	}
	if slices.Contains(m.set.Off, kind) {
		return
	}
	w = w.periods(m.minutes())
	a := Alarm{Kind: kind, Of: of, Severity: k.Severity, MissingDataReason: k.MissingDataReason}
	a.Alarm = autoscaling.Alarm{
		Description: fmt.Sprintf("Endpoint %s: %s, %s. What to do: %s#%s", m.EndpointName, says, w.text(m.minutes()),
			m.set.RunbookURL, k.Anchor()),
		Metric: metric, Period: time.Duration(m.minutes()) * time.Minute, Comparison: comparison, Threshold: threshold,
		EvaluationPeriods: w.of, DatapointsToAlarm: w.breach, MissingData: k.MissingData,
	}
	m.alarms = append(m.alarms, a)
}

// addShare adds an alarm on the share of all that is bad.
func (m *maker) addShare(kind, of, says string, bad, all []autoscaling.Metric, threshold float64, w within) {
	m.add(kind, of, fmt.Sprintf("%s: %s or more of at least %d requests a minute", says, percent(threshold),
		m.set.Thresholds.MinRequests), share(bad, all, m.least()), autoscaling.AtLeast, threshold, w)
}

// percent is a share in words.
func percent(share float64) string { return fmt.Sprintf("%.4g %%", 100*share) }

// one makes a list of a metric.
func one(m autoscaling.Metric) []autoscaling.Metric { return []autoscaling.Metric{m} }
