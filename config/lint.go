package config

import (
	"slices"

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
			subject.Facts.ServiceTime = f.RequestLatency
		}
		if i == 0 && e.HasFrontend() {
			subject.Facts.Frontend = e.frontendFacts()
		}
		subjects = append(subjects, subject)
	}
	for i, c := range e.Components {
		subject := lint.Subject{
			Name: e.Name, Account: e.Account, Region: e.Region, Target: c.ComponentScaling.Target(c.Name),
			Facts: autoscaling.Facts{Production: e.Production, StartTime: c.StartTime},
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
				if f = v.finding(f, at); !slices.Contains(found[i], f) {
					found[i] = append(found[i], f)
				}
			}
			judged = judged[1:]
		}
		for j, c := range e.Components {
			for _, f := range judged[0] {
				if f = c.finding(f, itemPath(componentsPath, j)); !slices.Contains(found[i], f) {
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

// inFile is a finding with its YAML path. address says where the scaling of a
// variant, or of a component, decides about it.
func inFile(f lint.Finding, address func(path string) string, spell func(problem.List) problem.List) lint.Finding {
	if path, ok := frontendPaths[f.Path]; ok {
		f.Path = path
		if path == environmentsReady || path == "frontend" {
			f.Got = "" // the file has no such number
		}
		return f
	}
	f.Problem = spell(problem.List{f.Problem}.Map(address))[0]
	return f
}

// finding is a finding about v at a YAML path.
func (v ProductionVariant) finding(f lint.Finding, at variantPath) lint.Finding {
	spell := func(ps problem.List) problem.List { return v.inFile(ps, at) }
	return inFile(f, func(path string) string {
		switch {
		case path == "Target.ResourceID":
			return "Variant.EndpointName"
		case v.serving() == asynchronous:
			return v.AsynchronousScaling().Address(v.Variant(), path)
		case v.serving() == serverless:
			return v.ProvisionedConcurrencyScaling().Address(v.Variant(), path)
		default:
			return v.VariantScaling().Address(v.Variant(), path)
		}
	}, spell)
}

// finding is a finding about c at a YAML path.
func (c Component) finding(f lint.Finding, at string) lint.Finding {
	return inFile(f, c.Address, func(ps problem.List) problem.List { return c.inFile(ps, at) })
}
