package lint

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var zeroRules = []Rule{
	{
		ID: "wake-up-tracked",
		Reason: "a metric that says that there is no capacity is 0 as soon as there is some: target tracking holds nothing " +
			"near a target by it",
		Fact:  "D2",
		Fix:   "let an alarm on it set off a step policy, and track another metric",
		check: wakeUpTracked,
	},
	{
		ID: "zero-without-wake-up",
		Reason: "target tracking does not scale an inference component out from zero, and an asynchronous variant only " +
			"when more requests wait than the target",
		Fact:  "D7",
		Fix:   "add a step policy whose alarm goes off when there is no capacity",
		check: zeroWithoutWakeUp,
	},
}

// noCapacity are SageMaker's metrics that say that there is no capacity (facts D2
// and D7).
var noCapacity = []string{autoscaling.NoCapacityInvocationFailures, autoscaling.HasBacklogWithoutCapacity}

func wakeUpTracked(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.Policies {
		m, ok := trackedOf(p, noCapacity)
		if !ok {
			continue
		}
		track := string(autoscaling.ComponentInvocationsPerCopy)
		if m.Name == autoscaling.HasBacklogWithoutCapacity {
			track = autoscaling.ApproximateBacklogSizePerInstance
		}
		ps.Add(fmt.Sprintf("Target.Policies[%d].Metric.Name", i), m.Name,
			"it is 0 as soon as there is one of the "+s.Target.Dimension.Unit()+", so that it is near no target",
			"let an alarm on it set off a step policy, and track "+track)
	}
	return ps
}

func zeroWithoutWakeUp(s Subject) problem.List {
	var ps problem.List
	t := s.Target
	component := t.Dimension == autoscaling.InferenceComponentCopyCount
	at := zeroAt(t)
	if !component && !t.Asynchronous || at == "" || slices.ContainsFunc(t.StepPolicies, wakes) || raisedAgain(t) {
		return ps
	}
	if component {
		ps.Add(at, 0, "without a copy every request is refused, and no policy starts one",
			"add a step policy of 1 copy whose alarm goes off at 1 "+autoscaling.NoCapacityInvocationFailures+" or more")
		return ps
	}
	target, tracked := backlogTarget(t)
	rule := "no policy starts an instance for requests that wait"
	switch {
	case tracked && target < 1:
		return ps // one request is more than the target
	case tracked:
		rule = fmt.Sprintf("without an instance, up to %g requests wait until more come", target)
	}
	ps.Add(at, 0, rule, "add a step policy of 1 instance whose alarm goes off at 1 "+autoscaling.HasBacklogWithoutCapacity+
		" or more")
	return ps
}

// zeroAt is where t says that there may be no capacity, "" for nowhere.
func zeroAt(t autoscaling.ScalableTarget) string {
	if t.MinCapacity == 0 && t.MaxCapacity > 0 {
		return "Target.MinCapacity"
	}
	for i, a := range t.ScheduledActions {
		if a.MinCapacity != nil && *a.MinCapacity == 0 {
			return fmt.Sprintf("Target.ScheduledActions[%d].MinCapacity", i)
		}
	}
	return ""
}

// wakes reports whether a policy can add the first of the capacity. A metric per
// instance has no value where there is none.
func wakes(p autoscaling.StepScalingPolicy) bool {
	m, single := p.Alarm.Metric.(autoscaling.Metric)
	per := single && autoscaling.IsSageMakerNamespace(m.Namespace) && slices.Contains(perCapacity, m.Name) &&
		m.Name != autoscaling.ApproximateBacklogSizePerInstance
	return p.Alarm.Rises() && !per && slices.ContainsFunc(p.Steps, func(s autoscaling.Step) bool {
		return s.Adjustment > 0 && p.AdjustmentType != autoscaling.PercentChangeInCapacity
	})
}

// raisedAgain reports whether a schedule without an end raises the minimum over 0:
// the owner has decided when there is capacity.
func raisedAgain(t autoscaling.ScalableTarget) bool {
	schedules := zonedSchedules(t.ScheduledActions)
	for i, a := range t.ScheduledActions {
		if a.MinCapacity != nil && *a.MinCapacity > 0 && schedules[i] != nil && unending(*schedules[i]) {
			return true
		}
	}
	return false
}

// backlogTarget is the lowest target of a policy that tracks the backlog.
func backlogTarget(t autoscaling.ScalableTarget) (lowest float64, found bool) {
	for _, p := range t.Policies {
		m, ok := p.Metric.(autoscaling.Metric)
		if ok && m.Name == autoscaling.ApproximateBacklogSizePerInstance && (!found || p.TargetValue < lowest) {
			lowest, found = p.TargetValue, true
		}
	}
	return lowest, found
}
