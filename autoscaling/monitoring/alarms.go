package monitoring

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Alarms returns the alarms of s, in the order of the path of a request: the load balancer,
// the gateway, the endpoint. Kind and Of together are theirs alone. set is valid.
func (s Subject) Alarms(set Settings) []Alarm {
	m := &maker{Subject: s, set: set.withDefaults()}
	m.addLoadBalancer()
	m.addGateways()
	m.addCanaries()
	m.addEndpoint()
	for _, p := range s.parts() {
		m.addCapacity(p)
	}
	for _, v := range s.Variants {
		m.addHardware(v)
	}
	return m.alarms
}

// maker makes the alarms of a subject by settings with defaults.
type maker struct {
	Subject
	set    Settings
	alarms []Alarm
}

// within is how many minutes of the last ones breach.
type within struct{ breach, of int }

var (
	// soon is for what users feel: CloudWatch has the value of a minute up to two minutes
	// later, for which a filled series has 0, so that not all minutes can be asked for.
	soon = within{3, 5}
	// steady is for what has to last.
	steady = within{5, 10}
)

// lasting is for what has lasted so long. Three more minutes are looked at, the latest of
// which may be without values.
func lasting(d time.Duration) within { return within{int(d.Minutes()), int(d.Minutes()) + 3} }

// String is the window in words.
func (w within) String() string { return fmt.Sprintf("in %d of %d minutes", w.breach, w.of) }

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
	a := Alarm{Kind: kind, Of: of, Severity: k.Severity, MissingDataReason: k.MissingDataReason}
	a.Alarm = autoscaling.Alarm{
		Description: fmt.Sprintf("%s, %s. What to do: %s#%s", says, w, m.set.RunbookURL, k.Anchor()),
		Metric:      metric, Period: time.Minute, Comparison: comparison, Threshold: threshold,
		EvaluationPeriods: w.of, DatapointsToAlarm: w.breach, MissingData: k.MissingData,
	}
	m.alarms = append(m.alarms, a)
}

// addShare adds an alarm on the share of all that is bad.
func (m *maker) addShare(kind, of, says string, bad, all []autoscaling.Metric, threshold float64, w within) {
	least := m.set.Thresholds.MinRequests
	m.add(kind, of, fmt.Sprintf("%s: %s or more of at least %d requests a minute", says, percent(threshold), least),
		share(bad, all, least), autoscaling.AtLeast, threshold, w)
}

// percent is a share in words.
func percent(share float64) string { return fmt.Sprintf("%.4g %%", 100*share) }

// one makes a list of a metric.
func one(m autoscaling.Metric) []autoscaling.Metric { return []autoscaling.Metric{m} }
