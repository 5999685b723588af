// Package autoscaling is the model in the middle: how a SageMaker variant
// scales, in plain values. An environment file becomes this model,
// constructs/scaling writes it to CloudFormation exactly as it is rendered
// here, and the rules judge it.
package autoscaling

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// ServiceNamespace is SageMaker's name in Application Auto Scaling.
const ServiceNamespace = "sagemaker"

// Dimension is what a scalable target counts, in Application Auto Scaling's
// own words (fact A4).
type Dimension string

// VariantInstanceCount counts the instances of a production variant.
const VariantInstanceCount Dimension = "sagemaker:variant:DesiredInstanceCount"

// Quotas of one scalable target that AWS does not raise (fact B15).
const (
	MaxPolicies         = 50
	MaxScheduledActions = 200
)

// ScalableTarget is a production variant whose instance count Application Auto
// Scaling moves between two bounds.
type ScalableTarget struct {
	// ResourceID names what scales, as endpoint/NAME/variant/NAME.
	ResourceID string
	// Dimension is what is counted.
	Dimension Dimension
	// MinCapacity and MaxCapacity bound the instance count. A deployment that
	// changes them moves the fleet inside them at once (fact A39).
	MinCapacity, MaxCapacity int
	// RoleARN is the role that Application Auto Scaling works with.
	// Default: "", left out of the template; AWS then uses the service-linked role.
	RoleARN string
	// Policies decide between the bounds.
	Policies []TargetTrackingPolicy
	// ScheduledActions overwrite the bounds at their times (fact B6).
	ScheduledActions []ScheduledAction
}

// CloudFormation is the properties of the AWS::ApplicationAutoScaling::ScalableTarget.
// Policies are resources of their own: see TargetTrackingPolicy.CloudFormation.
func (t ScalableTarget) CloudFormation() map[string]any {
	properties := map[string]any{
		"ServiceNamespace":  ServiceNamespace,
		"ScalableDimension": string(t.Dimension),
		"ResourceId":        t.ResourceID,
		"MinCapacity":       t.MinCapacity,
		"MaxCapacity":       t.MaxCapacity,
	}
	if t.RoleARN != "" {
		properties["RoleARN"] = t.RoleARN
	}
	if len(t.ScheduledActions) > 0 {
		actions := make([]any, len(t.ScheduledActions))
		for i, a := range t.ScheduledActions {
			actions[i] = a.cloudFormation()
		}
		properties["ScheduledActions"] = actions
	}
	return properties
}

// Validate returns everything that AWS would refuse, or that cannot work, with
// the field paths of this struct.
func (t ScalableTarget) Validate() invalid.Problems {
	var ps invalid.Problems
	// The API takes 0, SageMaker does not serve with it (fact A38).
	if t.Dimension == VariantInstanceCount && t.MinCapacity < 1 {
		ps.Add("MinCapacity", t.MinCapacity,
			"a real-time variant keeps at least 1 instance, only asynchronous endpoints and inference components scale to zero",
			"set it to 1 or more; 2 or more survive the loss of an instance")
	}
	if t.MaxCapacity < t.MinCapacity {
		ps.Add("MaxCapacity", t.MaxCapacity,
			fmt.Sprintf("the maximum is below the minimum of %d instances", t.MinCapacity),
			fmt.Sprintf("raise it to %d or more, or lower the minimum", t.MinCapacity))
	}
	ps = append(ps, t.validatePolicies()...)
	return append(ps, t.validateActions()...)
}

func (t ScalableTarget) validatePolicies() invalid.Problems {
	var ps invalid.Problems
	if len(t.Policies) > MaxPolicies {
		ps.Add("Policies", len(t.Policies), fmt.Sprintf("a scalable target has at most %d policies", MaxPolicies), "remove some")
	}
	names, metrics := map[string]int{}, map[PredefinedMetric]int{}
	for i, p := range t.Policies {
		at := fmt.Sprintf("Policies[%d]", i)
		ps = append(ps, p.validate().In(at)...)
		if first, twice := names[p.Name]; twice {
			ps.Add(at+".Name", p.Name, fmt.Sprintf("Policies[%d] has the same name", first), "give each policy a name of its own")
		} else {
			names[p.Name] = i
		}
		// Several policies are allowed if each tracks another metric (fact A29).
		if first, twice := metrics[p.Metric]; twice {
			ps.Add(at+".Metric", string(p.Metric),
				fmt.Sprintf("Policies[%d] tracks the same metric, which AWS refuses", first), "keep one of the two")
		} else {
			metrics[p.Metric] = i
		}
	}
	return ps
}

func (t ScalableTarget) validateActions() invalid.Problems {
	var ps invalid.Problems
	if n := len(t.ScheduledActions); n > MaxScheduledActions {
		ps.Add("ScheduledActions", n,
			fmt.Sprintf("a scalable target has at most %d scheduled actions", MaxScheduledActions), "remove some that are over")
	}
	names := map[string]int{}
	for i, a := range t.ScheduledActions {
		at := fmt.Sprintf("ScheduledActions[%d]", i)
		ps = append(ps, a.validate(t).In(at)...)
		if first, twice := names[a.Name]; twice {
			ps.Add(at+".Name", a.Name,
				fmt.Sprintf("ScheduledActions[%d] has the same name, and names are unique within a target", first),
				"rename one of the two")
		} else {
			names[a.Name] = i
		}
	}
	return ps
}

// wholeSeconds reports whether AWS can take d, which it counts in seconds.
func wholeSeconds(d time.Duration) bool { return d >= 0 && d%time.Second == 0 }
