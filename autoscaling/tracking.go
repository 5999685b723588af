package autoscaling

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TrackedMetric is what a target tracking policy follows: a PredefinedMetric, a
// Metric or a MetricMath.
type TrackedMetric interface {
	fmt.Stringer
	// specification is the one property of the policy's configuration that
	// names the metric.
	specification() map[string]any
	// check returns what keeps a target of dimension d from tracking it.
	check(d Dimension) problem.List
}

// PredefinedMetric is a metric that Application Auto Scaling knows by name
// (fact A1). AWS adds names: one that is not here is taken as it is (fact G22).
type PredefinedMetric string

// SageMaker's predefined metrics.
const (
	// VariantInvocationsPerInstance is invocations per minute and active instance
	// of a variant (fact A7).
	VariantInvocationsPerInstance PredefinedMetric = "SageMakerVariantInvocationsPerInstance"
	// VariantConcurrentRequestsHighResolution is the requests that an instance of a
	// variant has at a time, those queued in the container among them, every
	// 10 s (facts A9 and A10).
	VariantConcurrentRequestsHighResolution PredefinedMetric = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
	// VariantProvisionedConcurrencyUtilization is the share of a serverless
	// variant's provisioned concurrency that is in use.
	VariantProvisionedConcurrencyUtilization PredefinedMetric = "SageMakerVariantProvisionedConcurrencyUtilization"
	// ComponentInvocationsPerCopy is invocations per minute and copy of an
	// inference component.
	ComponentInvocationsPerCopy PredefinedMetric = "SageMakerInferenceComponentInvocationsPerCopy"
	// ComponentConcurrentRequestsHighResolution is the requests that a copy of
	// an inference component has at a time, every 10 s (facts A9 and A10).
	ComponentConcurrentRequestsHighResolution PredefinedMetric = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
)

// home is the one dimension that each known metric is for.
var home = map[PredefinedMetric]Dimension{
	VariantInvocationsPerInstance:             VariantInstanceCount,
	VariantConcurrentRequestsHighResolution:   VariantInstanceCount,
	VariantProvisionedConcurrencyUtilization:  VariantProvisionedConcurrency,
	ComponentInvocationsPerCopy:               InferenceComponentCopyCount,
	ComponentConcurrentRequestsHighResolution: InferenceComponentCopyCount,
}

// PredefinedMetrics are the known ones for a dimension, sorted (fact A1).
func PredefinedMetrics(d Dimension) []PredefinedMetric {
	var found []PredefinedMetric
	for m, at := range home {
		if at == d {
			found = append(found, m)
		}
	}
	slices.Sort(found)
	return found
}

// Known reports whether it is one of SageMaker's (fact A1).
func (m PredefinedMetric) Known() bool { return home[m] != "" }

// String is the metric's name.
func (m PredefinedMetric) String() string { return string(m) }

func (m PredefinedMetric) specification() map[string]any {
	return map[string]any{"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": string(m)}}
}

func (m PredefinedMetric) check(d Dimension) problem.List {
	var ps problem.List
	known, ok := dimensions[d]
	if !ok || m == "" || problem.Unresolved(string(m)) {
		return ps // said elsewhere, or at deployment
	}
	switch at, sageMakers := home[m]; {
	case sageMakers && at != d:
		ps.Add("", string(m), "this metric is for a target of dimension "+string(at)+", and the target's is "+string(d),
			"track a metric whose name begins with "+known.metrics)
	case !sageMakers && !strings.HasPrefix(string(m), known.metrics):
		// Others, as ALBRequestCountPerTarget, are for other services (fact A3).
		ps.Add("", string(m), "a predefined metric for this target begins with "+known.metrics,
			"use one of SageMaker's, or give namespace and name of a Metric")
	}
	return ps
}

// DefaultCooldown is what Application Auto Scaling waits after a scaling
// activity of a SageMaker target where a policy names no cooldown (fact A19).
const DefaultCooldown = 300 * time.Second

// TargetTrackingPolicy keeps a metric near a target by changing the capacity.
type TargetTrackingPolicy struct {
	// Name is unique within the scalable target.
	Name string
	// Metric is what is tracked. It has to fall when capacity is added.
	Metric TrackedMetric
	// TargetValue is what Metric is kept near, in the metric's own unit:
	// invocations per minute and instance for VariantInvocationsPerInstance.
	TargetValue float64
	// ScaleOutCooldown and ScaleInCooldown are how long to wait after an
	// activity has succeeded (fact A22), in whole seconds; zero does not wait.
	ScaleOutCooldown, ScaleInCooldown time.Duration
	// DisableScaleIn makes the policy add capacity only (fact A30).
	DisableScaleIn bool
}

