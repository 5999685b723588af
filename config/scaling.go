package config

import (
	"cmp"
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateScaling asks the scaling model. Bounds that were reported are replaced
// by such as cannot make anything else wrong: first those that the schema has
// refused, then, before the scheduled actions are judged by them, those that the
// model has.
func validateScaling(v ProductionVariant, at variantPath, src source) problem.List {
	faulty := func(path string) bool { return src.faulty(at.of(path)) }
	low, high := v.soundBounds(v.Scaling.MinCapacity, v.Scaling.MaxCapacity, faulty)
	rules := policyRules{source: src}
	rules.judge(at.of("scaling.policies"), v.Scaling.Policies)
	ps := rules.List
	inYAML := newTranslator(v, at)
	for _, p := range inYAML.all(v.problems(low, high, nil)) {
		if !rules.hides(p.Path) && !(faulty(maxCapacity) && p.Path == at.of(initialInstanceCount)) {
			ps = append(ps, p)
		}
	}

	low, high = v.soundBounds(low, high, func(path string) bool {
		return slices.ContainsFunc(ps, func(p problem.Problem) bool { return p.Path == at.of(path) })
	})
	actions := slices.Clone(v.Schedule)
	for i := range actions {
		v.replaceActionBounds(&actions[i], itemPath("schedule", i), faulty)
	}
	for _, p := range inYAML.all(v.problems(low, high, actions)) {
		// All events together are counted beside the scheduled actions.
		if within(p.Path, at.of("schedule")) || p.Path == at.of("events") && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}

const (
	minCapacity          = "scaling.minCapacity"
	maxCapacity          = "scaling.maxCapacity"
	initialInstanceCount = "variant.initialInstanceCount"
)

// soundBounds are low and high, without what was reported of them.
func (v ProductionVariant) soundBounds(low, high int, faulty func(path string) bool) (soundLow, soundHigh int) {
	if faulty(minCapacity) {
		low = 1
	}
	if faulty(maxCapacity) {
		high = v.highest()
	}
	return low, high
}

func (v ProductionVariant) replaceActionBounds(a *autoscaling.ScheduledAction, path string, faulty func(path string) bool) {
	low, high := 1, v.highest()
	if faulty(path + ".minCapacity") {
		a.MinCapacity = &low
	}
	if faulty(path + ".maxCapacity") {
		a.MaxCapacity = &high
	}
}

// highest is the highest bound that cannot make anything else wrong.
func (v ProductionVariant) highest() int {
	if v.serving() == serverless {
		return cmp.Or(v.Serverless.MaxConcurrency, autoscaling.MaxServerlessConcurrency)
	}
	return math.MaxInt32
}
