package config

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// FrontendCapacity is what the size of the front end is computed from: events
// prepare it together with the instances.
type FrontendCapacity struct {
	// RequestLatency is how long a request takes at the load balancer, on average
	// at the peak and with the model's own time, such as 120ms. Requests per
	// second × latency of them are at a time in the gateway's Lambda function.
	RequestLatency time.Duration `json:"requestLatency" jsonschema:"pattern=^([0-9]{1\\,6}ms|[0-9]{1\\,3}s)$"`
	// RequestsPerSecondPerTask is the highest rate that one task of the gateway
	// sustains on Fargate, of the size that taskCpu says; 0.7 of it is aimed at.
	// Default: none, required with fargate.
	RequestsPerSecondPerTask float64 `json:"requestsPerSecondPerTask,omitempty" jsonschema:"exclusiveMinimum=0"`
	// MinTasks is how many tasks there are between events, 2 or more: one can be
	// lost. Default: 2.
	MinTasks int `json:"minTasks,omitempty" jsonschema:"minimum=2"`
	// MaxTasks is the most tasks. It carries what the instances at
	// scaling.maxCapacity do. Default: as many as carry that, and each event.
	MaxTasks int `json:"maxTasks,omitempty" jsonschema:"minimum=2"`
	// ReservedConcurrency is the most requests at a time that the gateway's
	// Lambda function takes, a share of the account's that no other function
	// has; more are answered with an error. It carries what the instances at
	// scaling.maxCapacity do. Default: none, what the account has left.
	ReservedConcurrency int `json:"reservedConcurrency,omitempty" jsonschema:"minimum=1"`
	// ProvisionedConcurrency keeps environments of the Lambda function ready for
	// the peak of each event. Default: false, they start when they are needed.
	ProvisionedConcurrency bool `json:"provisionedConcurrency,omitempty"`
	// BytesPerRequest is the bytes of a request and its reply together, with
	// their headers, on average. Default: none, required with
	// frontend.reserveLoadBalancerCapacity.
	BytesPerRequest int `json:"bytesPerRequest,omitempty" jsonschema:"minimum=1"`
	// RequestsPerConnection is how many requests clients send on one connection,
	// on average. Default: 1, the most that connections can cost.
	RequestsPerConnection float64 `json:"requestsPerConnection,omitempty" jsonschema:"minimum=1"`
}

// calendar is the events of all variants: the front end carries them together.
func (e Environment) calendar() events.Calendar {
	var variants []events.Calendar
	for _, v := range e.ProductionVariants() {
		variants = append(variants, v.VariantScaling().Calendar())
	}
	for _, c := range e.Components {
		variants = append(variants, c.ComponentScaling.Calendar())
	}
	return events.Together(variants)
}

// GatewayEnvironments is the calendar of the environments that the gateway's
// function keeps ready, and whether it keeps any.
func (e Environment) GatewayEnvironments() (c events.Calendar, ok bool) {
	f := e.Frontend.Capacity
	if f == nil || !f.ProvisionedConcurrency || e.Frontend.onFargate() {
		return c, false
	}
	latency := time.Duration(e.Frontend.share() * float64(f.RequestLatency))
	return frontend.FunctionEnvironments(latency).Calendar(e.calendar()), true
}

// CapacityUnits is the calendar of the load balancer's capacity units, and
// whether any are reserved.
func (e Environment) CapacityUnits() (c events.Calendar, ok bool) {
	f := e.Frontend.Capacity
	if f == nil || !e.Frontend.ReserveLoadBalancerCapacity {
		return c, false
	}
	return frontend.LoadBalancerTraffic{
		BytesPerRequest: float64(f.BytesPerRequest), RequestsPerConnection: f.RequestsPerConnection,
		FunctionTarget: e.Frontend.RunsOn(GatewayOnLambda),
	}.CapacityUnits().Calendar(e.calendar()), true
}

const (
	requestLatency      = "frontend.capacity.requestLatency"
	reservedConcurrency = "frontend.capacity.reservedConcurrency"
	bytesPerRequest     = "frontend.capacity.bytesPerRequest"
	reserveUnits        = "frontend.reserveLoadBalancerCapacity"
)

