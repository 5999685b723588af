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
	rule, path                       string
	name, description, fix, severity string
	file, logicalID                  string
	locations                        []string
}

// Severities of warnings. The CLI fails on severityWarning with --strict, on
// severityError always.
const (
	severityWarning = "warning"
	severityError   = "error"
)

// What is said of a target beside the rules of autoscaling/lint.
const (
	// invalid is the rule that a target breaks whose Validate returns problems.
	invalid = "invalid"
	// unresolved is the rule about what cannot be read from the template.
	unresolved = "unresolved"
)

// warnings returns what Validate and the rules find in the templates of files.
func (p *plugin) warnings(files []string) []warning {
	var found []warning
	reading, err := cloudformation.ReadFiles(files, cloudformation.Options{})
	var unreadable cloudformation.Problems
	errors.As(err, &unreadable)
	for _, u := range unreadable {
		found = append(found, unread(u, u.File))
	}
	var whole []cloudformation.Scaled
	var subjects []lint.Subject
	for _, s := range reading.Scaled {
		if ps := lint.Errors(s.Subject); len(ps) > 0 {
			found = append(found, p.refusal(s, ps))
		}
		if !s.Incomplete {
			whole, subjects = append(whole, s), append(subjects, s.Subject)
		}
	}
	for i, findings := range lint.All(subjects) {
		found = append(found, said(whole[i], findings, p.props.spell)...)
	}
	for _, u := range append(reading.Unresolved, reading.Unread...) {
		found = append(found, unread(u, u.ConstructPath))
	}
	for i := range found {
		w := &found[i]
		if w.severity != severityError && w.path != "" {
			w.fix = strings.TrimPrefix(w.fix+"; or, where it does no harm, accept it:\n", "; or, ") +
				p.props.acknowledgment(w.path, w.rule)
		}
	}
	return found
}

// refusal is the error about a target.
func (p *plugin) refusal(s cloudformation.Scaled, ps problem.List) warning {
	findings := make([]lint.Finding, len(ps))
	for i := range ps {
		findings[i] = lint.Finding{Rule: invalid, Problem: ps[i]}
	}
	w := said(s, findings, p.props.spell)[0]
	w.severity = severityError
	return w
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
				rule: f.Rule, path: s.ConstructPath, name: ruleName(f.Rule, s.ConstructPath), severity: severityWarning,
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
		rule: unresolved, path: p.ConstructPath, name: ruleName(unresolved, path), severity: severityWarning, fix: p.Fix,
		description: path + ": " + reason(unresolved) + ": " + p.WithoutPlace(),
		file:        p.File, logicalID: p.LogicalID, locations: []string{p.Path},
	}
}

func reason(id string) string {
	switch id {
	case invalid:
		return "AWS refuses this, or it cannot work"
	case unresolved:
		return "the rules do not judge what cannot be read from the template"
	}
	for _, r := range lint.Rules() {
		if r.ID == id {
			return r.Reason
		}
	}
	return ""
}
