package lint

import (
	"errors"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// warning is the findings of one rule about one construct.
type warning struct {
	name, description, fix, severity string
	file, logicalID                  string
	locations                        []string
}

// Severities of warnings. The CLI fails on severityWarning with --strict.
const (
	severityWarning = "warning"
	severityInfo    = "info"
)

// warnings returns the findings of the rules in the templates of files.
func (p *plugin) warnings(files []string) []warning {
	var found []warning
	reading, err := cloudformation.ReadFiles(files, cloudformation.Options{})
	var unreadable cloudformation.Problems
	errors.As(err, &unreadable)
	for _, u := range unreadable {
		found = append(found, unread(u, u.File))
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
		found = append(found, said(whole[i], findings, p.props.spell)...)
	}
	for _, u := range reading.Unresolved {
		found = append(found, unread(u, paths[u.File+" "+u.LogicalID]))
	}
	return found
}

// said joins the findings of each rule in one target, since they are acknowledged
// together.
func said(s cloudformation.Scaled, findings []lint.Finding, spell func(string, lint.Finding) lint.Finding) []warning {
	var found []warning
	byRule := map[string]int{}
	for _, f := range findings {
		f = spell(s.ConstructPath, f)
		i, known := byRule[f.Rule]
		if !known {
			i = len(found)
			byRule[f.Rule] = i
			found = append(found, warning{
				name: ruleName(f.Rule, s.ConstructPath), severity: severityWarning,
				description: s.ConstructPath + ": " + reason(f.Rule),
				file:        s.File, logicalID: s.LogicalID,
			})
		}
		w := &found[i]
		line := "\n" + problem.Problem{Path: f.Path, Got: f.Got, Rule: f.Problem.Rule}.String()
		if strings.Contains(w.description, line) {
			continue // policies of one figure have one address
		}
		w.description += line
		if !strings.Contains(w.fix, f.Fix) {
			w.fix = strings.TrimPrefix(w.fix+"; "+f.Fix, "; ")
		}
		w.locations = append(w.locations, f.Path)
	}
	return found
}

// unread returns the warning about a property that the rules could not judge.
func unread(p cloudformation.Problem, path string) warning {
	if path == "" {
		path = p.LogicalID
	}
	return warning{
		name: ruleName("unresolved", path), severity: severityInfo, fix: p.Fix,
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
