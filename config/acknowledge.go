package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Acknowledgment accepts what a rule says of one construct.
type Acknowledgment struct {
	// Rule is the rule's ID, as the finding has it before the brackets, such as
	// cooldown-short.
	Rule string `json:"rule"`
	// Path is the construct's, as the finding has it within the brackets. The
	// environment's name in front may be left out: inference/Scaling/Target.
	Path string `json:"path"`
	// Reason is why it does no harm here. It is kept in validation-report.json.
	Reason string `json:"reason"`
}

// ConstructPath is the path within the environment's Stage.
func (a Acknowledgment) ConstructPath(environment string) string {
	return strings.TrimPrefix(a.Path, environment+"/")
}

// validateAcknowledgments cannot see whether there is such a construct: that is
// said at synthesis.
func validateAcknowledgments(e Environment) problem.List {
	var ps problem.List
	var known []string
	for _, r := range lint.Rules() {
		known = append(known, r.ID)
	}
	seen := map[string]int{}
	for i, a := range e.Acknowledge {
		at := itemPath("acknowledge", i)
		if !slices.Contains(known, a.Rule) && a.Rule != "" {
			fix := "the rules are " + strings.Join(known, ", ")
			if near := nearest(a.Rule, known); near != "" {
				fix = "write " + near
			}
			ps.Add(at+".rule", a.Rule, "there is no such rule", fix)
		}
		if a.Reason != "" && strings.TrimSpace(a.Reason) == "" {
			ps.Add(at+".reason", a.Reason, "what is acknowledged has a reason", "say why it does no harm here")
		}
		both := a.Rule + " " + a.ConstructPath(e.Name)
		if first, twice := seen[both]; twice && a.Rule != "" && a.Path != "" {
			ps.Add(at+".path", a.Path, fmt.Sprintf("acknowledge[%d] has the same rule and path", first), "keep one of the two")
		} else {
			seen[both] = i
		}
	}
	return ps
}
