package autoscaling

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Namespaces of SageMaker's metrics.
const (
	// SageMakerNamespace holds what invocations do: their count, latency,
	// concurrency and backlog.
	SageMakerNamespace = "AWS/SageMaker"
	// UtilizationNamespace holds what instances do, CPU, GPU and memory (fact A44).
	UtilizationNamespace = "/aws/sagemaker/Endpoints"
)

// Names of SageMaker's metric dimensions.
const (
	EndpointNameDimension           = "EndpointName"
	VariantNameDimension            = "VariantName"
	InferenceComponentNameDimension = "InferenceComponentName"
)

// Statistic aggregates the values of a metric's period: one of the five below,
// or, in alarms and metric math, an extended one such as "p99".
type Statistic string

// The statistics that a target tracking policy takes.
const (
	Average     Statistic = "Average"
	Minimum     Statistic = "Minimum"
	Maximum     Statistic = "Maximum"
	Sum         Statistic = "Sum"
	SampleCount Statistic = "SampleCount"
)

func (s Statistic) simple() bool {
	return slices.Contains([]Statistic{Average, Minimum, Maximum, Sum, SampleCount}, s)
}

// Metric is any CloudWatch metric. A target tracking policy looks at it once a
// minute, whatever its resolution (fact A16); an Alarm has a period of its own.
type Metric struct {
	// Namespace is the metric's. Default in an environment's file: SageMaker's own,
	// where Name is what it publishes of a variant, such as
	// ConcurrentRequestsPerModel, ModelLatency or CPUUtilization; in Go none.
	Namespace string `json:"namespace,omitempty"`
	// Name is the metric's name.
	Name string `json:"metricName"`
	// Dimensions are those that the metric is published with, no more and no
	// fewer, 30 at most. Default: this variant's, in an environment's file without
	// a namespace; else none.
	Dimensions map[string]string `json:"dimensions,omitempty"`
	// Statistic joins the values of a period: Average, Minimum, Maximum, Sum or
	// SampleCount; in alarms and metric math also one such as p99. Default in an
	// environment's file: Average, and Sum for what counts SageMaker's invocations
	// and failures; in Go none.
	Statistic Statistic `json:"statistic,omitempty"`
	// Unit restricts the metric to values published with it, such as Count; a unit
	// that nobody publishes finds nothing. Default: any.
	Unit string `json:"unit,omitempty"`
}

func (v Variant) dimensions() map[string]string {
	return map[string]string{EndpointNameDimension: v.EndpointName, VariantNameDimension: v.Name}
}

// highResolution are SageMaker's metrics with values more often than once a
// minute (facts A10 and D2).
var highResolution = []string{"ConcurrentRequestsPerModel", "ConcurrentRequestsPerCopy", NoCapacityInvocationFailures}

// subMinute reports whether the metric can have values more often than once a
// minute: of SageMaker's a few have, anybody else's may.
func (m Metric) subMinute() bool {
	if problem.Unresolved(m.Namespace) || problem.Unresolved(m.Name) {
		return true // CloudWatch judges at deployment
	}
	return m.Namespace != UtilizationNamespace && !strings.HasPrefix(m.Namespace, "AWS/") ||
		m.Namespace == SageMakerNamespace && slices.Contains(highResolution, m.Name)
}

// DimensionNames are the names of the metric's dimensions, sorted.
func (m Metric) DimensionNames() []string { return slices.Sorted(maps.Keys(m.Dimensions)) }

// cloudFormation is the metric without its statistic, in the property names that
// a customized metric specification, a metric query and an alarm share.
func (m Metric) cloudFormation() map[string]any {
	out := map[string]any{"Namespace": m.Namespace, "MetricName": m.Name}
	if len(m.Dimensions) > 0 {
		list := make([]any, 0, len(m.Dimensions))
		for _, name := range m.DimensionNames() {
			list = append(list, map[string]any{"Name": name, "Value": m.Dimensions[name]})
		}
		out["Dimensions"] = list
	}
	return out
}

