package autoscaling

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// policyIndex begins the path of a policy of a ScalableTarget.
var policyIndex = regexp.MustCompile(`^((?:Step)?Policies)\[(\d+)\]\.?(.*)`)

// made is the name of the policy at a path of s.Target(v), where the figures of s
// call for it, and the path within it; else own is the policy's path in s.
func (s VariantScaling) made(v Variant, path string) (name, field, own string) {
	m := policyIndex.FindStringSubmatch(path)
	if m == nil {
		return "", "", path
	}
	var names []string
	if m[1] == "Policies" {
		for _, p := range s.madePolicies() {
			names = append(names, p.Name)
		}
	} else {
		for _, p := range s.madeStepPolicies(v) {
			names = append(names, p.Name)
		}
	}
	i, _ := strconv.Atoi(m[2])
	if i < len(names) {
		return names[i], m[3], ""
	}
	_, rest, _ := strings.Cut(path, "]")
	return "", "", fmt.Sprintf("%s[%d]%s", m[1], i-len(names), rest)
}

// addresses turns a path of s.Target(v) into the path of s that decides about it.
// A policy that the figures call for stands where its figure does, a scheduled
// action that an event has made is "Events".
func (s VariantScaling) addresses(v Variant) func(path string) string {
	return func(path string) string {
		if index, _, ok := actionPath(path); ok && index >= len(s.ScheduledActions) {
			return "Events"
		}
		switch name, field, own := s.made(v, path); {
		case name == "":
			return s.grouped(own)
		case field == "":
			return "the policy " + name
		case field == "TargetValue" && strings.HasPrefix(path, "Policies"):
			return "Capacity.RequestsPerSecondPerInstance"
		default: // the cooldowns, which are the same in all of them
			return s.grouped(field)
		}
	}
}

// saidOfFigures reports whether the problem at a path of s.Target(v) has another
// problem of s as its cause.
func (s VariantScaling) saidOfFigures(v Variant, path string) bool {
	name, field, _ := s.made(v, path)
	return name != "" && (strings.HasPrefix(path, "StepPolicies") || field == "TargetValue" &&
		len(s.validateTarget()) > 0)
}

// validatePolicyNames refuses a name that a step policy made here has: the
// target finds such a pair too, and blames the policy that has no name of its
// author's.
func (s VariantScaling) validatePolicyNames(v Variant) problem.List {
	var ps problem.List
	for _, made := range s.madeStepPolicies(v) {
		for i, p := range s.Policies {
			if p.Name == made.Name {
				ps.Add(fmt.Sprintf("Policies[%d].Name", i), p.Name, "the policy "+made.Name+" has the same name",
					"give each policy a name of its own")
			}
		}
	}
	return ps
}
