package config

import (
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Subjects are what the lint judges: a scalable target for each variant, or each
// component, with the facts that the file has. The front end is everyone's, and
// stands with the first.
func (e Environment) Subjects() []lint.Subject {
	var subjects []lint.Subject
	for i, p := range e.ProductionVariants() {
		v := p.Variant()
		subject := lint.Subject{
			Name: e.Name, Account: e.Account, Region: e.Region, Target: p.ScalableTarget(), Variant: &v,
		}
		if p.serving() == realTime {
			subject.Facts = p.VariantScaling().Facts()
		}
		subject.Facts.Production = e.Production
		if f := e.Frontend.Capacity; f != nil {
			subject.Facts.ServiceTime = time.Duration(f.RequestLatency)
		}
		if i == 0 && e.HasFrontend() {
			subject.Facts.Frontend = e.frontendFacts()
		}
		subjects = append(subjects, subject)
	}
	for i, c := range e.Components {
		subject := lint.Subject{
			Name: e.Name, Account: e.Account, Region: e.Region, Target: c.ComponentScaling().Target(c.Name),
			Facts: autoscaling.Facts{Production: e.Production, StartTime: time.Duration(c.Capacity.StartTime)},
		}
		if i == 0 {
			subject.Facts.Frontend = e.frontendFacts()
		}
		subjects = append(subjects, subject)
	}
	return subjects
}

func (e Environment) frontendFacts() *autoscaling.FrontendFacts {
	facts := autoscaling.FrontendFacts{Kind: autoscaling.FrontendKind(e.Frontend.Gateway), PayloadBytes: e.Frontend.MaxRequestBytes}
	// The calendar of what carries one request a second has the peak as its floor.
	rate := frontend.Unit{RequestsPerSecond: 1, SafetyFactor: 1}.Calendar(e.calendar())
	facts.PeakRequestsPerSecond = float64(rate.HighestFloor())
	if f := e.Frontend.Capacity; f != nil {
		facts.ReservedConcurrency = f.ReservedConcurrency
	}
	if c, ok := e.GatewayEnvironments(); ok {
		facts.ProvisionedConcurrency = c.HighestFloor()
	}
	return &facts
}

// Lint is what the rules say of the environments, which were loaded without
// problems: for each of them its findings, with YAML paths.
func Lint(environments []Environment) [][]lint.Finding {
	var subjects []lint.Subject
	for _, e := range environments {
		subjects = append(subjects, e.Subjects()...)
	}
	judged := lint.All(subjects)
	found := make([][]lint.Finding, len(environments))
	for i, e := range environments {
		for j, v := range e.ProductionVariants() {
			at := variantPath("")
			if len(e.Variants) > 0 {
				at = variantPath(itemPath("variants", j))
			}
			for _, f := range judged[0] {
				// Policies made here share a cooldown, and so a finding.
				if f = inFile(f, v, at); !slices.Contains(found[i], f) {
					found[i] = append(found[i], f)
				}
			}
			judged = judged[1:]
		}
		for j, c := range e.Components {
			for _, f := range judged[0] {
				if f = c.inFile(f, itemPath(componentsPath, j)); !slices.Contains(found[i], f) {
					found[i] = append(found[i], f)
				}
			}
			judged = judged[1:]
		}
	}
	return found
}

const environmentsReady = "frontend.capacity.provisionedConcurrency"

// frontendPaths are where the front end's facts stand in an environment file.
var frontendPaths = map[string]string{
	"Facts.Frontend.PayloadBytes":           "frontend.maxRequestBytes",
	"Facts.Frontend.ReservedConcurrency":    reservedConcurrency,
	"Facts.Frontend.ProvisionedConcurrency": environmentsReady,
	"Facts.Frontend.AccountConcurrency":     "frontend",
}

// inFile is a finding with its YAML path.
func inFile(f lint.Finding, v ProductionVariant, at variantPath) lint.Finding {
	if path, ok := frontendPaths[f.Path]; ok {
		f.Path = path
		if path == environmentsReady || path == "frontend" {
			f.Got = "" // the file has no such number
		}
		return f
	}
	if f.Path == "Target.ResourceID" {
		f.Path = endpointName
		return f
	}
	f = v.inFields(f)
	f.Problem = newTranslator(v, at).all(problem.List{f.Problem})[0]
	return f
}

// inFields is a finding with the path in the fields of the model that v scales by.
func (v ProductionVariant) inFields(f lint.Finding) lint.Finding {
	if v.serving() == realTime {
		f.Problem = v.VariantScaling().InFields(v.Variant(), f.Problem)
		return f
	}
	f.Path = strings.TrimPrefix(f.Path, "Target.")
	if strings.HasPrefix(f.Path, "Policies[") || strings.HasPrefix(f.Path, "StepPolicies[") {
		// One figure has made them all, but for the cooldowns.
		switch _, field, _ := strings.Cut(f.Path, "]."); {
		case strings.HasSuffix(field, "Cooldown"):
			f.Path = field
		case v.serving() == serverless:
			f.Path = "TargetUtilization"
		default:
			f.Path = "BacklogPerInstance"
		}
	}
	return f
}
