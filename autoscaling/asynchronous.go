package autoscaling

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousScaling is how a variant of an asynchronous endpoint shall scale:
// by the requests that wait in its queue or are being processed, and, with a
// minimum of 0, down to no instance at all. Nothing is lost meanwhile: requests
// wait in the queue.
type AsynchronousScaling struct {
	// MinCapacity and MaxCapacity bound the number of instances. A minimum of 0
	// lets the variant scale to zero, and so does a scheduled action's.
	MinCapacity, MaxCapacity int
	// BacklogPerInstance is how many requests shall wait or be processed for
	// each instance: the time that a request may take from queue to answer, over
	// the time that an instance needs for one.
	BacklogPerInstance float64
	// ScaleOutCooldown and ScaleInCooldown are how long to wait after an
	// activity has succeeded, in whole seconds.
	// Default: nil, DefaultCooldown.
	ScaleOutCooldown, ScaleInCooldown *time.Duration
	// WakeUpInstances is how many instances the first waiting request calls for,
	// where the variant can scale to zero. Without, it would wait until there
	// are more than BacklogPerInstance.
	// Default: 0, 1 instance.
	WakeUpInstances int
	// ScheduledActions change the bounds at their times.
	// Default: none.
	ScheduledActions []ScheduledAction
}

// Target is the scalable target of variant v.
func (s AsynchronousScaling) Target(v Variant) ScalableTarget {
	backlog := BacklogPolicy(v.EndpointName, s.BacklogPerInstance)
	backlog.ScaleOutCooldown, backlog.ScaleInCooldown = orDefault(s.ScaleOutCooldown), orDefault(s.ScaleInCooldown)
	t := ScalableTarget{
		ResourceID: v.ResourceID(), Dimension: VariantInstanceCount, Asynchronous: true,
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		Policies:         []TargetTrackingPolicy{backlog},
		ScheduledActions: s.ScheduledActions,
	}
	if s.reachesZero() {
		t.StepPolicies = []StepScalingPolicy{AsynchronousWakeUpPolicy(v.EndpointName, cmp.Or(s.WakeUpInstances, 1))}
	}
	return t
}

func (s AsynchronousScaling) reachesZero() bool {
	return s.MinCapacity == 0 || slices.ContainsFunc(s.ScheduledActions, ScheduledAction.toZero)
}

// Validate returns everything wrong with scaling v in this way, with the field
// paths of this struct, and "Variant." before those of v.
func (s AsynchronousScaling) Validate(v Variant) problem.List {
	ps := validateWakeUp("WakeUpInstances", s.WakeUpInstances, s.reachesZero(), s.MaxCapacity, "instances")
	if b := s.BacklogPerInstance; !(b > 0) || !finite(b) {
		ps.Add("BacklogPerInstance", b, "a backlog is over 0 requests an instance",
			"the time that a request may take, over the time that an instance needs for one")
	}
	ps = append(ps, s.Target(v).validateInFields(map[string]string{
		"ResourceID":                       "", // the variant says it
		BacklogPolicyName + ".TargetValue": "",
		AsynchronousWakeUpPolicyName + ".Steps[0].Adjustment": "",
	})...)
	return append(ps, v.validateFor(s.Target(v))...)
}

// validateFor is what is wrong with v, and with scaling it by t.
func (v Variant) validateFor(t ScalableTarget) problem.List {
	return append(v.Validate(), v.ValidateScaling(t)...).In("Variant")
}