// validateFrontendCapacity holds the front end against the fleet and its events.
// It is silent on what rests on values that were reported.
func validateFrontendCapacity(e Environment, src source) problem.List {
	var ps problem.List
	e = e.WithDefaults()
	f := e.Frontend.Capacity
	if e.Frontend.ReserveLoadBalancerCapacity && (f == nil || f.BytesPerRequest == 0) && !src.faulty(bytesPerRequest) {
		ps.Add(bytesPerRequest, nil,
			"reserving the load balancer's capacity for events needs the bytes of a request and its reply",
			"measure them, or remove "+reserveUnits)
	}
	if f == nil || src.faulty(requestLatency) {
		return ps
	}
	latency := f.RequestLatency
	if longest := e.Frontend.RequestTimeout; latency <= 0 || latency > longest {
		ps.Add(requestLatency, f.RequestLatency,
			fmt.Sprintf("a request takes over 0s, and at most the %s of requestTimeout",
				problem.Duration(longest)), "measure it at the load balancer, such as 120ms")
		return ps
	}
	if len(ps) > 0 || !src.fleetIsSound {
		return ps
	}
	ps = append(ps, e.validateGatewayCapacity(src)...)
	if canary, ok := e.Canary(); ok && canary.Frontend.Gateway != e.Frontend.Gateway {
		ps = append(ps, canary.validateGatewayCapacity(src)...) // its share of the same
	}
	if c, ok := e.CapacityUnits(); ok {
		ps = append(ps, e.inFrontend(frontend.ValidateReservations(c), reserveUnits)...)
	}
	return ps
}

// validateGatewayCapacity holds one gateway, in its form, against the fleet and
// its events.
func (e Environment) validateGatewayCapacity(src source) problem.List {
	var ps problem.List
	if !e.Frontend.onFargate() {
		ps = e.validateReservedConcurrency()
	}
	ps = append(ps, e.validateTasks(src)...)
	if c, ok := e.GatewayEnvironments(); ok {
		ps = append(ps, e.inFrontend(c.Validate(), "frontend.capacity.provisionedConcurrency")...)
	}
	return ps
}

// fleet is what all instances serve in requests per second, and how many they
// are, at their maximum.
func (e Environment) fleet() (requestsPerSecond float64, instances int) {
	for _, v := range e.ProductionVariants() {
		requestsPerSecond += float64(v.Scaling.MaxCapacity) * v.Capacity.RequestsPerSecondPerInstance
		instances += v.Scaling.MaxCapacity
	}
	for _, c := range e.Components {
		requestsPerSecond += float64(c.MaxCapacity) * c.RequestsPerSecondPerCopy
		instances += c.MaxCapacity
	}
	return requestsPerSecond, instances
}

// validateReservedConcurrency wants the function to take what its events bring
// and what the whole fleet serves: else it turns away what there are instances
// for.
func (e Environment) validateReservedConcurrency() problem.List {
	var ps problem.List
	f := e.Frontend.Capacity
	if f.ReservedConcurrency == 0 {
		return nil
	}
	latency := f.RequestLatency
	fleet, instances := e.fleet()
	if need := capacity.Concurrency(fleet*e.Frontend.share(), latency); need > f.ReservedConcurrency {
		ps.Add(reservedConcurrency, f.ReservedConcurrency,
			fmt.Sprintf("the gateway turns requests away before the fleet is full: %d instances serve %g a second%s, which "+
				"at %s are %d at a time", instances, fleet, e.Frontend.ofIt(), problem.Duration(latency), need),
			fmt.Sprintf("raise it to %d or more, or leave it out", need))
		return ps
	}
	if c, ok := e.GatewayEnvironments(); ok && c.HighestFloor() > f.ReservedConcurrency {
		ps.Add(reservedConcurrency, f.ReservedConcurrency,
			fmt.Sprintf("events keep %d environments ready, and no more can be than are reserved", c.HighestFloor()),
			fmt.Sprintf("raise it to %d or more, or leave it out", c.HighestFloor()))
	}
	return ps
}

// inFrontend says what is wrong with a calendar of the front end at the event
// itself, or at the key that asks for the calendar where the events of several
// variants have been put together, or are too many.
func (e Environment) inFrontend(ps problem.List, key string) problem.List {
	translated := ProductionVariant{}.inFile(ps, "")
	for i, p := range translated {
		if len(e.Variants) > 0 || !within(p.Path, "events") || p.Path == "events" {
			translated[i].Path, translated[i].Got = key, "true"
		}
	}
	return translated
}
