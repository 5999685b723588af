package autoscaling

import (
	"math"
	"time"
)

// FrontEndUnit is what something before the endpoint is counted in, and what
// one of it carries: see FunctionEnvironments, ServiceTasks and
// LoadBalancerTraffic.
type FrontEndUnit struct {
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
func FunctionEnvironments(latency time.Duration) FrontEndUnit {
	return FrontEndUnit{RequestsPerSecond: 1 / latency.Seconds(), StartTime: FunctionStartTime}
}

// ServiceTasks are the tasks of a service, each of which carries
// requestsPerSecond in a load test; where the requests that it has at a time
// were measured, that is their number ÷ latency in seconds.
func ServiceTasks(requestsPerSecond float64, zones int) FrontEndUnit {
	return FrontEndUnit{RequestsPerSecond: requestsPerSecond, MinCapacity: MinTasks, Zones: zones, StartTime: TaskStartTime}
}

// For is the calendar of the same events for what stands before the endpoint: it
// moves with them, and asserts its floors by the same means. A peak that is
// known in instances is taken for the rate that they are meant to carry; where
// that was not measured, such an event has no peak here and is refused. A lead
// time, FloorShare and FloorUntil are of the instances alone. The maximum is the
// highest floor.
func (c EventCalendar) For(u FrontEndUnit) EventCalendar {
	events := make([]Event, len(c.Events))
	for i, e := range c.Events {
		e.PeakRequestsPerSecond, e.PeakInstances = c.rate(e), 0
		e.LeadTime, e.FloorShare, e.FloorUntil = nil, 0, 0
		if u.LeadTime != 0 {
			e.LeadTime = &u.LeadTime
		}
		events[i] = e
	}
	c.Events, c.OtherActions = events, 0
	c.MinCapacity, c.RequestsPerSecondPerInstance, c.SafetyFactor = u.MinCapacity, u.RequestsPerSecond, u.SafetyFactor
	c.Zones, c.StartTime = u.Zones, u.StartTime
	c.MaxCapacity = c.HighestFloor()
	return c
}

// HighestFloor is the most that the calendar asks for, MinCapacity without
// events. A constant maximum is at or above it.
func (c EventCalendar) HighestFloor() int {
	highest := c.MinCapacity
	for _, f := range c.Floors() {
		highest = max(highest, f.MinCapacity)
	}
	return highest
}

// Scalable dimensions of a gateway (facts F26 and F30).
const (
	// FunctionProvisionedConcurrency counts the environments that are kept ready
	// for an alias of a Lambda function.
	FunctionProvisionedConcurrency Dimension = "lambda:function:ProvisionedConcurrency"
	// ServiceTaskCount counts the tasks of an ECS service.
	ServiceTaskCount Dimension = "ecs:service:DesiredCount"
)

// FunctionProvisionedConcurrencyUtilization is the share of an alias's
// provisioned concurrency that is in use.
const FunctionProvisionedConcurrencyUtilization PredefinedMetric = "LambdaProvisionedConcurrencyUtilization"

// UtilizationPolicyName names the policy that tracks it.
const UtilizationPolicyName = "provisioned-concurrency-utilization"

// ServiceAverageCPUUtilization is the CPU utilisation of an ECS service's tasks,
// in percent of what they have.
const ServiceAverageCPUUtilization PredefinedMetric = "ECSServiceAverageCPUUtilization"

// ServiceCPUPolicyName names the policy that tracks it.
const ServiceCPUPolicyName = "cpu-utilization"

// FunctionResourceID is an alias's name in Application Auto Scaling (fact F29).
func FunctionResourceID(function, alias string) string { return "function:" + function + ":" + alias }

// ServiceResourceID is an ECS service's name in Application Auto Scaling.
func ServiceResourceID(cluster, service string) string { return "service/" + cluster + "/" + service }

// FunctionTarget is the scalable target of an alias's provisioned concurrency,
// without the resource ID, which who makes the alias knows. maxConcurrency is
// the function's reserved concurrency, which is also the most that can be
// provisioned (fact F29); 0 stands for none, and the most is then the highest
// floor. A lowered minimum removes nothing by itself (fact B7): what a floor has
// brought, a policy on utilization takes away, since health checks keep that
// metric alive.
func (c EventCalendar) FunctionTarget(maxConcurrency int) ScalableTarget {
	if maxConcurrency == 0 {
		maxConcurrency = max(1, c.HighestFloor())
	}
	tracking := Tracking(UtilizationPolicyName, FunctionProvisionedConcurrencyUtilization, c.withDefaults().SafetyFactor)
	tracking.ScaleOutCooldown = 0 // Lambda counts the environments that are on their way
	return ScalableTarget{
		Dimension: FunctionProvisionedConcurrency, MinCapacity: c.MinCapacity, MaxCapacity: maxConcurrency,
		Policies: []TargetTrackingPolicy{tracking}, ScheduledActions: c.ScheduledActions(),
	}
}

// ServiceTarget is the scalable target of a service's tasks, without the
// resource ID, which who makes the service knows. maxTasks is the most; 0 stands
// for the highest floor. Between the floors a policy on the tasks' CPU decides:
// what the gateway does for a request costs much the same for each.
func (c EventCalendar) ServiceTarget(maxTasks int) ScalableTarget {
	if maxTasks == 0 {
		maxTasks = c.HighestFloor()
	}
	tracking := Tracking(ServiceCPUPolicyName, ServiceAverageCPUUtilization, math.Round(100*c.withDefaults().SafetyFactor))
	tracking.ScaleOutCooldown = time.Minute // tasks start in seconds, and report every minute
	return ScalableTarget{
		Dimension: ServiceTaskCount, MinCapacity: c.MinCapacity, MaxCapacity: maxTasks,
		Policies: []TargetTrackingPolicy{tracking}, ScheduledActions: c.ScheduledActions(),
	}
}
