package autoscaling

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// policyIndex finds policies in the paths and rules of a ScalableTarget.
var policyIndex = regexp.MustCompile(`\b((?:Step)?Policies)\[(\d+)\]`)

// inOwnFields is a problem of s.Target(v) in the fields of s: the target has the
// policies that the figures call for before those of s. said reports that the
// problem has another problem of s as its cause.
func (s VariantScaling) inOwnFields(v Variant, p problem.Problem) (own problem.Problem, said bool) {
	made := map[string][]string{}
	for _, policy := range s.madePolicies() {
		made["Policies"] = append(made["Policies"], policy.Name)
	}
	for _, policy := range s.madeStepPolicies(v) {
		made["StepPolicies"] = append(made["StepPolicies"], policy.Name)
	}
	// ownIndex is where s has a policy, or its name where the figures call for it.
	ownIndex := func(found string) string {
		m := policyIndex.FindStringSubmatch(found)
		i, _ := strconv.Atoi(m[2])
		if names := made[m[1]]; i < len(names) {
			return "the policy " + names[i]
		}
		return fmt.Sprintf("%s[%d]", m[1], i-len(made[m[1]]))
	}
	path := policyIndex.ReplaceAllStringFunc(p.Path, ownIndex)
	p.Rule = policyIndex.ReplaceAllStringFunc(p.Rule, ownIndex)
	if _, field, ok := strings.Cut(p.Path, "]."); ok && strings.HasPrefix(path, "the policy ") {
		return s.inFigures(field, p)
	}
	p.Path = path
	return p, false
}

// inFigures is a problem with a field of a policy that the figures call for.
func (s VariantScaling) inFigures(field string, p problem.Problem) (own problem.Problem, said bool) {
	switch {
	case strings.HasPrefix(p.Path, "StepPolicies"):
		return p, true // validateTarget and validatePolicyNames leave nothing
	case field == "TargetValue":
		p.Path = "RequestsPerSecondPerInstance"
		return p, len(s.validateTarget()) > 0
	default: // the cooldowns, which are the same in all of them
		p.Path = field
		return p, false
	}
}

// validatePolicyNames refuses a name that a step policy made here has: the
// target finds such a pair too, and blames the policy that has no name of its
// author's.
func (s VariantScaling) validatePolicyNames(v Variant) problem.List {
	var ps problem.List
	for _, made := range s.madeStepPolicies(v) {
		for i, p := range s.Policies {
			if p.Name == made.Name {
				ps.Add(fmt.Sprintf("Policies[%d].Name", i), p.Name, "the policy "+made.Name+" has the same name", "give each policy a name of its own")
			}
		}
	}
	return ps
}