// CloudFormation is the properties of the AWS::ApplicationAutoScaling::ScalingPolicy.
// scalingTarget refers to the scalable target: what Ref of it gives.
func (p TargetTrackingPolicy) CloudFormation(scalingTarget any) map[string]any {
	configuration := map[string]any{
		"TargetValue":      p.TargetValue,
		"ScaleOutCooldown": int(p.ScaleOutCooldown.Seconds()),
		"ScaleInCooldown":  int(p.ScaleInCooldown.Seconds()),
		"DisableScaleIn":   p.DisableScaleIn,
	}
	for key, value := range p.Metric.specification() {
		configuration[key] = value
	}
	return map[string]any{
		"PolicyName":      p.Name,
		"PolicyType":      targetTracking,
		"ScalingTargetId": scalingTarget,
		"TargetTrackingScalingPolicyConfiguration": configuration,
	}
}

// Policy types, in CloudFormation's words.
const (
	targetTracking = "TargetTrackingScaling"
	stepScaling    = "StepScaling"
	// SageMaker has none of the third (fact H2): the reader refuses it.
	predictiveScaling = "PredictiveScaling"
)

// hasMetric reports whether there is anything to track.
func (p TargetTrackingPolicy) hasMetric() bool {
	return p.Metric != nil && p.Metric != PredefinedMetric("")
}

// metricKey is equal for two policies that AWS takes to track the same metric:
// their specifications are.
func (p TargetTrackingPolicy) metricKey() string {
	key, err := json.Marshal(p.Metric.specification())
	if err != nil { // texts, numbers and booleans only
		panic(err)
	}
	return string(key)
}

func (p TargetTrackingPolicy) validate(d Dimension) problem.List {
	ps := validatePolicyName(p.Name, "name what it tracks, such as \"invocations-per-instance\"")
	if p.hasMetric() {
		ps = append(ps, p.Metric.check(d).In("Metric")...)
	} else {
		ps.Add("Metric", nil, "a policy needs a metric", "use "+exampleMetric(d))
	}
	switch {
	// AWS accepts any number, also below zero, and then never scales (fact A34).
	case !(p.TargetValue > 0) || !finite(p.TargetValue):
		ps.Add("TargetValue", p.TargetValue, "a target is a number above 0", targetFix(p.Metric))
	case p.Metric == VariantProvisionedConcurrencyUtilization && p.TargetValue > 1:
		ps.Add("TargetValue", p.TargetValue, "the utilization of provisioned concurrency is a share, at most 1",
			problem.ShareFix(p.TargetValue, "such as 0.7"))
	}
	ps = append(ps, validateCooldown("ScaleOutCooldown", p.ScaleOutCooldown)...)
	return append(ps, validateCooldown("ScaleInCooldown", p.ScaleInCooldown)...)
}

func exampleMetric(d Dimension) string {
	switch d {
	case InferenceComponentCopyCount:
		return string(ComponentInvocationsPerCopy)
	case VariantProvisionedConcurrency:
		return string(VariantProvisionedConcurrencyUtilization)
	}
	return string(VariantInvocationsPerInstance)
}

func targetFix(m TrackedMetric) string {
	if m == VariantInvocationsPerInstance {
		return "derive it from a load test: requests a second × safety factor × 60"
	}
	return "derive it from a load test"
}

func validatePolicyName(name, fix string) problem.List {
	var ps problem.List
	if name == "" {
		ps.Add("Name", nil, "a policy needs a name", fix)
	} else if problem.Unresolved(name) {
		ps.AddUnresolved("Name", "the policy's logical ID is made of its name")
	} else if !policyName.MatchString(name) {
		ps.Add("Name", name, "the name of a policy has 1 to 256 characters that can be printed", fix)
	}
	return ps
}

func validateCooldown(field string, d time.Duration) problem.List {
	var ps problem.List
	if !wholeSeconds(d) {
		ps.Add(field, d, "a cooldown is a whole number of seconds, 0 or more", "AWS's default is 300s")
	}
	return ps
}
