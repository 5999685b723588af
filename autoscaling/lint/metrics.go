package lint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var metricRules = []Rule{
	{
		ID:     "cpu-over-cores",
		Reason: "CPUUtilization is the sum over the cores: 100 is one core, however many there are",
		Fact:   "A44",
		Fix:    "multiply the share that is meant by 100 and the number of cores",
		check:  cpuOverCores,
	},
	{
		ID:     "gpu-over-devices",
		Reason: "GPU metrics are the sum over the GPUs: 100 is one GPU, however many there are",
		Fact:   "A44",
		Fix:    "multiply the share that is meant by 100 and the number of GPUs",
		check:  gpuOverDevices,
	},
	{
		ID:     "math-without-fill",
		Reason: "a pool without instances has no series, and without one series the expression has no value: nothing scales",
		Fact:   "G12",
		Fix:    "fill each series in the expression, as FILL(m1, 0)",
		check:  mathWithoutFill,
	},
	{
		ID:     "metric-unknown",
		Reason: "a metric is found only under the namespace, name and exactly the dimensions that it was published with",
		Fact:   "A51",
		Fix:    "copy namespace, name and dimensions from CloudWatch's console",
		check:  metricUnknown,
	},
}

// metrics calls each with every metric of the target, and its path.
func metrics(t autoscaling.ScalableTarget, each func(at string, m autoscaling.Metric)) {
	visit := func(at string, metric any) {
		switch m := metric.(type) {
		case autoscaling.Metric:
			each(at, m)
		case autoscaling.MetricMath:
			for i, q := range m.Queries {
				if q.Metric != nil {
					each(fmt.Sprintf("%s.Queries[%d].Metric", at, i), *q.Metric)
				}
			}
		}
	}
	for i, p := range t.Policies {
		visit(fmt.Sprintf("Target.Policies[%d].Metric", i), p.Metric)
	}
	for i, p := range t.StepPolicies {
		visit(fmt.Sprintf("Target.StepPolicies[%d].Alarm.Metric", i), p.Alarm.Metric)
	}
}

func metricUnknown(s Subject) problem.List {
	var ps problem.List
	metrics(s.Target, func(at string, m autoscaling.Metric) {
		if autoscaling.IsSageMakerNamespace(m.Namespace) {
			ps = append(ps, unknown(m).In(at)...)
		}
		if s.Target.Asynchronous && m.Namespace == autoscaling.SageMakerNamespace && slices.Contains(notAsynchronous,
			m.Name) {
			ps.Add(at+".Name", m.Name, "an asynchronous endpoint does not publish it",
				"use "+autoscaling.ApproximateBacklogSizePerInstance)
		}
	})
	for i, p := range s.Target.Policies {
		if s.Target.Asynchronous && p.Metric == autoscaling.VariantInvocationsPerInstance {
			ps.Add(fmt.Sprintf("Target.Policies[%d].Metric", i), p.Metric.String(),
				"an asynchronous endpoint does not publish it", "track "+autoscaling.ApproximateBacklogSizePerInstance)
		}
	}
	return ps
}

func unknown(m autoscaling.Metric) problem.List {
	var ps problem.List
	sets, ok := autoscaling.SageMakerMetrics()[m.Namespace][m.Name]
	switch elsewhere := homes(m.Name); {
	case ok && !publishedBy(sets, m.DimensionNames()):
		ways := make([]string, len(sets))
		for i, set := range sets {
			ways[i] = strings.Join(set, " and ")
		}
		ps.Add("Dimensions", strings.Join(m.DimensionNames(), ", "),
			"SageMaker publishes "+m.Name+" by "+strings.Join(ways, ", or by "), "give exactly these dimensions")
	case ok:
	case len(elsewhere) > 0:
		ps.Add("Namespace", m.Namespace,
			"SageMaker publishes "+m.Name+" in "+strings.Join(elsewhere, " and ")+", and not here", "use "+elsewhere[0])
	case autoscaling.SageMakerMetrics()[m.Namespace] == nil:
		ps.Add("Namespace", m.Namespace, "SageMaker publishes nothing of an endpoint here",
			"use "+strings.Join(slices.Sorted(maps.Keys(autoscaling.SageMakerMetrics())), ", "))
	default:
		fix := "copy the name from CloudWatch's console"
		if near := nearestMetric(m.Namespace, m.Name); near != "" {
			fix = "did you mean " + near + "?"
		}
		ps.Add("Name", m.Name, "SageMaker is not known to publish such a metric in "+m.Namespace, fix)
	}
	return ps
}

// homes are the namespaces that have a metric of that name.
func homes(name string) []string {
	var found []string
	for _, namespace := range slices.Sorted(maps.Keys(autoscaling.SageMakerMetrics())) {
		if _, ok := autoscaling.SageMakerMetrics()[namespace][name]; ok {
			found = append(found, namespace)
		}
	}
	return found
}

func nearestMetric(namespace, name string) string {
	nearest, distance := "", 4
	for _, known := range slices.Sorted(maps.Keys(autoscaling.SageMakerMetrics()[namespace])) {
		if d := problem.Distance(known, name); d < distance {
			nearest, distance = known, d
		}
	}
	return nearest
}

