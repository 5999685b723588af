package config

import (
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// validateScaling asks the scaling model. Bounds that were reported are replaced
// by such as cannot make anything else wrong: first those that the schema has
// refused, then, before the scheduled actions are judged by them, those that the
// model has.
func validateScaling(v ProductionVariant, at variantPath, src source) invalid.Problems {
	s := v.VariantScaling()
	actions := s.ScheduledActions
	s.ScheduledActions = nil

	faulty := func(path string) bool { return src.faulty(at.of(path)) }
	replaceBounds(&s, faulty)
	rules := policyRules{source: src}
	rules.judge(at.of("scaling.policies"), v.Scaling.Policies)
	ps := rules.Problems
	inYAML := newTranslator(v, at)
	for _, p := range inYAML.all(s.Validate(v.Variant())) {
		if !rules.hides(p.Path) && !(faulty(maxCapacity) && p.Path == at.of(initialInstanceCount)) {
			ps = append(ps, p)
		}
	}

	replaceBounds(&s, func(path string) bool {
		return slices.ContainsFunc(ps, func(p invalid.Problem) bool { return p.Path == at.of(path) })
	})
	s.ScheduledActions = actions
	for i := range actions {
		replaceActionBounds(&actions[i], itemPath("schedule", i), faulty)
	}
	for _, p := range inYAML.all(s.Validate(v.Variant())) {
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

func replaceBounds(s *autoscaling.VariantScaling, faulty func(path string) bool) {
	if faulty(minCapacity) {
		s.MinCapacity = 1
	}
	if faulty(maxCapacity) {
		s.MaxCapacity = math.MaxInt32
	}
}

func replaceActionBounds(a *autoscaling.ScheduledAction, path string, faulty func(path string) bool) {
	low, high := 1, math.MaxInt32
	if faulty(path + ".minCapacity") {
		a.MinCapacity = &low
	}
	if faulty(path + ".maxCapacity") {
		a.MaxCapacity = &high
	}
}
