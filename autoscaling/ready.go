package autoscaling

import (
	"math"
	"time"
)

// Names of the policies that are made here.
const (
	ConcurrencyPolicyName        = "concurrent-requests-per-instance"
	EmergencyPolicyName          = "emergency"
	OfferedLoadPolicyName        = "offered-load"
	WakeUpPolicyName             = "wake-up"
	BacklogPolicyName            = "backlog-per-instance"
	AsynchronousWakeUpPolicyName = "backlog-wake-up"
)

// Metrics of SageMaker that policies made here watch.
const (
	// NoCapacityInvocationFailures counts the requests that an inference
	// component without a copy has refused (fact D2).
	NoCapacityInvocationFailures      = "NoCapacityInvocationFailures"
	concurrentRequestsPerModel        = "ConcurrentRequestsPerModel"
	ApproximateBacklogSizePerInstance = "ApproximateBacklogSizePerInstance"
	HasBacklogWithoutCapacity         = "HasBacklogWithoutCapacity"
)

// What the gateway publishes, every GatewayPeriod, under the dimension
// EndpointNameDimension: the load that was offered, where the endpoint's own
// metrics show only what the gateway let through (fact F34).
const (
	GatewayNamespace = "SageMakerInference/Gateway"
	GatewayPeriod    = 10 * time.Second
	// GatewayArrivedRequests counts the requests that came.
	GatewayArrivedRequests = "ArrivedRequests"
	// GatewayShedRequests counts those of them that were refused for want of capacity.
	GatewayShedRequests = "ShedRequests"
	// GatewayQueuedRequests is how many wait at a time.
	GatewayQueuedRequests = "QueuedRequests"
)

// Tracking is a policy that tracks m with AWS's own cooldowns.
func Tracking(name string, m TrackedMetric, target float64) TargetTrackingPolicy {
	return TargetTrackingPolicy{
		Name: name, Metric: m, TargetValue: target, ScaleOutCooldown: DefaultCooldown, ScaleInCooldown: DefaultCooldown,
	}
}

// ConcurrencyPolicy tracks the requests that an instance of a variant has at a
// time, every 10 s: the guard against a surge next to a policy on invocations.
// target is requests at a time and instance.
func ConcurrencyPolicy(target float64) TargetTrackingPolicy {
	return Tracking(ConcurrencyPolicyName, VariantConcurrentRequestsHighResolution, target)
}

// EmergencyPolicy adds capacity in large steps on top of target tracking, when
// an instance of v has more requests at a time than it can serve in time:
// concurrency is the most that it can, from a load test. It goes off after two
// of three periods of 10 s, and each step adds what its upper end calls for: up
// to three times the concurrency that is twice the fleet, and beyond it thrice.
func EmergencyPolicy(v Variant, concurrency float64) StepScalingPolicy {
	at := func(times float64) *float64 { b := (times - 1) * concurrency; return &b }
	return StepScalingPolicy{
		Name: EmergencyPolicyName, AdjustmentType: PercentChangeInCapacity, Cooldown: time.Minute, MinAdjustmentMagnitude: 1,
		Aggregation: AggregateMaximum,
		Steps: []Step{
			{LowerBound: at(1), UpperBound: at(1.5), Adjustment: 50},
			{LowerBound: at(1.5), UpperBound: at(2), Adjustment: 100},
			{LowerBound: at(2), UpperBound: at(3), Adjustment: 200},
			{LowerBound: at(3), Adjustment: 300},
		},
		Alarm: Alarm{
			Description: "More requests at a time than an instance can serve in time",
			Metric: Metric{Namespace: SageMakerNamespace, Name: concurrentRequestsPerModel, Dimensions: v.dimensions(),
				Statistic: Average},
			Period: 10 * time.Second, Comparison: Above, Threshold: concurrency,
			EvaluationPeriods: 3, DatapointsToAlarm: 2, MissingData: MissingIsMissing,
		},
	}
}

// shedThreshold is the percentage of requests shed at which OfferedLoadPolicy
// goes off: fewer are noise. maxShed is where its steps end: beyond 95 % the
// load is 20 times the capacity or more, and the percentage says little.
const (
	shedThreshold = 1.0
	maxShed       = 95.0
)

