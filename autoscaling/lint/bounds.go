package lint

import (
	"fmt"
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var boundsRules = []Rule{
	{
		ID:     "floor-without-zone",
		Reason: "what a floor leaves when an Availability Zone fails has to carry the traffic until new instances serve",
		Fact:   "C36",
		Fix:    "set the floor to the need at what was measured × zones ÷ (zones − 1), or lower the target",
		check:  floorWithoutZone,
	},
	{
		ID:     "max-below-peak",
		Reason: "nothing scales over the maximum, however high the traffic goes",
		Fact:   "A36",
		Fix:    "raise the maximum over what the peak needs",
		check:  maxBelowPeak,
	},
	{
		ID:     "production-one-instance",
		Reason: "a fleet of one instance serves nobody when it fails or is replaced",
		Fact:   "C36",
		Fix:    "keep 2 or more",
		check:  productionOneInstance,
	},
	{
		ID:     "production-one-zone",
		Reason: "instances in one Availability Zone fail together",
		Fact:   "C36",
		Fix:    "give the model subnets in 2 zones or more, and say so",
		check:  productionOneZone,
	},
}

func productionOneInstance(s Subject) problem.List {
	var ps problem.List
	t := s.Target
	if !s.Facts.Production || t.Asynchronous || t.Dimension != autoscaling.VariantInstanceCount &&
		t.Dimension != autoscaling.InferenceComponentCopyCount {
		return ps
	}
	one := map[autoscaling.Dimension]string{autoscaling.VariantInstanceCount: "instance",
		autoscaling.InferenceComponentCopyCount: "copy"}[t.Dimension]
	add := func(at string, n int) {
		if n < 2 {
			ps.Add(at, n, "in production nobody is served while the only "+one+" fails or is replaced", "set it to 2 or more")
		}
	}
	add("Target.MinCapacity", t.MinCapacity)
	for i, a := range t.ScheduledActions {
		if a.MinCapacity != nil && *a.MinCapacity != t.MinCapacity {
			add(fmt.Sprintf("Target.ScheduledActions[%d].MinCapacity", i), *a.MinCapacity)
		}
	}
	return ps
}

func productionOneZone(s Subject) problem.List {
	var ps problem.List
	if s.Facts.Production && s.Facts.Zones == 1 {
		ps.Add("Facts.Zones", s.Facts.Zones, "in production nobody is served while the only Availability Zone fails",
			"spread the instances over 2 or more")
	}
	return ps
}

// floorWithoutZone judges the minimum between events by the load at which the
// policies keep it, and the highest floor by the expected peak. Both are held
// against what was measured: for a lost zone the safety factor may be used up.
func floorWithoutZone(s Subject) problem.List {
	var ps problem.List
	t, f := s.Target, s.Facts
	if !f.Production || f.Zones < 2 || t.Dimension != autoscaling.VariantInstanceCount || t.Asynchronous ||
		t.MinCapacity < 2 {
		return ps // fewer is production-one-instance
	}
	if headroom := s.headroom(); headroom > 0 && !survives(t.MinCapacity, f.Zones, headroom) {
		ps.Add("Target.MinCapacity", t.MinCapacity,
			fmt.Sprintf("without one of %d zones %d of them are left, which carry at most %.0f %% of the load at which the "+
				"target keeps %d",
				f.Zones, left(t.MinCapacity, f.Zones), 100*headroom*float64(left(t.MinCapacity, f.Zones))/float64(t.MinCapacity),
				t.MinCapacity),
			floorFix(t.MinCapacity, f.Zones, headroom))
	}
	if at, floor := highestFloor(t); at >= 0 && f.PeakRequestsPerSecond > 0 && f.RequestsPerSecondPerInstance > 0 {
		need := capacity.Instances(f.PeakRequestsPerSecond, f.RequestsPerSecondPerInstance, 1)
		if left(floor, f.Zones) < need {
			ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].MinCapacity", at), floor,
				fmt.Sprintf("without one of %d zones %d of them are left, and the peak of %g requests a second needs %d",
					f.Zones, left(floor, f.Zones), f.PeakRequestsPerSecond, need),
				fmt.Sprintf("set it to %d or more",
					capacity.Floor(f.PeakRequestsPerSecond, f.RequestsPerSecondPerInstance, 1, f.Zones)))
		}
	}
	return ps
}

// left is how many of n instances are there without the fullest of zones.
func left(n, zones int) int { return n - (n+zones-1)/zones }

func survives(n, zones int, headroom float64) bool {
	return float64(left(n, zones))*headroom >= float64(n)
}

// floorFix is the next larger floor that survives, if the headroom allows any.
func floorFix(n, zones int, headroom float64) string {
	for more := n + 1; more <= n+zones; more++ {
		if survives(more, zones, headroom) {
			return fmt.Sprintf("set it to %d", more)
		}
	}
	even := (n + zones - 1) / zones * zones
	lower := fmt.Sprintf("lower the target to %g of what one instance sustains",
		math.Floor(float64(zones-1)/float64(zones)*100)/100)
	if even != n {
		return fmt.Sprintf("set it to %d, and %s", even, lower)
	}
	return lower
}

// headroom is how many times its load at the target an instance sustains, by
// the policy that leaves most: 0 where nothing is known.
func (s Subject) headroom() float64 {
	headroom := 0.0
	for _, p := range s.Target.Policies {
		if measured, _ := measured(s.Facts, p.Metric); p.TargetValue > 0 {
			headroom = max(headroom, measured/p.TargetValue)
		}
	}
	return headroom
}

// highestFloor is the scheduled action with the highest minimum, -1 if none
// raises it.
func highestFloor(t autoscaling.ScalableTarget) (at, floor int) {
	at, floor = -1, t.MinCapacity
	for i, a := range t.ScheduledActions {
		if a.MinCapacity != nil && *a.MinCapacity > floor {
			at, floor = i, *a.MinCapacity
		}
	}
	return at, floor
}

func maxBelowPeak(s Subject) problem.List {
	var ps problem.List
	t, f := s.Target, s.Facts
	counted := t.Dimension == autoscaling.VariantInstanceCount || t.Dimension == autoscaling.InferenceComponentCopyCount
	if !counted || f.PeakRequestsPerSecond <= 0 || f.RequestsPerSecondPerInstance <= 0 {
		return ps
	}
	share := 1.0
	if headroom := s.headroom(); headroom > 1 {
		share = 1 / headroom
	}
	need := capacity.Instances(f.PeakRequestsPerSecond, f.RequestsPerSecondPerInstance, share)
	reserve := ""
	if f.Production && f.Zones > 1 {
		need = capacity.Floor(f.PeakRequestsPerSecond, f.RequestsPerSecondPerInstance, share, f.Zones)
		reserve = fmt.Sprintf(", also without one of %d zones", f.Zones)
	}
	if t.MaxCapacity < need {
		ps.Add("Target.MaxCapacity", t.MaxCapacity,
			fmt.Sprintf("the peak of %g requests a second needs %d %s%s", f.PeakRequestsPerSecond, need, t.Dimension.Unit(),
				reserve),
			fmt.Sprintf("raise it to %d or more", need))
	}
	return ps
}
