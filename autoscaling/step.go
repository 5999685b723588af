package autoscaling

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AdjustmentType is what a step's adjustment counts, in Application Auto
// Scaling's own words (fact A41).
type AdjustmentType string

// What an adjustment may count.
const (
	// ChangeInCapacity adds so many units, or removes them.
	ChangeInCapacity AdjustmentType = "ChangeInCapacity"
	// PercentChangeInCapacity adds a share of the capacity; 1.9 units are
	// rounded to 1, 0.1 as well (fact A43).
	PercentChangeInCapacity AdjustmentType = "PercentChangeInCapacity"
	// ExactCapacity sets the capacity.
	ExactCapacity AdjustmentType = "ExactCapacity"
)

// Aggregation joins an alarm's datapoints to the one value that chooses a step.
type Aggregation string

// How datapoints are joined.
const (
	AggregateAverage Aggregation = "Average"
	AggregateMinimum Aggregation = "Minimum"
	AggregateMaximum Aggregation = "Maximum"
)

// MaxSteps is the quota of steps of one policy (fact B15).
const MaxSteps = 20

// Step is what happens while the metric is within two bounds, both counted from
// the alarm's threshold (fact A42): with a threshold of 50, from 0 to 10 is 50
// to 60.
type Step struct {
	// LowerBound and UpperBound are in the metric's unit. Above the threshold
	// the lower one is within the step, below it the upper one.
	// Default: nil, without end on that side.
	LowerBound, UpperBound *float64
	// Adjustment is what the policy's AdjustmentType says: units, percent, or
	// the capacity itself.
	Adjustment int
}

func (s Step) low() float64  { return orInfinity(s.LowerBound, -1) }
func (s Step) high() float64 { return orInfinity(s.UpperBound, 1) }

func orInfinity(bound *float64, sign int) float64 {
	if bound == nil {
		return math.Inf(sign)
	}
	return *bound
}

// StepScalingPolicy changes the capacity by steps when its alarm goes off, the
// more the further the metric is beyond the threshold.
type StepScalingPolicy struct {
	// Name is unique within the scalable target, over policies of both kinds.
	Name string
	// AdjustmentType is what the adjustments count.
	AdjustmentType AdjustmentType
	// Steps are 1 to 20, in any order, without gap and overlap (fact A42).
	Steps []Step
	// Cooldown is how long to wait after an activity has succeeded, in whole
	// seconds; zero does not wait. A larger step is taken all the same.
	Cooldown time.Duration
	// MinAdjustmentMagnitude is the fewest units that a percentage changes.
	// Default: 0, one unit.
	MinAdjustmentMagnitude int
	// Aggregation joins the alarm's datapoints. Default: "", AggregateAverage.
	Aggregation Aggregation
	// Alarm sets the policy off.
	Alarm Alarm
}

// CloudFormation is the properties of the AWS::ApplicationAutoScaling::ScalingPolicy;
// its alarm is a resource of its own: see Alarm.CloudFormation.
// scalingTarget refers to the scalable target: what Ref of it gives.
func (p StepScalingPolicy) CloudFormation(scalingTarget any) map[string]any {
	steps := make([]any, len(p.Steps))
	for i, s := range p.Steps {
		step := map[string]any{"ScalingAdjustment": s.Adjustment}
		if s.LowerBound != nil {
			step["MetricIntervalLowerBound"] = *s.LowerBound
		}
		if s.UpperBound != nil {
			step["MetricIntervalUpperBound"] = *s.UpperBound
		}
		steps[i] = step
	}
	configuration := map[string]any{
		"AdjustmentType":  string(p.AdjustmentType),
		"Cooldown":        int(p.Cooldown.Seconds()),
		"StepAdjustments": steps,
	}
	setText(configuration, "MetricAggregationType", string(p.Aggregation))
	if p.MinAdjustmentMagnitude != 0 {
		configuration["MinAdjustmentMagnitude"] = p.MinAdjustmentMagnitude
	}
	return map[string]any{
		"PolicyName":                     p.Name,
		"PolicyType":                     stepScaling,
		"ScalingTargetId":                scalingTarget,
		"StepScalingPolicyConfiguration": configuration,
	}
}

func (p StepScalingPolicy) validate(t ScalableTarget) problem.List {
	ps := validatePolicyName(p.Name, "name the occasion, such as \"emergency\"")
	if problem.Unresolved(string(p.AdjustmentType)) {
		ps.AddUnresolved("AdjustmentType", "the steps are judged by it")
	} else if !slices.Contains([]AdjustmentType{ChangeInCapacity, PercentChangeInCapacity, ExactCapacity},
		p.AdjustmentType) {
		ps.Add("AdjustmentType", got(string(p.AdjustmentType)),
			fmt.Sprintf("an adjustment is %s, %s or %s", ChangeInCapacity, PercentChangeInCapacity,
				ExactCapacity), "use "+string(PercentChangeInCapacity))
	}
	ps = append(ps, p.validateSteps(t)...)
	ps = append(ps, validateCooldown("Cooldown", p.Cooldown)...)
	switch magnitude := p.MinAdjustmentMagnitude; {
	case magnitude < 0:
		ps.Add("MinAdjustmentMagnitude", magnitude, "the fewest units to change are 1 or more", "leave it out")
	case magnitude > 0 && p.AdjustmentType != PercentChangeInCapacity:
		ps.Add("MinAdjustmentMagnitude", magnitude, "only "+string(PercentChangeInCapacity)+" has a least change",
			"leave it out, or change «AdjustmentType»")
	}
	known := p.Aggregation != "" && !problem.Unresolved(string(p.Aggregation))
	if known && !slices.Contains([]Aggregation{AggregateAverage, AggregateMinimum, AggregateMaximum}, p.Aggregation) {
		ps.Add("Aggregation", string(p.Aggregation), "an aggregation is Average, Minimum or Maximum",
			"leave it out for Average")
	}
	return append(ps, p.Alarm.validate().In("Alarm")...)
}

