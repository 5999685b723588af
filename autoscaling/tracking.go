package autoscaling

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// PredefinedMetric is a metric that Application Auto Scaling knows by name
// (fact A1).
type PredefinedMetric string

// VariantInvocationsPerInstance is invocations per minute and active instance
// of a variant (fact A7).
const VariantInvocationsPerInstance PredefinedMetric = "SageMakerVariantInvocationsPerInstance"

// DefaultCooldown is what Application Auto Scaling waits after a scaling
// activity of a SageMaker variant where a policy names no cooldown (fact A19).
const DefaultCooldown = 300 * time.Second

// TargetTrackingPolicy keeps a metric near a target by changing the capacity.
type TargetTrackingPolicy struct {
	// Name is unique within the scalable target.
	Name string
	// Metric is what is tracked.
	Metric PredefinedMetric
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
	return map[string]any{
		"PolicyName":      p.Name,
		"PolicyType":      "TargetTrackingScaling",
		"ScalingTargetId": scalingTarget,
		"TargetTrackingScalingPolicyConfiguration": map[string]any{
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": string(p.Metric)},
			"TargetValue":                   p.TargetValue,
			"ScaleOutCooldown":              int(p.ScaleOutCooldown.Seconds()),
			"ScaleInCooldown":               int(p.ScaleInCooldown.Seconds()),
			"DisableScaleIn":                p.DisableScaleIn,
		},
	}
}

func (p TargetTrackingPolicy) validate() invalid.Problems {
	var ps invalid.Problems
	if p.Name == "" {
		ps.Add("Name", nil, "a policy needs a name", "name what it tracks, such as \"invocations-per-instance\"")
	}
	if p.Metric == "" {
		ps.Add("Metric", nil, "a policy needs a metric", "use "+string(VariantInvocationsPerInstance))
	}
	// AWS accepts any number, also below zero, and then never scales (fact A34).
	if !(p.TargetValue > 0) || math.IsInf(p.TargetValue, 0) {
		ps.Add("TargetValue", p.TargetValue, "a target is a number above 0", "derive it from a load test: requests a second × safety factor × 60")
	}
	for _, c := range []struct {
		field string
		value time.Duration
	}{{"ScaleOutCooldown", p.ScaleOutCooldown}, {"ScaleInCooldown", p.ScaleInCooldown}} {
		if !wholeSeconds(c.value) {
			ps.Add(c.field, c.value, "a cooldown is a whole number of seconds, 0 or more", "AWS's default is 300s")
		}
	}
	return ps
}
