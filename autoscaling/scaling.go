package autoscaling

import (
	"reflect"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Capacity is what a load test of one instance has shown.
type Capacity struct {
	// RequestsPerSecondPerInstance is the highest rate that one instance
	// sustains within the latency objective.
	// Default in Go: 0, not measured; then TargetInvocationsPerMinute is required.
	RequestsPerSecondPerInstance float64 `json:"requestsPerSecondPerInstance" jsonschema:"exclusiveMinimum=0"`
	// ConcurrencyPerInstance is the most requests at a time, those included that
	// wait in the container, that one instance serves within the latency
	// objective. They are then tracked every 10 s, as the guard against a surge.
	// Default: none, there is no such policy.
	ConcurrencyPerInstance float64 `json:"concurrencyPerInstance,omitempty" jsonschema:"exclusiveMinimum=0"`
	// StartTime is how long a new instance takes from the decision to scale out
	// until it serves, at the 95th percentile, such as 6m; at most 2h.
	// Default in Go: 0s, not measured; events assume 15m.
	StartTime time.Duration `json:"startTime"`
}

// Scaling is the bounds of a variant, and the target between them. Fields that
// are of one kind of endpoint say so, and are refused with another.
type Scaling struct {
	// MinCapacity is the lowest instance count, 1 or more; 2 or more survive the
	// loss of an instance. Of an asynchronous endpoint it may be 0; of a
	// serverless variant it is the requests at a time that are provisioned.
	MinCapacity int `json:"minCapacity"`
	// MaxCapacity is the highest instance count, MinCapacity or more. Of a
	// serverless variant it is the most that are provisioned.
	MaxCapacity int `json:"maxCapacity"`
	// SafetyFactor is the share of the measured requests a second, and of the
	// measured concurrency, that is aimed at, over 0 and at most 1.
	// Default: 0.7, unless TargetInvocationsPerMinute is given.
	SafetyFactor float64 `json:"safetyFactor,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// TargetInvocationsPerMinute is the target itself, in invocations per minute
	// and instance, in place of a safety factor.
	// Default: requests per second and instance × SafetyFactor × 60 (fact A5).
	TargetInvocationsPerMinute float64 `json:"targetInvocationsPerMinute,omitempty" jsonschema:"exclusiveMinimum=0"`
	// BacklogPerInstance is how many requests shall wait or be processed for each
	// instance of an asynchronous endpoint: the time that a request may take from
	// queue to answer, over the time that an instance needs for one.
	// Default: none, required where the endpoint is asynchronous.
	BacklogPerInstance float64 `json:"backlogPerInstance,omitempty" jsonschema:"exclusiveMinimum=0"`
	// WakeUpInstances is how many instances the first waiting request calls for,
	// where an asynchronous endpoint can scale to zero. Default: 1.
	WakeUpInstances int `json:"wakeUpInstances,omitempty" jsonschema:"minimum=1"`
	// TargetUtilization is the share of a serverless variant's provisioned
	// concurrency that shall be in use, over 0 and at most 1. Default: 0.7.
	TargetUtilization float64 `json:"targetUtilization,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// ScaleOutCooldown is the wait after a scale-out has succeeded, in whole
	// seconds. Default: 300s.
	ScaleOutCooldown *time.Duration `json:"scaleOutCooldown,omitempty"`
	// ScaleInCooldown is the wait after a scale-in has succeeded, in whole
	// seconds. Default: 300s.
	ScaleInCooldown *time.Duration `json:"scaleInCooldown,omitempty"`
	// Zones is how many Availability Zones SageMaker spreads the instances over,
	// where an event's floor shall survive the loss of one.
	// Default: none, floors have no such reserve.
	Zones int `json:"zones,omitempty" jsonschema:"minimum=1,maximum=6"`
	// AssertEvery is how often an event's floor is asserted: one that a
	// deployment has overwritten is back after that. Default: 5m.
	AssertEvery time.Duration `json:"assertEvery,omitempty"`
	// Align is the grid of local time on which an event's floors begin and end;
	// a coarser one needs fewer scheduled actions and more instances.
	// Default: 15m.
	Align time.Duration `json:"align,omitempty"`
	// ReleaseSteps is in how many steps the minimum goes back after an event.
	// Default: 2.
	ReleaseSteps int `json:"releaseSteps,omitempty" jsonschema:"minimum=1"`
	// Emergency adds capacity in large steps on top of the targets, as soon as
	// instances have more requests at a time than was measured, which is then
	// required: half of the fleet, and up to three times it. Default: false.
	Emergency bool `json:"emergency,omitempty"`
	// OfferedLoad adds the capacity that refused requests would need, where the
	// gateway sheds and publishes what it was offered: the endpoint's own metrics
	// show only what the gateway lets through. Default: false; an environment has
	// it where its gateway sheds, which a Lambda function cannot.
	OfferedLoad *bool `json:"offeredLoad,omitempty"`
	// SuspendedState switches scaling off in parts, for good: to switch it for a
	// while use the API of Application Auto Scaling, since a deployment that changes
	// this registers the bounds again (fact C25), and so undoes an event's floor
	// until it is asserted again. Default: none, nothing is suspended.
	SuspendedState *SuspendedState `json:"suspended,omitempty"`
}

// The fields of Scaling that are of one kind only, and those of every kind.
var (
	asynchronousFields = []string{"BacklogPerInstance", "WakeUpInstances"}
	serverlessFields   = []string{"TargetUtilization"}
	commonFields       = []string{"MinCapacity", "MaxCapacity", "ScaleOutCooldown", "ScaleInCooldown"}
)

// validateKind refuses what is of another kind than which, whose fields has
// chooses.
func (s Scaling) validateKind(which string, has func(field string) bool) problem.List {
	var ps problem.List
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !v.Field(i).IsZero() && !has(name) {
			ps.Add("Scaling."+name, nil, which+" has no such setting", "leave it out")
		}
	}
	return ps
}

func isOneOf(lists ...[]string) func(string) bool {
	all := slices.Concat(lists...)
	return func(name string) bool { return slices.Contains(all, name) }
}

func orDefault(cooldown *time.Duration) time.Duration {
	if cooldown == nil {
		return DefaultCooldown
	}
	return *cooldown
}