func (m Metric) specification() map[string]any {
	out := m.cloudFormation()
	out["Statistic"] = string(m.Statistic)
	setText(out, "Unit", m.Unit)
	return map[string]any{"CustomizedMetricSpecification": out}
}

func (m Metric) alarm(period time.Duration) map[string]any {
	out := m.cloudFormation()
	if m.Statistic.simple() {
		out["Statistic"] = string(m.Statistic)
	} else {
		out["ExtendedStatistic"] = string(m.Statistic)
	}
	setText(out, "Unit", m.Unit)
	out["Period"] = int(period.Seconds())
	return out
}

// String names the metric in problems.
func (m Metric) String() string { return m.Namespace + " " + m.Name }

func (m Metric) check(d Dimension) problem.List {
	ps := m.validate()
	if extended.MatchString(string(m.Statistic)) {
		ps.Add("Statistic", string(m.Statistic),
			"a tracked metric has the statistic Average, Minimum, Maximum, Sum or SampleCount",
			"use one of them, or «MetricMath», which takes others")
	}
	return ps
}

// extended are CloudWatch's other statistics: percentiles and trimmed means,
// counts and sums, written p99, tm90, TM(10%:90%), PR(0:100) or IQM.
var extended = regexp.MustCompile(`^(?:(?i:p|tm|tc|ts|wm)\d{1,2}(?:\.\d{1,10})?|p100|IQM|` +
	`(?:TM|TC|TS|WM|PR)\([0-9.%]*:[0-9.%]*\))$`)

// validate checks what holds for a metric wherever it stands.
func (m Metric) validate() problem.List {
	var ps problem.List
	switch {
	case m.Namespace == "":
		ps.Add("Namespace", nil, "a metric has a namespace", "such as \""+SageMakerNamespace+"\"")
	case problem.Unresolved(m.Namespace):
	case len(m.Namespace) > 255 || m.Namespace[0] == ':':
		ps.Add("Namespace", m.Namespace, "a namespace has at most 255 characters and does not begin with a colon",
			"such as \""+SageMakerNamespace+"\"")
	}
	if m.Name == "" || len(m.Name) > 255 && !problem.Unresolved(m.Name) {
		ps.Add("Name", got(m.Name), "a metric has a name of 1 to 255 characters", "such as \"CPUUtilization\"")
	}
	if n := len(m.Dimensions); n > 30 {
		ps.Add("Dimensions", n, "a metric has at most 30 dimensions", "give those that it is published with")
	}
	for _, name := range m.DimensionNames() {
		at, value := fmt.Sprintf("Dimensions[%q]", name), m.Dimensions[name]
		if problem.Unresolved(name) {
			ps.AddUnresolved(at, "dimensions are in the order of their names")
		} else if name == "" || len(name) > 255 || name[0] == ':' {
			ps.Add(at, name, "the name of a dimension has 1 to 255 characters and does not begin with a colon",
				"such as \""+EndpointNameDimension+"\"")
		}
		if value == "" || len(value) > 1024 && !problem.Unresolved(value) {
			ps.Add(at, got(value), "the value of a dimension has 1 to 1024 characters",
				"give what the metric is published with")
		}
	}
	switch {
	case m.Statistic == "":
		ps.Add("Statistic", nil, "a metric has a statistic", "such as Average")
	case problem.Unresolved(string(m.Statistic)):
		ps.AddUnresolved("Statistic", "an alarm has one property for simple and one for extended statistics")
	case !m.Statistic.simple() && !extended.MatchString(string(m.Statistic)):
		ps.Add("Statistic", string(m.Statistic), "this is not a statistic of CloudWatch", "such as Average, Maximum or p99")
	}
	return ps
}

// got is s as problems show it, where nothing at all is nothing.
func got(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func setText(properties map[string]any, key, value string) {
	if value != "" {
		properties[key] = value
	}
}
