package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// togetherRules are about what bounds and policies do together.
var togetherRules = []Rule{
	{
		ID: "copies-over-instances",
		Reason: "a copy that no instance has room for is not started, and SageMaker starts no more instances than their " +
			"maximum",
		Fact:  "C27",
		Fix:   "raise the maximum of the managed instances, or lower that of the copies",
		check: copiesOverInstances,
	},
	{
		ID:     "min-equals-max",
		Reason: "between equal bounds a policy has nothing to decide",
		Fact:   "A36",
		Fix:    "raise the maximum, or remove the policies",
		check:  minEqualsMax,
	},
	{
		ID: "policies-fight",
		Reason: "where one policy adds capacity at a value of a metric at which another removes it, the fleet goes out and " +
			"in for ever",
		Fact:  "A31",
		Fix:   "leave a gap between the two thresholds",
		check: policiesFight,
	},
	{
		ID:     "scale-in-disabled",
		Reason: "where every policy only adds capacity, what a peak has added stays, and is paid for",
		Fact:   "A30",
		Fix:    "let one of the policies scale in",
		check:  scaleInDisabled,
	},
}

func minEqualsMax(s Subject) problem.List {
	var ps problem.List
	t := s.Target
	policies := len(t.Policies) + len(t.StepPolicies)
	if policies == 0 || t.MinCapacity != t.MaxCapacity || t.MaxCapacity == 0 {
		return ps
	}
	for _, a := range t.ScheduledActions {
		if a.MinCapacity != nil && *a.MinCapacity != t.MinCapacity ||
			a.MaxCapacity != nil && *a.MaxCapacity != t.MaxCapacity {
			return ps // at times there is something to decide
		}
	}
	which, remove := "the policy has", "remove the policy"
	if policies > 1 {
		which, remove = fmt.Sprintf("the %d policies have", policies), "remove the policies"
	}
	ps.Add("Target.MaxCapacity", t.MaxCapacity,
		fmt.Sprintf("the minimum is %d too, so that %s nothing to decide", t.MinCapacity, which),
		fmt.Sprintf("raise it to %d or more, or %s", t.MaxCapacity+1, remove))
	return ps
}

// scaleInDisabled is silent where steps remove capacity, or an action lowers the
// maximum.
func scaleInDisabled(s Subject) problem.List {
	var ps problem.List
	t := s.Target
	if t.MinCapacity >= t.MaxCapacity || slices.ContainsFunc(t.StepPolicies, removes) ||
		slices.ContainsFunc(t.ScheduledActions, t.LowersMax) {
		return ps
	}
	rule := "no policy removes capacity, so that what a peak has added stays, up to " + fmt.Sprint(t.MaxCapacity) + " " +
		t.Dimension.Unit()
	switch {
	case slices.ContainsFunc(t.Policies, func(p autoscaling.TargetTrackingPolicy) bool { return !p.DisableScaleIn }):
	case len(t.Policies) > 0:
		ps.Add("Target.Policies[0].DisableScaleIn", true, rule,
			"leave it out of "+t.Policies[0].Name+", or add a step policy that scales in")
	case slices.ContainsFunc(t.StepPolicies, mayStay):
	case len(t.StepPolicies) > 0:
		ps.Add("Target.StepPolicies", t.StepPolicies[0].Name, rule,
			"add a step policy that scales in, with an alarm of its own")
	}
	return ps
}

// mayStay reports whether what a step policy comes to may be what is wanted: an exact
// capacity is perhaps less than there was, and a wake-up only begins.
func mayStay(p autoscaling.StepScalingPolicy) bool {
	m, _ := p.Alarm.Metric.(autoscaling.Metric)
	return p.AdjustmentType == autoscaling.ExactCapacity || slices.Contains(noCapacity, m.Name)
}