// OfferedLoadPolicy adds to a fleet behind our gateway what the requests that
// the gateway sheds would need: of a shed share s, s/(1−s) of the fleet. Without
// it each scale-out sees no more load than the fleet can carry (fact F34).
// A step adds what its upper end needs, so that the fleet is never left short.
func OfferedLoadPolicy(endpointName string) StepScalingPolicy {
	query := func(id, name string) MetricQuery {
		return MetricQuery{ID: id, Metric: &Metric{
			Namespace: GatewayNamespace, Name: name, Statistic: Sum,
			Dimensions: map[string]string{EndpointNameDimension: endpointName},
		}}
	}
	var steps []Step
	from := shedThreshold
	for to := 10.0; from < maxShed; to = math.Min(to+10, maxShed) {
		low, high := from-shedThreshold, to-shedThreshold
		steps = append(steps, Step{LowerBound: &low, UpperBound: &high, Adjustment: needed(to)})
		from = to
	}
	steps[len(steps)-1].UpperBound = nil
	return StepScalingPolicy{
		Name: OfferedLoadPolicyName, AdjustmentType: PercentChangeInCapacity, Cooldown: time.Minute,
		MinAdjustmentMagnitude: 1,
		Aggregation:            AggregateMaximum, Steps: steps,
		Alarm: Alarm{
			Description: "The gateway sheds requests, in percent of those that came",
			Metric: MetricMath{Queries: []MetricQuery{
				query("arrived", GatewayArrivedRequests),
				query("shed", GatewayShedRequests),
				// Where nothing came there is no share, and a quiet gateway publishes nothing.
				{ID: "share", Expression: "IF(FILL(arrived, 0) > 0, 100 * FILL(shed, 0) / FILL(arrived, 1), 0)",
					Label: "Shed, percent", ReturnData: true},
			}},
			Period: GatewayPeriod, Comparison: AtLeast, Threshold: shedThreshold,
			EvaluationPeriods: 3, DatapointsToAlarm: 2, MissingData: MissingIsFine,
		},
	}
}

// needed is the percentage of the fleet that a percentage of shed requests
// calls for, rounded up.
func needed(shed float64) int { return int(math.Ceil(100*shed/(100-shed) - 1e-9)) }

// WakeUpPolicy gives an inference component without copies its first ones when
// a request has come, which target tracking cannot: without a copy it has no
// metric (fact D2). copies is how many.
func WakeUpPolicy(inferenceComponent string, copies int) StepScalingPolicy {
	zero := 0.0
	return StepScalingPolicy{
		Name: WakeUpPolicyName, AdjustmentType: ChangeInCapacity, Cooldown: time.Minute, Aggregation: AggregateMaximum,
		Steps: []Step{{LowerBound: &zero, Adjustment: copies}},
		Alarm: Alarm{
			Description: "A request came while there was no copy",
			Metric: Metric{
				Namespace: SageMakerNamespace, Name: NoCapacityInvocationFailures, Statistic: Maximum,
				Dimensions: map[string]string{InferenceComponentNameDimension: inferenceComponent},
			},
			Period: 30 * time.Second, Comparison: AtLeast, Threshold: 1,
			EvaluationPeriods: 1, DatapointsToAlarm: 1, MissingData: MissingIsMissing,
		},
	}
}

// BacklogPolicy tracks the requests that wait in an asynchronous endpoint's
// queue for each of its instances.
func BacklogPolicy(endpointName string, perInstance float64) TargetTrackingPolicy {
	return Tracking(BacklogPolicyName, endpointMetric(ApproximateBacklogSizePerInstance, endpointName), perInstance)
}

// AsynchronousWakeUpPolicy starts the first instances of an asynchronous
// endpoint that has none as soon as a request waits; BacklogPolicy alone waits
// for more than its target. The alarm and the cooldown are those that AWS shows
// (fact D7).
func AsynchronousWakeUpPolicy(endpointName string, instances int) StepScalingPolicy {
	zero := 0.0
	return StepScalingPolicy{
		Name: AsynchronousWakeUpPolicyName, AdjustmentType: ChangeInCapacity, Cooldown: DefaultCooldown,
		Steps: []Step{{LowerBound: &zero, Adjustment: instances}},
		Alarm: Alarm{
			Description: "Requests wait while there is no instance",
			Metric:      endpointMetric(HasBacklogWithoutCapacity, endpointName),
			Period:      time.Minute, Comparison: AtLeast, Threshold: 1,
			EvaluationPeriods: 2, DatapointsToAlarm: 2, MissingData: MissingIsMissing,
		},
	}
}

func endpointMetric(name, endpointName string) Metric {
	return Metric{
		Namespace: SageMakerNamespace, Name: name, Statistic: Average,
		Dimensions: map[string]string{EndpointNameDimension: endpointName},
	}
}