func (p StepScalingPolicy) validateSteps(t ScalableTarget) problem.List {
	var ps problem.List
	if n := len(p.Steps); n < 1 || n > MaxSteps {
		ps.Add("Steps", n, fmt.Sprintf("a policy has 1 to %d steps", MaxSteps), "join neighbouring steps")
	}
	for i, s := range p.Steps {
		ps = append(ps, p.validateStep(s, t).In(fmt.Sprintf("Steps[%d]", i))...)
	}
	if len(ps) > 0 || len(p.Steps) == 0 {
		return ps // order means little among steps that are wrong by themselves
	}
	order := make([]int, len(p.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Steps[a].low(), p.Steps[b].low()) })
	for n, i := range order[1:] {
		before, at := order[n], fmt.Sprintf("Steps[%d].LowerBound", i)
		switch low, high := p.Steps[i].low(), p.Steps[before].high(); {
		case low < high:
			ps.Add(at, bound(p.Steps[i].LowerBound),
				fmt.Sprintf("the step overlaps «Steps[%d]», which ends at %s", before,
					edge(high)), "let it begin where the other ends")
		case low > high:
			ps.Add(at, low, fmt.Sprintf("between this step and «Steps[%d]», which ends at %s, is a gap", before, edge(high)),
				"let it begin where the other ends")
		}
	}
	first, last := order[0], order[len(order)-1]
	if low := p.Steps[first].LowerBound; low != nil && *low < 0 {
		ps.Add(fmt.Sprintf("Steps[%d].LowerBound", first), *low, "steps below the threshold go on without end",
			"leave the lowest bound out")
	}
	if high := p.Steps[last].UpperBound; high != nil && *high > 0 {
		ps.Add(fmt.Sprintf("Steps[%d].UpperBound", last), *high, "steps above the threshold go on without end",
			"leave the highest bound out")
	}
	return append(ps, p.validateReach(first, last)...)
}

// validateReach wants a step wherever the alarm can be, and none where it
// cannot: AWS takes both, and nothing would happen.
func (p StepScalingPolicy) validateReach(first, last int) problem.List {
	var ps problem.List
	rises := p.Alarm.Rises()
	if !rises && !p.Alarm.Falls() {
		return ps // said of the alarm
	}
	if low := p.Steps[first].low(); rises && low > 0 {
		ps.Add(fmt.Sprintf("Steps[%d].LowerBound", first), low,
			"between the threshold and the first step the alarm would do nothing",
			"begin at 0, and raise the alarm's threshold where that is too early")
	}
	if high := p.Steps[last].high(); !rises && high < 0 {
		ps.Add(fmt.Sprintf("Steps[%d].UpperBound", last), high,
			"between the threshold and the first step the alarm would do nothing",
			"end at 0, and lower the alarm's threshold where that is too early")
	}
	for i, s := range p.Steps {
		switch {
		case rises && s.high() <= 0:
			ps.Add(fmt.Sprintf("Steps[%d].UpperBound", i), s.high(),
				"the step lies below the threshold, where the alarm does not go off", "remove the step")
		case !rises && s.low() >= 0:
			ps.Add(fmt.Sprintf("Steps[%d].LowerBound", i), s.low(),
				"the step lies above the threshold, where the alarm does not go off", "remove the step")
		}
	}
	return ps
}

func (p StepScalingPolicy) validateStep(s Step, t ScalableTarget) problem.List {
	var ps problem.List
	for _, b := range []struct {
		field string
		value *float64
	}{{"LowerBound", s.LowerBound}, {"UpperBound", s.UpperBound}} {
		if b.value != nil && !finite(*b.value) {
			ps.Add(b.field, *b.value, "a bound is a number, counted from the threshold", "leave it out for a step without end")
		}
	}
	switch {
	case s.LowerBound == nil && s.UpperBound == nil:
		ps.Add("LowerBound", nil, "a step has at least one bound", "begin at 0 to scale out, end at 0 to scale in")
	case s.low() >= s.high():
		ps.Add("UpperBound", *s.UpperBound, fmt.Sprintf("the step ends where it begins, at %s, or before", edge(s.low())),
			"give a greater bound")
	}
	switch exact := p.AdjustmentType == ExactCapacity; {
	case exact && (s.Adjustment < t.MinCapacity || s.Adjustment > t.MaxCapacity):
		ps.Add("Adjustment", s.Adjustment,
			fmt.Sprintf("the capacity is kept within the target's bounds of %d to %d %s", t.MinCapacity, t.MaxCapacity,
				t.Dimension.Unit()),
			"give a capacity within them")
	case !exact && s.Adjustment == 0:
		ps.Add("Adjustment", s.Adjustment, "the step changes nothing", "give the change, or begin the steps later")
	}
	return ps
}

func bound(b *float64) any {
	if b == nil {
		return nil
	}
	return *b
}

func edge(v float64) string {
	if math.IsInf(v, 0) {
		return "no bound"
	}
	return fmt.Sprintf("%g", v)
}
