package frontend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Unit is what something before the endpoint is counted in, and what
// one of it carries: see FunctionEnvironments, ServiceTasks and
// LoadBalancerTraffic.
type Unit struct {
	// RequestsPerSecond is the rate that one of it carries.
	RequestsPerSecond float64
	// SafetyFactor is the share of that rate which is aimed at, over 0 and at
	// most 1.
	// Default: 0, capacity.DefaultSafetyFactor.
	SafetyFactor float64
	// MinCapacity is how many there are between events.
	MinCapacity int
	// Zones is how many Availability Zones they are spread over, where a floor
	// shall survive the loss of one.
	// Default: 0, floors have no such reserve.
	Zones int
	// StartTime is how long one takes from being asked for until it serves.
	StartTime time.Duration
	// LeadTime is how long before the traffic they are asked for.
	// Default: 0, computed from StartTime as for instances.
	LeadTime time.Duration
}

// How long the parts of a front end take to be there. An environment is
// started, and an alias has its provisioned concurrency, within minutes (fact
// F26); a task has its network interface and its image pulled within two.
const (
	FunctionStartTime = 5 * time.Minute
	TaskStartTime     = 2 * time.Minute
)

// MinTasks is how many tasks of a service there are at least: one can be lost.
const MinTasks = 2

// DefaultMaxTasks is the most tasks where nothing was measured.
const DefaultMaxTasks = 10

// FunctionEnvironments are the environments of a Lambda function, each of which
// serves one request at a time (fact F29): requests a second × latency of them
// are busy, as capacity.Concurrency has it.
func FunctionEnvironments(latency time.Duration) Unit {
	return Unit{RequestsPerSecond: 1 / latency.Seconds(), StartTime: FunctionStartTime}
}

// ServiceTasks are the tasks of a service, each of which carries
// requestsPerSecond in a load test; where the requests that it has at a time
// were measured, that is their number ÷ latency in seconds.
func ServiceTasks(requestsPerSecond float64, zones int) Unit {
	return Unit{RequestsPerSecond: requestsPerSecond, MinCapacity: MinTasks, Zones: zones, StartTime: TaskStartTime}
}

// Calendar is the calendar of the same events for what stands before the endpoint: it
// moves with them, and asserts its floors by the same means. A peak that is
// known in instances is taken for the rate that they are meant to carry; where
// that was not measured, such an event has no peak here and is refused. A lead
// time, FloorShare, also of steps, and FloorUntil are of the instances alone. The maximum is the
// highest floor.
func (u Unit) Calendar(c events.Calendar) events.Calendar {
	prepared := make([]events.Event, len(c.Events))
	for i, e := range c.Events {
		e.PeakRequestsPerSecond, e.PeakInstances = c.Rate(e), 0
		e.LeadTime, e.FloorShare, e.FloorUntil = nil, 0, 0
		e.Shape = slices.Clone(e.Shape)
		for step := range e.Shape {
			e.Shape[step].FloorShare = nil
		}
		if u.LeadTime != 0 {
			e.LeadTime = &u.LeadTime
		}
		prepared[i] = e
	}
	c.Events, c.OtherActions = prepared, 0
	c.MinCapacity, c.RequestsPerSecondPerInstance, c.SafetyFactor = u.MinCapacity, u.RequestsPerSecond, u.SafetyFactor
	c.Zones, c.StartTime = u.Zones, u.StartTime
	c.MaxCapacity = c.HighestFloor()
	return c
}

// UtilizationPolicyName names the policy that tracks the share of an alias's
// provisioned concurrency that is in use.
const UtilizationPolicyName = "provisioned-concurrency-utilization"

// ServiceCPUPolicyName names the policy that tracks the CPU utilization of a
// service's tasks.
const ServiceCPUPolicyName = "cpu-utilization"

// FunctionTarget is the scalable target of an alias's provisioned concurrency,
// without the resource ID, which who makes the alias knows. maxConcurrency is
// the function's reserved concurrency, which is also the most that can be
// provisioned (fact F29); 0 stands for none, and the most is then the highest
// floor. A lowered minimum removes nothing by itself (fact B7): what a floor has
// brought, a policy on utilization takes away, since health checks keep that
// metric alive.
func FunctionTarget(c events.Calendar, maxConcurrency int) autoscaling.ScalableTarget {
	if maxConcurrency == 0 {
		maxConcurrency = max(1, c.HighestFloor())
	}
	tracking := autoscaling.Tracking(UtilizationPolicyName, autoscaling.FunctionProvisionedConcurrencyUtilization,
		safetyFactor(c))
	tracking.ScaleOutCooldown = 0 // Lambda counts the environments that are on their way
	return autoscaling.ScalableTarget{
		Dimension: autoscaling.FunctionProvisionedConcurrency, MinCapacity: c.MinCapacity, MaxCapacity: maxConcurrency,
		Policies: []autoscaling.TargetTrackingPolicy{tracking}, ScheduledActions: autoscaling.FloorActions(c),
	}
}

// ServiceTarget is the scalable target of a service's tasks, without the
// resource ID, which who makes the service knows. maxTasks is the most; 0 stands
// for the highest floor. Between the floors a policy on the tasks' CPU decides:
// what the gateway does for a request costs much the same for each.
func ServiceTarget(c events.Calendar, maxTasks int) autoscaling.ScalableTarget {
	if maxTasks == 0 {
		maxTasks = c.HighestFloor()
	}
	tracking := autoscaling.Tracking(ServiceCPUPolicyName, autoscaling.ServiceAverageCPUUtilization,
		math.Round(100*safetyFactor(c)))
	tracking.ScaleOutCooldown = time.Minute // tasks start in seconds, and report every minute
	return autoscaling.ScalableTarget{
		Dimension: autoscaling.ServiceTaskCount, MinCapacity: c.MinCapacity, MaxCapacity: maxTasks,
		Policies: []autoscaling.TargetTrackingPolicy{tracking}, ScheduledActions: autoscaling.FloorActions(c),
	}
}

func safetyFactor(c events.Calendar) float64 {
	return cmp.Or(c.SafetyFactor, capacity.DefaultSafetyFactor)
}