// policiesFight compares thresholds alone. What the metric does when capacity is gone
// is scale-in-flaps.
func policiesFight(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.StepPolicies {
		m, ok := p.Alarm.Metric.(autoscaling.Metric)
		if !ok || !p.Alarm.Falls() || !removes(p) {
			continue
		}
		out, found := lowestScaleOut(s.Target, p.Alarm, m)
		if !found || out.above >= p.Alarm.Threshold {
			continue
		}
		ps.Add(fmt.Sprintf("Target.StepPolicies[%d].Alarm.Threshold", i), p.Alarm.Threshold,
			fmt.Sprintf("from %g to %g %s removes capacity and %s adds it", out.above, p.Alarm.Threshold, p.Name, out.policy),
			fmt.Sprintf("set it below %g", out.above))
	}
	return ps
}

// lowestScaleOut is the policy that adds capacity at the lowest value of m.
func lowestScaleOut(t autoscaling.ScalableTarget, a autoscaling.Alarm, m autoscaling.Metric) (lowest scaleOut,
	found bool) {
	add := func(policy string, above float64) {
		if !found || above < lowest.above {
			lowest, found = scaleOut{policy, above}, true
		}
	}
	for _, p := range t.Policies {
		if follows(p.Metric, m, a.Period) {
			add(p.Name, p.TargetValue)
		}
	}
	for _, p := range t.StepPolicies {
		other, ok := p.Alarm.Metric.(autoscaling.Metric)
		adds := slices.ContainsFunc(p.Steps, func(s autoscaling.Step) bool { return s.Adjustment > 0 })
		if ok && adds && p.Alarm.Rises() && sameSeries(other, m) && (p.Alarm.Period == a.Period || !grows(m)) {
			add(p.Name, p.Alarm.Threshold)
		}
	}
	return lowest, found
}

// copiesOverInstances judges an inference component by itself: others on the same
// instances leave still less room.
func copiesOverInstances(s Subject) problem.List {
	var ps problem.List
	t := s.Target
	if t.Dimension != autoscaling.InferenceComponentCopyCount || s.Host == nil || s.Host.MaxInstanceCount <= 0 {
		return ps
	}
	each, why := s.copiesPerInstance()
	room := each * s.Host.MaxInstanceCount
	if each < 1 || t.MaxCapacity <= room {
		return ps
	}
	need := (t.MaxCapacity + each - 1) / each
	ps.Add("Target.MaxCapacity", t.MaxCapacity,
		fmt.Sprintf("the %d managed instances of %s have room for %d copies at most, as %s", s.Host.MaxInstanceCount,
			s.Host.InstanceType, room, why),
		fmt.Sprintf("lower it to %d, or raise the maximum of the managed instances to %d or more", room, need))
	return ps
}

// copiesPerInstance is how many copies an instance of the host has room for, and by
// what; 0 where it is not known, or none, which is an error of its own.
func (s Subject) copiesPerInstance() (copies int, why string) {
	least := func(n int, by string) {
		if n > 0 && (copies == 0 || n < copies) {
			copies, why = n, by
		}
	}
	accelerators, memoryMB := autoscaling.InstanceResources(s.Host.InstanceType)
	if n := s.Copy.Accelerators; n > 0 && accelerators > 0 {
		least(accelerators/n, fmt.Sprintf("a copy takes %d of the %d accelerators of one", n, accelerators))
	}
	if n := s.Copy.MinMemoryMB; n > 0 && memoryMB > 0 {
		// SageMaker takes a part of the memory.
		least((memoryMB-1)/n, fmt.Sprintf("a copy takes %d of the %d MB of one", n, memoryMB))
	}
	if cores := autoscaling.VCPUs(s.Host.InstanceType); s.Copy.CPUCores > 0 && cores > 0 {
		least(int(float64(cores)/s.Copy.CPUCores),
			fmt.Sprintf("a copy takes %g of the %d cores of one", s.Copy.CPUCores, cores))
	}
	return copies, why
}

// trackingNames are the names of policies, for a sentence.
func trackingNames(policies []autoscaling.TargetTrackingPolicy) string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.Name
	}
	return strings.Join(names, " and ")
}