func mathWithoutFill(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.Policies {
		if m, ok := p.Metric.(autoscaling.MetricMath); ok {
			ps = append(ps, unfilled(m).In(fmt.Sprintf("Target.Policies[%d].Metric", i))...)
		}
	}
	for i, p := range s.Target.StepPolicies {
		if m, ok := p.Alarm.Metric.(autoscaling.MetricMath); ok {
			ps = append(ps, unfilled(m).In(fmt.Sprintf("Target.StepPolicies[%d].Alarm.Metric", i))...)
		}
	}
	return ps
}

// sparse are metrics that are published only when there is something to count:
// all that a gateway sheds, and what waits or fails for want of capacity.
var sparse = []string{
	autoscaling.NoCapacityInvocationFailures, autoscaling.HasBacklogWithoutCapacity, autoscaling.GatewayArrivedRequests,
	autoscaling.GatewayShedRequests, autoscaling.GatewayQueuedRequests,
}

// What stands before and after a series that is filled, and nothing but it.
var (
	filledBefore = regexp.MustCompile(`(?i)\bFILL\(\s*$`)
	filledAfter  = regexp.MustCompile(`^\s*,`)
)

// unfilled finds series that may be missing where an expression takes them as
// they are. A FILL around a whole expression is no help: it hides a load of the
// other series.
func unfilled(m autoscaling.MetricMath) problem.List {
	var ps problem.List
	missing := map[string]bool{}
	for _, q := range m.Queries {
		if q.Metric != nil {
			_, pool := q.Metric.Dimensions[instanceTypeDimension]
			missing[q.ID] = pool || slices.Contains(sparse, q.Metric.Name)
		}
	}
	for i, q := range m.Queries {
		expression := quoted.ReplaceAllStringFunc(q.Expression,
			func(text string) string { return strings.Repeat(" ", len(text)) })
		told := map[string]bool{}
		for _, at := range variable.FindAllStringIndex(expression, -1) {
			name := expression[at[0]:at[1]]
			filled := filledBefore.MatchString(expression[:at[0]]) && filledAfter.MatchString(expression[at[1]:])
			if missing[name] && !told[name] && !filled {
				told[name] = true
				ps.Add(fmt.Sprintf("Queries[%d].Expression", i), q.Expression,
					"where "+name+" has no value, as when a pool has no instances or nothing was counted, "+
						"the expression has none",
					"write FILL("+name+", 0)")
			}
		}
	}
	return ps
}

func cpuOverCores(s Subject) problem.List {
	if s.Variant == nil {
		return nil
	}
	return s.sumOver(autoscaling.VCPUs(s.Variant.InstanceType), "core", "CPUUtilization")
}

func gpuOverDevices(s Subject) problem.List {
	if s.Variant == nil || autoscaling.Accelerator(s.Variant.InstanceType) != "gpu" {
		return nil
	}
	gpus, _ := autoscaling.InstanceResources(s.Variant.InstanceType)
	return s.sumOver(gpus, "GPU", "GPUUtilization", "GPUMemoryUtilization")
}

// sumOver judges the values of metrics that are a sum over n of a kind, 0 to 100 each.
func (s Subject) sumOver(n int, kind string, names ...string) problem.List {
	var ps problem.List
	if n < 2 {
		return ps
	}
	judge := func(at string, metric any, value float64) {
		m, ok := metric.(autoscaling.Metric)
		if !ok || !slices.Contains(names, m.Name) || m.Namespace != autoscaling.UtilizationNamespace || value <= 0 {
			return
		}
		all := float64(100 * n)
		switch {
		case value > all:
			ps.Add(at, value, fmt.Sprintf("%s is at most %g on the %d %ss of %s: it never gets there", m.Name, all, n, kind,
				s.Variant.InstanceType), fmt.Sprintf("set it below %g", all))
		case value <= 100:
			ps.Add(at, value, fmt.Sprintf("%s is a sum over %ss, 0 to %g on the %d of %s, so that this is %.3g %% of the "+
				"instance", m.Name, kind, all, n, s.Variant.InstanceType, value/float64(n)),
				fmt.Sprintf("write %g if %g %% of the instance is meant", value*float64(n), value))
		}
	}
	for i, p := range s.Target.Policies {
		judge(fmt.Sprintf("Target.Policies[%d].TargetValue", i), p.Metric, p.TargetValue)
	}
	for i, p := range s.Target.StepPolicies {
		if p.Alarm.Rises() {
			judge(fmt.Sprintf("Target.StepPolicies[%d].Alarm.Threshold", i), p.Alarm.Metric, p.Alarm.Threshold)
		}
	}
	return ps
}

// finer are dimensions that may come on top of a set: instance pools add the
// first (fact G11), enhanced metrics the next three, and endpoints of several
// containers the last (fact A51).
var finer = []string{instanceTypeDimension, "InstanceId", "ContainerId", "AcceleratorId", "ContainerName"}

const instanceTypeDimension = "InstanceType"

// notAsynchronous are those that asynchronous endpoints do not publish (fact D7).
var notAsynchronous = []string{"Invocations", "InvocationsPerInstance", "OverheadLatency"}

// publishedBy reports whether a set of dimension names is one of sets, apart
// from finer ones.
func publishedBy(sets [][]string, names []string) bool {
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(finer, name) })
	return slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, names) })
}

// What metric math names in an expression: quoted text, and the IDs of queries,
// which begin with a small letter, as functions and keywords do not.
var (
	quoted   = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	variable = regexp.MustCompile(`\b[a-z][A-Za-z0-9_]*`)
)
