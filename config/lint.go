package config

import (
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
			Name: e.Name, Account: e.Account, Region: e.Region, Target: p.ScalableTarget(), Variant: &v, Facts: p.facts(),
			Hosting: e.variantHosting(p),
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
			Facts: c.ComponentScaling.Facts(), Hosting: e.componentHosting(c),
			Copy: lint.Copy{Accelerators: c.Resources.AcceleratorCount, MinMemoryMB: c.Resources.MinMemoryMB,
				CPUCores: c.Resources.CPUs},
		}
		host := e.managedVariant()
		subject.Host = &host
		subject.Facts.Production = e.Production
		if i == 0 {
			subject.Facts.Frontend = e.frontendFacts()
		}
		subjects = append(subjects, subject)
	}
	return subjects
}

// facts returns what the scaling of v says beside its target.
func (v ProductionVariant) facts() autoscaling.Facts {
	switch v.serving() {
	case asynchronous:
		return v.AsynchronousScaling().Facts()
	case serverless:
		return v.ProvisionedConcurrencyScaling().Facts()
	default:
		return v.VariantScaling().Facts()
	}
}

func (e Environment) frontendFacts() *autoscaling.FrontendFacts {
	facts := autoscaling.FrontendFacts{Kind: autoscaling.FrontendKind(e.Frontend.Gateway),
		PayloadBytes: e.Frontend.MaxRequestBytes}
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

const environmentsReady = "frontend.capacity.provisionedConcurrency"

// frontendPaths are where the front end's facts stand in an environment file.
var frontendPaths = map[string]string{
	"Facts.Frontend.PayloadBytes":           "frontend.maxRequestBytes",
	"Facts.Frontend.ReservedConcurrency":    reservedConcurrency,
	"Facts.Frontend.ProvisionedConcurrency": environmentsReady,
	"Facts.Frontend.AccountConcurrency":     "frontend",
}

// InFile is a finding about one of e's Subjects with its YAML path.
func (e Environment) InFile(subject int, f lint.Finding) lint.Finding {
	if path, ok := frontendPaths[f.Path]; ok {
		f.Path = path
		if path == environmentsReady || path == "frontend" {
			f.Got = "" // the file has no such number
		}
		return f
	}
	ps := problem.List{f.Problem}
	if len(e.Components) > 0 {
		c := e.Components[subject]
		f.Problem = c.inFile(ps.Map(c.Address), itemPath(componentsPath, subject))[0]
		return f
	}
	v := e.ProductionVariants()[subject]
	f.Problem = v.inFile(ps.Map(v.targetAddress), e.variantPath(subject))[0]
	return f
}

// targetAddress is where the scaling of v decides about a path of its target.
func (v ProductionVariant) targetAddress(path string) string {
	switch v.serving() {
	case asynchronous:
		return v.AsynchronousScaling().Address(v.Variant(), path)
	case serverless:
		return v.ProvisionedConcurrencyScaling().Address(v.Variant(), path)
	default:
		return v.VariantScaling().Address(v.Variant(), path)
	}
}
