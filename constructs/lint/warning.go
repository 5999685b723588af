package lint

import (
	"errors"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// warning is what one rule says of one construct.
type warning struct {
	name, description, fix, severity string
	file, logicalID                  string
	locations                        []string
}

// What a warning is worth: the CLI fails on warnings with --strict, and on
// neither without.
const (
	hurts   = "warning"
	notRead = "info"
)

// warnings are what the rules say of the templates in files.
func warnings(files []string) []warning {
	var found []warning
	reading, err := cloudformation.ReadFiles(files, cloudformation.Options{})
	var unreadable cloudformation.Problems
	errors.As(err, &unreadable)
	for _, p := range unreadable {
		found = append(found, unread(p, p.File))
	}
	paths := map[string]string{}
	var whole []cloudformation.Scaled
	var subjects []lint.Subject
	for _, s := range reading.Scaled {
		paths[s.File+" "+s.LogicalID] = s.ConstructPath
		if !s.Incomplete {
			whole, subjects = append(whole, s), append(subjects, s.Subject)
		}
	}
	for i, findings := range lint.All(subjects) {
		found = append(found, said(whole[i], findings)...)
	}
	for _, p := range reading.Unresolved {
		found = append(found, unread(p, paths[p.File+" "+p.LogicalID]))
	}
	return found
}

// said joins what a rule finds in one target: it is acknowledged at once.
func said(s cloudformation.Scaled, findings []lint.Finding) []warning {
	var found []warning
	byRule := map[string]int{}
	for _, f := range findings {
		i, known := byRule[f.Rule]
		if !known {
			i = len(found)
			byRule[f.Rule] = i
			found = append(found, warning{
				name: ruleName(f.Rule, s.ConstructPath), severity: hurts, description: s.ConstructPath + ": " + reason(f.Rule),
				file: s.File, logicalID: s.LogicalID,
			})
		}
		w := &found[i]
		w.description += "\n" + problem.Problem{Path: f.Path, Got: f.Got, Rule: f.Problem.Rule}.String()
		if !strings.Contains(w.fix, f.Fix) {
			w.fix = strings.TrimPrefix(w.fix+"; "+f.Fix, "; ")
		}
		w.locations = append(w.locations, f.Path)
	}
	return found
}

// unread is what the rules could not judge.
func unread(p cloudformation.Problem, path string) warning {
	if path == "" {
		path = p.LogicalID
	}
	return warning{
		name: ruleName("unresolved", path), severity: notRead, fix: p.Fix,
		description: "the rules do not judge what cannot be read from the template: " + p.WithoutPlace(),
		file:        p.File, logicalID: p.LogicalID, locations: []string{p.Path},
	}
}

func reason(id string) string {
	for _, r := range lint.Rules() {
		if r.ID == id {
			return r.Reason
		}
	}
	return ""
}
