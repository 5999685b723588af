package autoscaling

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// Subject is what the lint judges: a scalable target, and what no scalable
// target says about the thing that scales and about its surroundings. Whatever
// is zero is not known, and the rules say nothing about it.
type Subject struct {
	// Target is the scalable target with its policies and scheduled actions.
	Target ScalableTarget
	// Variant is the production variant that scales. Default: nil, not known, or
	// no variant scales.
	Variant *Variant
	// Facts are those that no template property holds.
	Facts Facts
}

// Facts are what the owner of an endpoint knows beyond its template. They stand
// in the metadata of the scalable target, under FactsKey, so that whoever reads
// the template reads them too.
type Facts struct {
	// Production says that users depend on it.
	Production bool `json:"production,omitempty"`
	// Zones is how many Availability Zones the instances are spread over.
	Zones int `json:"zones,omitempty"`
	// StartTime is how long a new instance takes until it serves, at the 95th
	// percentile.
	StartTime time.Duration `json:"startTime,omitempty"`
	// RequestsPerSecondPerInstance and ConcurrencyPerInstance are what one
	// instance sustains within the latency objective, from a load test.
	RequestsPerSecondPerInstance float64 `json:"requestsPerSecondPerInstance,omitempty"`
	ConcurrencyPerInstance       float64 `json:"concurrencyPerInstance,omitempty"`
	// PeakRequestsPerSecond is the highest rate that is expected.
	PeakRequestsPerSecond float64 `json:"peakRequestsPerSecond,omitempty"`
}

// FactsKey is where Facts stand in a CloudFormation resource's Metadata.
const FactsKey = "SageMakerScaling"

// Rule is one thing that hurts, and that AWS does not refuse.
type Rule struct {
	// ID names the rule, such as "cooldown-short".
	ID string
	// Reason is why it hurts, in one line.
	Reason string
	// Fact is where that is known from, such as "A22" in docs/aws-facts.md.
	Fact string

	check func(Subject) invalid.Problems
}

// Finding is one place that a rule has something to say about.
type Finding struct {
	// Rule is the rule's ID.
	Rule string
	// Problem has a field path of Subject, such as
	// "Target.Policies[0].ScaleInCooldown".
	invalid.Problem
}

// Rules are all rules, by ID.
func Rules() []Rule {
	return slices.SortedFunc(slices.Values(rules), func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
}

// Lint returns what the rules say of s, by rule and then in the order of its
// fields. What AWS refuses is not among it: that is an error of Validate.
func Lint(s Subject) []Finding {
	var found []Finding
	for _, r := range Rules() {
		for _, p := range r.check(s) {
			found = append(found, Finding{Rule: r.ID, Problem: p})
		}
	}
	return found
}
