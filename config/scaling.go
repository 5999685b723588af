package config

import (
	"cmp"
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	minCapacity          = "scaling.minCapacity"
	maxCapacity          = "scaling.maxCapacity"
	initialInstanceCount = "variant.initialInstanceCount"
)

// validateScaling asks the scaling model. Bounds that the schema has refused are
// replaced by such as make nothing else wrong.
func validateScaling(v ProductionVariant, at variantPath, src source) problem.List {
	faulty := func(path string) bool { return src.faulty(at.of(path)) }
	rules := policyRules{source: src}
	rules.judge(at.of("scaling.policies"), v.Scaling.Policies)
	ofAnotherKind := validateScalingKeys(v, at, src)
	ps := append(slices.Clip(ofAnotherKind), rules.List...)
	for _, p := range v.withoutPools(v.inFile(v.withSoundBounds(faulty).validate(), at), at) {
		said := slices.ContainsFunc(ofAnotherKind, func(other problem.Problem) bool { return other.Path == p.Path })
		if !said && !rules.hides(p.Path) && !(faulty(maxCapacity) && p.Path == at.of(initialInstanceCount)) {
			ps = append(ps, p)
		}
	}
	return ps
}

// validate is what the model of v's kind says.
func (v ProductionVariant) validate() problem.List {
	switch v.serving() {
	case asynchronous:
		return v.AsynchronousScaling().Validate(v.Variant())
	case serverless:
		return v.ProvisionedConcurrencyScaling().Validate(v.Variant())
	default:
		return v.VariantScaling().Validate(v.Variant())
	}
}

// withSoundBounds is v with such bounds in place of faulty ones.
func (v ProductionVariant) withSoundBounds(faulty func(path string) bool) ProductionVariant {
	low, high := 1, math.MaxInt32
	if v.serving() == serverless {
		high = cmp.Or(v.Serverless.MaxConcurrency, autoscaling.MaxServerlessConcurrency)
	}
	if faulty(minCapacity) {
		v.Scaling.MinCapacity = low
	}
	if faulty(maxCapacity) {
		v.Scaling.MaxCapacity = high
	}
	v.ScheduledActions = slices.Clone(v.ScheduledActions)
	for i := range v.ScheduledActions {
		if faulty(itemPath("schedule", i) + ".minCapacity") {
			v.ScheduledActions[i].MinCapacity = &low
		}
		if faulty(itemPath("schedule", i) + ".maxCapacity") {
			v.ScheduledActions[i].MaxCapacity = &high
		}
	}
	return v
}
