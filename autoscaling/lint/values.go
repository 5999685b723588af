package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var valueRules = []Rule{
	{
		ID: "invocations-statistic",
		Reason: "each request adds 1 ÷ capacity to the invocations per instance or copy: only their sum is requests a " +
			"minute",
		Fact:  "A7",
		Fix:   "use the statistic Sum",
		check: invocationsStatistic,
	},
	{
		ID:     "latency-unit",
		Reason: "SageMaker publishes latencies in microseconds",
		Fact:   "A62",
		Fix:    "write the latency in microseconds",
		check:  latencyUnit,
	},
	{
		ID: "predefined-metric-unknown",
		Reason: "Application Auto Scaling knows SageMaker's predefined metrics by name, and refuses a policy of " +
			"another name",
		Fact:  "A1",
		Fix:   "use the nearest name that there is",
		check: predefinedUnknown,
	},
	{
		ID:     "total-tracked",
		Reason: "capacity does not lower a total: over the target the capacity grows to the maximum, and under it shrinks",
		Fact:   "A35",
		Fix:    "track the metric per instance or copy",
		check:  totalTracked,
	},
}

// perRequest are those of which each request adds 1 ÷ capacity (facts A7 and D9).
var perRequest = map[string]autoscaling.PredefinedMetric{
	"InvocationsPerInstance": autoscaling.VariantInvocationsPerInstance,
	"InvocationsPerCopy":     autoscaling.ComponentInvocationsPerCopy,
}

func invocationsStatistic(s Subject) problem.List {
	var ps problem.List
	metrics(s.Target, func(at string, m autoscaling.Metric) {
		predefined, ok := perRequest[m.Name]
		if !ok || m.Namespace != autoscaling.SageMakerNamespace || m.Statistic == autoscaling.Sum {
			return
		}
		rule := "each request adds 1 ÷ " + s.Target.Dimension.Unit() + ", so that this is about that share, and not requests"
		if m.Statistic == autoscaling.SampleCount {
			rule = "this counts the requests of all " + s.Target.Dimension.Unit() + " together"
		}
		ps.Add(at+".Statistic", string(m.Statistic), rule, "write Sum, or track "+string(predefined))
	})
	return ps
}

// inMicroseconds are latencies of real-time endpoints (fact A62).
var inMicroseconds = []string{
	"ModelLatency", "OverheadLatency", "FirstChunkLatency", "FirstChunkModelLatency", "FirstChunkOverheadLatency",
}

// fastest is a latency in microseconds below which another unit is meant: hardly a
// model answers within a millisecond.
const fastest = 1000

func latencyUnit(s Subject) problem.List {
	var ps problem.List
	judge := func(at, metricAt string, metric any, value float64) {
		m, ok := metric.(autoscaling.Metric)
		if !ok || m.Namespace != autoscaling.SageMakerNamespace || !slices.Contains(inMicroseconds, m.Name) ||
			m.Statistic == autoscaling.SampleCount {
			return
		}
		if m.Unit != "" && m.Unit != "Microseconds" && !problem.Unresolved(m.Unit) {
			ps.Add(metricAt+".Unit", m.Unit, m.Name+" is published in Microseconds, and no value is found in another unit",
				"leave the unit out")
		}
		if value > 0 && value < fastest {
			ps.Add(at, value, fmt.Sprintf("%s is in microseconds, so that this is %g ms", m.Name, value/1000),
				latencyFix(value))
		}
	}
	for i, p := range s.Target.Policies {
		at := fmt.Sprintf("Target.Policies[%d]", i)
		judge(at+".TargetValue", at+".Metric", p.Metric, p.TargetValue)
	}
	for i, p := range s.Target.StepPolicies {
		at := fmt.Sprintf("Target.StepPolicies[%d].Alarm", i)
		judge(at+".Threshold", at+".Metric", p.Alarm.Metric, p.Alarm.Threshold)
	}
	return ps
}

// latencyFix takes a number under 1 for seconds, one over 60 for milliseconds, and
// does not decide between them: the longest reply takes 60 s (fact F2).
func latencyFix(value float64) string {
	seconds := fmt.Sprintf("%.0f if %g s are meant", value*1e6, value)
	milliseconds := fmt.Sprintf("%.0f if %g ms are meant", value*1e3, value)
	switch {
	case value < 1:
		return "write " + seconds
	case value > 60:
		return "write " + milliseconds
	}
	return "write " + milliseconds + ", or " + seconds
}

// totals are metrics of all capacity together.
var totals = []string{"Invocations", "InvocationsProcessed", "ApproximateBacklogSize"}

// trackedOf is the metric that a policy tracks, where it is one of SageMaker's called so.
func trackedOf(p autoscaling.TargetTrackingPolicy, names []string) (m autoscaling.Metric, ok bool) {
	m, ok = p.Metric.(autoscaling.Metric)
	return m, ok && m.Namespace == autoscaling.SageMakerNamespace && slices.Contains(names, m.Name)
}

func totalTracked(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.Policies {
		m, ok := trackedOf(p, totals)
		if !ok {
			continue
		}
		track := string(autoscaling.VariantInvocationsPerInstance)
		switch {
		case s.Target.Asynchronous || m.Name == "ApproximateBacklogSize":
			track = autoscaling.ApproximateBacklogSizePerInstance
		case s.Target.Dimension == autoscaling.InferenceComponentCopyCount:
			track = string(autoscaling.ComponentInvocationsPerCopy)
		case s.Target.Dimension == autoscaling.VariantProvisionedConcurrency:
			track = string(autoscaling.VariantProvisionedConcurrencyUtilization)
		}
		ps.Add(fmt.Sprintf("Target.Policies[%d].Metric.Name", i), m.Name,
			"it counts for all "+s.Target.Dimension.Unit()+" together, which more of them do not lower", "track "+track)
	}
	return ps
}

func predefinedUnknown(s Subject) problem.List {
	var ps problem.List
	known := autoscaling.PredefinedMetrics(s.Target.Dimension)
	for i, p := range s.Target.Policies {
		m, ok := p.Metric.(autoscaling.PredefinedMetric)
		if !ok || m == "" || len(known) == 0 || problem.Unresolved(string(m)) || m.Known() ||
			!strings.HasPrefix(string(m), "SageMaker") {
			continue
		}
		nearest := slices.MinFunc(known, func(a, b autoscaling.PredefinedMetric) int {
			return problem.Distance(string(a), string(m)) - problem.Distance(string(b), string(m))
		})
		ps.Add(fmt.Sprintf("Target.Policies[%d].Metric", i), string(m),
			"no predefined metric of this name is known for "+string(s.Target.Dimension), "use "+string(nearest))
	}
	return ps
}
