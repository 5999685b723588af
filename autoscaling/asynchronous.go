package autoscaling

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousScaling is how a variant of an asynchronous endpoint shall scale:
// by the requests that wait in its queue or are being processed, and, with a
// minimum of 0, down to no instance at all. Nothing is lost meanwhile: requests
// wait in the queue.
type AsynchronousScaling struct {
	// Scaling is the bounds of the instance count, BacklogPerInstance,
	// WakeUpInstances and the cooldowns. A minimum of 0 lets the variant scale to
	// zero, and so does a scheduled action's.
	Scaling
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
	if ps := problem.UnresolvedNumbers(s); len(ps) > 0 {
		return append(ps, v.Validate().In("Variant")...)
	}
	ps := s.validateKind("an asynchronous endpoint", isOneOf(commonFields, asynchronousFields))
	ps = append(ps, validateWakeUp("Scaling", "WakeUpInstances", s.WakeUpInstances, s.reachesZero(), s.MaxCapacity,
		"instances")...)
	if b := s.BacklogPerInstance; !(b > 0) || !finite(b) {
		ps.Add("Scaling.BacklogPerInstance", b, "a backlog is over 0 requests an instance",
			"the time that a request may take, over the time that an instance needs for one")
	}
	for _, p := range s.Target(v).Validate() {
		switch address := s.address(p.Path); {
		case p.Path == "ResourceID": // the variant says it
		case address == "Scaling.BacklogPerInstance" || address == "Scaling.WakeUpInstances": // said above
		default:
			ps = appendNew(ps, (problem.List{p}).Map(s.address)[0])
		}
	}
	return append(ps, v.validateFor(s.Target(v))...)
}

// Address is where s decides about a path of s.Target, which begins with "Target.".
func (s AsynchronousScaling) Address(_ Variant, path string) string {
	if path == "Target.ResourceID" {
		return variantNames
	}
	return s.address(strings.TrimPrefix(path, "Target."))
}

func (s AsynchronousScaling) address(path string) string {
	return figures(reflect.TypeOf(s), path, "Scaling.BacklogPerInstance", "Scaling.WakeUpInstances")
}

// validateFor is what is wrong with v, and with scaling it by t.
func (v Variant) validateFor(t ScalableTarget) problem.List {
	return append(v.Validate(), v.ValidateScaling(t)...).In("Variant")
}
