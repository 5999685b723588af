package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Acknowledgment accepts what a rule says of one construct.
type Acknowledgment struct {
	// Rule is the rule's ID, as the finding has it before the brackets, such as
	// cooldown-short; or the whole name of the finding, such as
	// sagemaker-scaling::cooldown-short[dev/inference/Scaling/Target].
	Rule string `json:"rule"`
	// Path is the construct's, as the finding has it within the brackets. The
	// environment's name in front may be left out: inference/Scaling/Target.
	// Default: that of the finding's whole name, required with a rule's ID alone.
	Path string `json:"path,omitempty"`
	// Reason is why it does no harm here. It is kept in validation-report.json.
	Reason string `json:"reason"`
}

// findingName is the whole name of a finding, as it is printed.
var findingName = regexp.MustCompile(`^sagemaker-scaling::([a-z0-9-]+)\[(.+)\]$`)

// Finding returns the rule's ID, and the construct's path within the environment's
// Stage.
func (a Acknowledgment) Finding(environment string) (rule, path string) {
	rule, path = a.Rule, a.Path
	if parts := findingName.FindStringSubmatch(rule); parts != nil {
		rule = parts[1]
		if path == "" {
			path = parts[2]
		}
	}
	return rule, strings.TrimPrefix(path, environment+"/")
}

// ConstructPaths are the construct paths of the scalable targets of e's Subjects, within
// the environment's Stage.
func (e Environment) ConstructPaths() []string {
	var paths []string
	for _, v := range e.ProductionVariants() {
		paths = append(paths, "inference/"+v.ScalingID()+"/Target")
	}
	for _, c := range e.Components {
		paths = append(paths, "inference/Scaling-"+c.Name+"/Target")
	}
	return paths
}

// ScalingID is the ID of the construct that scales the variant. It follows from the
// variant's name alone: a scaling that moves to another ID when a second variant comes
// would be registered twice (fact I7).
func (v ProductionVariant) ScalingID() string {
	if v.Name == defaultVariantName || v.Name == "" {
		return "Scaling"
	}
	return "Scaling-" + v.Name
}

func validateAcknowledgments(e Environment) problem.List {
	var ps problem.List
	var known []string
	for _, r := range lint.Rules() {
		known = append(known, r.ID)
	}
	judged := e.ConstructPaths()
	seen := map[string]int{}
	for i, a := range e.Acknowledge {
		at := itemPath("acknowledge", i)
		rule, path := a.Finding(e.Name)
		if !slices.Contains(known, rule) && rule != "" {
			fix := "the rules are " + strings.Join(known, ", ")
			if near := nearest(rule, known); near != "" {
				fix = "write " + near
			}
			ps.Add(at+".rule", a.Rule, "there is no such rule", fix)
		}
		if a.Reason != "" && strings.TrimSpace(a.Reason) == "" {
			ps.Add(at+".reason", a.Reason, "what is acknowledged has a reason", "say why it does no harm here")
		}
		both := rule + " " + path
		switch first, twice := seen[both]; {
		case path == "" && rule != "":
			ps.Add(at+".path", nil, "the finding is about a construct, and none is named",
				"the paths are "+strings.Join(judged, ", "))
		case path != "" && !slices.Contains(judged, path):
			where := at + ".path"
			got := a.Path
			if a.Path == "" {
				where, got = at+".rule", a.Rule
			}
			ps.Add(where, got, "the rules judge no construct of this path", pathFix(path, judged))
		case twice && rule != "":
			where := at + ".path"
			if a.Path == "" {
				where = at + ".rule"
			}
			ps.Add(where, path, fmt.Sprintf("acknowledge[%d] has the same rule and path", first), "keep one of the two")
		default:
			seen[both] = i
		}
	}
	return ps
}

func pathFix(path string, judged []string) string {
	fix := "the paths are " + strings.Join(judged, ", ")
	if near := nearest(path, judged); near != "" {
		fix = "did you mean " + near + "? " + fix
	}
	return fix
}
