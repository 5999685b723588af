package config

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// ProductionVariant is the variant as the scaling model knows it.
func (e Environment) ProductionVariant() autoscaling.Variant {
	return autoscaling.Variant{
		EndpointName:         e.Endpoint.Name,
		Name:                 e.Variant.Name,
		InstanceType:         e.Variant.InstanceType,
		InitialInstanceCount: e.Variant.InitialInstanceCount,
	}
}

// VariantScaling is how the variant scales, in the words of its load test.
func (e Environment) VariantScaling() autoscaling.VariantScaling {
	s := autoscaling.VariantScaling{
		MinCapacity:                  e.Scaling.MinCapacity,
		MaxCapacity:                  e.Scaling.MaxCapacity,
		RequestsPerSecondPerInstance: e.Capacity.RequestsPerSecondPerInstance,
		ConcurrencyPerInstance:       e.Capacity.ConcurrencyPerInstance,
		SafetyFactor:                 e.Scaling.SafetyFactor,
		TargetInvocationsPerMinute:   e.Scaling.TargetInvocationsPerMinute,
		ScaleOutCooldown:             (*time.Duration)(e.Scaling.ScaleOutCooldown),
		ScaleInCooldown:              (*time.Duration)(e.Scaling.ScaleInCooldown),
		Events:                       e.events(),
		StartTime:                    time.Duration(e.Capacity.StartTime),
		Zones:                        e.Scaling.Zones,
		AssertEvery:                  time.Duration(e.Scaling.AssertEvery),
		Align:                        time.Duration(e.Scaling.Align),
		ReleaseSteps:                 e.Scaling.ReleaseSteps,
	}
	for _, a := range e.Schedule {
		s.ScheduledActions = append(s.ScheduledActions, autoscaling.ScheduledAction(a))
	}
	return s
}

// ScalableTarget is the variant's scalable target with its policy and scheduled
// actions, as Application Auto Scaling is told it.
func (e Environment) ScalableTarget() autoscaling.ScalableTarget {
	return e.VariantScaling().Target(e.ProductionVariant())
}

// validateScaling asks the scaling model. Bounds that were reported are replaced
// by such as cannot make anything else wrong: first those that the schema has
// refused, then, before the scheduled actions are judged by them, those that the
// model has.
func validateScaling(e Environment, src source) invalid.Problems {
	e = e.withDefaults()
	v, s := e.ProductionVariant(), e.VariantScaling()
	actions := s.ScheduledActions
	s.ScheduledActions = nil

	replaceBounds(&s, src.faulty)
	ps := inYAML(s.Validate(v))
	if src.faulty(maxCapacity) {
		ps = slices.DeleteFunc(ps, func(p invalid.Problem) bool { return p.Path == initialInstanceCount })
	}

	replaceBounds(&s, func(path string) bool {
		return slices.ContainsFunc(ps, func(p invalid.Problem) bool { return p.Path == path })
	})
	s.ScheduledActions = actions
	for i := range actions {
		replaceActionBounds(&actions[i], itemPath("schedule", i), src.faulty)
	}
	for _, p := range inYAML(s.Validate(v)) {
		// All events together are counted beside the scheduled actions.
		if within(p.Path, "schedule") || p.Path == "events" && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}

const (
	minCapacity          = "scaling.minCapacity"
	maxCapacity          = "scaling.maxCapacity"
	initialInstanceCount = "variant.initialInstanceCount"
)

func replaceBounds(s *autoscaling.VariantScaling, faulty func(path string) bool) {
	if faulty(minCapacity) {
		s.MinCapacity = 1
	}
	if faulty(maxCapacity) {
		s.MaxCapacity = math.MaxInt32
	}
}

func replaceActionBounds(a *autoscaling.ScheduledAction, path string, faulty func(path string) bool) {
	low, high := 1, math.MaxInt32
	if faulty(path + ".minCapacity") {
		a.MinCapacity = &low
	}
	if faulty(path + ".maxCapacity") {
		a.MaxCapacity = &high
	}
}

// yamlPaths are where the model's fields stand in an environment file.
var yamlPaths = map[string]string{
	"MinCapacity":                  "scaling.minCapacity",
	"MaxCapacity":                  "scaling.maxCapacity",
	"RequestsPerSecondPerInstance": "capacity.requestsPerSecondPerInstance",
	"ConcurrencyPerInstance":       "capacity.concurrencyPerInstance",
	"SafetyFactor":                 "scaling.safetyFactor",
	"TargetInvocationsPerMinute":   "scaling.targetInvocationsPerMinute",
	"ScaleOutCooldown":             "scaling.scaleOutCooldown",
	"ScaleInCooldown":              "scaling.scaleInCooldown",
	"ScheduledActions":             "schedule",
	"Events":                       "events",
	"StartTime":                    "capacity.startTime",
	"Zones":                        "scaling.zones",
	"AssertEvery":                  "scaling.assertEvery",
	"Align":                        "scaling.align",
	"ReleaseSteps":                 "scaling.releaseSteps",
	"Variant.EndpointName":         "endpoint.name",
	"Variant.Name":                 "variant.name",
	"Variant.InstanceType":         "variant.instanceType",
	"Variant.InitialInstanceCount": "variant.initialInstanceCount",
}

// yamlNames are the fields that the model's rules and fixes speak of.
var yamlNames = strings.NewReplacer(
	"ScheduledActions[", "schedule[",
	"TargetInvocationsPerMinute", "targetInvocationsPerMinute",
	"RequestsPerSecondPerInstance", "requestsPerSecondPerInstance",
	"Events[", "events[",
	"PeakRequestsPerSecond", "peakRequestsPerSecond",
	"PeakInstances", "peakInstances",
	"Weekdays", "weekdays",
	"Dates", "dates",
	"after From", "after from",
	"set Align", "set scaling.align",
	"and ReleaseSteps", "and scaling.releaseSteps",
	"set ReleaseSteps", "set scaling.releaseSteps",
	"AssertEvery", "scaling.assertEvery",
)

// inYAML translates what the model says about its fields.
func inYAML(ps invalid.Problems) invalid.Problems {
	out := slices.Clone(ps)
	for i, p := range ps {
		out[i].Rule, out[i].Fix = yamlNames.Replace(p.Rule), yamlNames.Replace(p.Fix)
		if path, ok := yamlPaths[p.Path]; ok {
			out[i].Path = path
		} else if list, rest, ok := strings.Cut(p.Path, "["); ok {
			out[i].Path = yamlPaths[list] + "[" + lowerKeys(rest)
		}
	}
	return out
}

// lowerKeys writes the fields of a path as the keys that they have in YAML.
func lowerKeys(path string) string {
	keys := strings.Split(path, ".")
	for i, key := range keys {
		if key != "" {
			keys[i] = strings.ToLower(key[:1]) + key[1:]
		}
	}
	return strings.Join(keys, ".")
}
