package lint

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Subject is what the lint judges: a scalable target, and what no scalable
// target says about the thing that scales and about its surroundings. Whatever
// is zero is not known, and the rules say nothing about it.
type Subject struct {
	// Name is what its owner calls it, such as an environment or the path of a
	// construct. All speaks of other subjects by it.
	Name string
	// Account and Region are where it is deployed. Default: "", not known.
	Account, Region string
	// Target is the scalable target with its policies and scheduled actions.
	Target autoscaling.ScalableTarget
	// Variant is the production variant that scales. Default: nil, not known, or
	// no variant scales.
	Variant *autoscaling.Variant
	// Hosting is what is said of the instances beside the scalable target. The rules
	// do not judge it; a rehearsal plays it.
	Hosting autoscaling.Hosting
	// Host is the variant whose instances hold the copies of an inference component.
	// Default: nil, not known, or something else scales.
	Host *autoscaling.Variant
	// Copy is what a copy of the inference component takes of an instance of Host.
	Copy Copy
	// Around is what the templates say of the resources around the scalable target.
	Around Surroundings
	// Facts are those that no template property holds.
	Facts autoscaling.Facts
	// Now is when it is judged. Default: the zero time, not known, as in a synthesis,
	// which comes to the same at any time.
	Now time.Time
}

// Rule is one thing that hurts, and that AWS does not refuse.
type Rule struct {
	// ID names the rule, such as "cooldown-short".
	ID string
	// Reason is why it hurts, in one line.
	Reason string
	// Fact is where that is known from, such as "A22" in docs/aws-facts.md.
	Fact string
	// Fix is what to do about it, in one line. A Finding has its own, with figures.
	Fix string

	// check is asked about each subject, among about each with all the others.
	check func(Subject) problem.List
	among func(s Subject, others []Subject) problem.List
}

// Finding is one place that a rule has something to say about.
type Finding struct {
	// Rule is the rule's ID.
	Rule string
	// Problem has a field path of Subject, such as
	// "Target.Policies[0].ScaleInCooldown", or a property of the endpoint, as
	// "Endpoint.RetainAllVariantProperties".
	problem.Problem
}

// String is the finding on one line: the problem, then the rule in brackets.
func (f Finding) String() string { return f.Problem.String() + " [" + f.Rule + "]" }

// Rules are all rules, by ID.
func Rules() []Rule {
	all := slices.Concat(boundsRules, policyRules, metricRules, actionRules, scheduleRules, frontendRules, targetRules,
		endpointRules, zeroRules, floorRules, valueRules, togetherRules)
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Lint returns what the rules say of s, by rule and then in the order of its
// fields. What AWS refuses is not among it: that is an error of Validate.
func Lint(s Subject) []Finding { return lint(s, nil) }

// All returns what the rules say of each subject, in the order of the
// subjects, those rules included that compare it with the others.
func All(subjects []Subject) [][]Finding {
	found := make([][]Finding, len(subjects))
	for i, s := range subjects {
		others := slices.Delete(slices.Clone(subjects), i, i+1)
		found[i] = lint(s, others)
	}
	return found
}

func lint(s Subject, others []Subject) []Finding {
	var found []Finding
	for _, r := range Rules() {
		var ps problem.List
		if r.check != nil {
			ps = r.check(s)
		} else {
			ps = r.among(s, others)
		}
		for _, p := range ps {
			found = append(found, Finding{Rule: r.ID, Problem: p})
		}
	}
	return found
}
