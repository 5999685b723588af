package lint

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var policyRules = []Rule{
	{
		ID:     "cooldown-short",
		Reason: "a scale-in cooldown shorter than the start time takes away instances faster than they can be had back",
		Fact:   "A22",
		Fix:    "make the cooldown as long as an instance takes to start",
		check:  cooldownShort,
	},
	{
		ID: "scale-in-flaps",
		Reason: "where the metric goes from the scale-in threshold over the scale-out threshold as soon as capacity is " +
			"gone, the fleet goes in and out for ever",
		Fact:  "A35",
		Fix:   "lower the scale-in threshold, raise the minimum, or remove less at a time",
		check: flapping,
	},
	{
		ID:     "step-scale-in",
		Reason: "target tracking does not hold a step policy back: one removes what the other adds",
		Fact:   "A31",
		Fix:    "leave scaling in to target tracking",
		check:  stepScaleIn,
	},
	{
		ID:     "suspended-state",
		Reason: "switching it in the template is an update of the target, which registers the template's bounds again",
		Fact:   "C25",
		Fix:    "leave it out of the template, and switch through the API",
		check:  suspendedState,
	},
	{
		ID:     "target-over-capacity",
		Reason: "a target above what an instance sustains adds capacity when users have waited already",
		Fact:   "A5",
		Fix:    "lower the target below the measured figure",
		check:  targetOverCapacity,
	},
}

func cooldownShort(s Subject) problem.List {
	var ps problem.List
	start := s.Facts.StartTime
	rule := fmt.Sprintf("the cooldown is shorter than the %s that an instance takes to start", problem.Duration(start))
	fix := fmt.Sprintf("set it to %s or more", problem.Duration(start))
	for i, p := range s.Target.Policies {
		if !p.DisableScaleIn && p.ScaleInCooldown < start {
			ps.Add(fmt.Sprintf("Target.Policies[%d].ScaleInCooldown", i), p.ScaleInCooldown, rule, fix)
		}
	}
	for i, p := range s.Target.StepPolicies {
		if removes(p) && p.Cooldown < start {
			ps.Add(fmt.Sprintf("Target.StepPolicies[%d].Cooldown", i), p.Cooldown, rule, fix)
		}
	}
	return ps
}

// removes reports whether a step takes capacity away: an exact capacity does
// where the alarm falls.
func removes(p autoscaling.StepScalingPolicy) bool {
	for _, s := range p.Steps {
		if s.Adjustment < 0 || p.AdjustmentType == autoscaling.ExactCapacity && p.Alarm.Falls() {
			return true
		}
	}
	return false
}

func stepScaleIn(s Subject) problem.List {
	var ps problem.List
	if len(s.Target.Policies) == 0 {
		return ps
	}
	fix := "remove the policy: target tracking scales in by itself"
	if !slices.ContainsFunc(s.Target.Policies, func(p autoscaling.TargetTrackingPolicy) bool {
		return !p.DisableScaleIn
	}) {
		// Without the policy nothing would scale in.
		fix = "let " + trackingNames(s.Target.Policies) + " scale in, by DisableScaleIn false, and then remove the policy"
	}
	for i, p := range s.Target.StepPolicies {
		if removes(p) {
			ps.Add(fmt.Sprintf("Target.StepPolicies[%d].Steps", i), nil,
				"the policy "+p.Name+" removes capacity whatever target tracking, which is here too, would keep", fix)
		}
	}
	return ps
}

func suspendedState(s Subject) problem.List {
	var ps problem.List
	if s.Target.SuspendedState != nil {
		ps.Add("Target.SuspendedState", nil,
			"changing it in the template registers the bounds again, also in the middle of an event",
			"leave it out, and switch through the API: aws application-autoscaling register-scalable-target --suspended-state")
	}
	return ps
}

func targetOverCapacity(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.Policies {
		measured, unit := measured(s.Facts, p.Metric)
		if measured > 0 && p.TargetValue > measured {
			ps.Add(fmt.Sprintf("Target.Policies[%d].TargetValue", i), p.TargetValue,
				fmt.Sprintf("the target is above the %g %s that one instance sustains", measured, unit),
				fmt.Sprintf("set it below %g", measured))
		}
	}
	return ps
}

// measured is what one instance, or copy, sustains of a tracked metric, in the
// metric's own unit; 0 where that is not known.
func measured(f autoscaling.Facts, m autoscaling.TrackedMetric) (value float64, unit string) {
	switch m {
	case autoscaling.VariantInvocationsPerInstance, autoscaling.ComponentInvocationsPerCopy:
		return f.RequestsPerSecondPerInstance * 60, "invocations a minute"
	case autoscaling.VariantConcurrentRequestsHighResolution, autoscaling.ComponentConcurrentRequestsHighResolution:
		return f.ConcurrencyPerInstance, "requests at a time"
	}
	return 0, ""
}
