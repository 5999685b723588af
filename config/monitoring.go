package config

import (
	"cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Monitoring is the alarms, who is told of them, and the dashboard.
type Monitoring struct {
	// Enabled says that there are alarms, a topic and a dashboard. With false there is no
	// stack monitoring; delete the one that is deployed already. Default: true.
	Enabled *bool `json:"enabled,omitempty"`
	monitoring.Settings
}

// defaultSageMakerLogDays keeps a year, as an environment that stands may have its log
// groups for long: what is older is deleted at the first deployment.
const defaultSageMakerLogDays = 365

const monitoringPath = "monitoring"

func (m Monitoring) withDefaults() Monitoring {
	m.LogRetentionDays = cmp.Or(m.LogRetentionDays, defaultSageMakerLogDays)
	return m
}

// HasMonitoring reports whether there are alarms, a topic and a dashboard.
func (e Environment) HasMonitoring() bool {
	return e.Monitoring.Enabled == nil || *e.Monitoring.Enabled
}

// Calendars are the events of the variants, or of the components, in the order of
// Subjects.
func (e Environment) Calendars() []events.Calendar {
	var calendars []events.Calendar
	add := func(c events.Calendar) {
		if len(c.Events) == 0 {
			c = events.Calendar{} // nothing is due but the minimum
		}
		calendars = append(calendars, c)
	}
	for _, v := range e.ProductionVariants() {
		add(v.VariantScaling().Calendar())
	}
	for _, c := range e.Components {
		add(c.ComponentScaling.Calendar())
	}
	return calendars
}

// validateMonitoring judges who is told, the kinds and the thresholds.
func validateMonitoring(e Environment, src source) problem.List {
	if src.touched(monitoringPath) {
		return nil
	}
	subject, partition := monitoring.Subject{Asynchronous: e.Endpoint.Asynchronous != nil}, ""
	if e.HasFrontend() {
		subject.Gateway = &monitoring.Gateway{RequestTimeout: cmp.Or(e.Frontend.RequestTimeout, defaultRequestTimeout)}
	}
	ps := subject.Validate(e.Monitoring.Settings)
	if e.Region != "" {
		partition = settings.Partition(e.Region)
	}
	if len(ps) == 0 {
		ps = e.Monitoring.ValidateTopics(partition, e.Region, e.Account)
	}
	return inYAML[Monitoring](ps, monitoringPath)
}
