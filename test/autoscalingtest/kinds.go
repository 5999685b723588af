package autoscalingtest

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

var odds = autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge",
	InitialInstanceCount: 2}

// Kinds is one target for each kind of policy and each kind of target; in the room
// autoscaling the file
// testdata/cloudformation/NAME.json shows its CloudFormation.
func Kinds() map[string]autoscaling.ScalableTarget {
	onVariant := func(policies ...autoscaling.TargetTrackingPolicy) autoscaling.ScalableTarget {
		return autoscaling.ScalableTarget{
			ResourceID: odds.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40,
			Policies: policies,
		}
	}
	onComponent := func(policies ...autoscaling.TargetTrackingPolicy) autoscaling.ScalableTarget {
		return autoscaling.ScalableTarget{
			ResourceID: autoscaling.InferenceComponentResourceID("odds-a"), Dimension: autoscaling.InferenceComponentCopyCount,
			MaxCapacity: 8, Policies: policies,
		}
	}
	steps := func(t autoscaling.ScalableTarget, policies ...autoscaling.StepScalingPolicy) autoscaling.ScalableTarget {
		t.StepPolicies = policies
		return t
	}
	asynchronous := onVariant(autoscaling.BacklogPolicy("odds", 5))
	asynchronous.MinCapacity, asynchronous.Asynchronous = 0, true

	suspended := onVariant(autoscaling.ConcurrencyPolicy(6))
	suspended.SuspendedState = &autoscaling.SuspendedState{ScaleIn: true}

	scheduled := onVariant()
	scheduled.ScheduledActions = []autoscaling.ScheduledAction{
		{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: ptr(4)},
		{Name: "final", Schedule: "at(2027-05-29T18:00:00)", Timezone: "America/New_York", MinCapacity: ptr(10),
			MaxCapacity: ptr(40)},
		{Name: "hourly", Schedule: "rate(1 hour)", Timezone: "UTC", MinCapacity: ptr(2)},
	}

	scaleIn := autoscaling.StepScalingPolicy{
		Name: "quiet", AdjustmentType: autoscaling.ExactCapacity, Cooldown: 10 * time.Minute,
		Steps: []autoscaling.Step{{UpperBound: ptr(-200.0), Adjustment: 2},
			{LowerBound: ptr(-200.0), UpperBound: ptr(0.0), Adjustment: 3}},
		Alarm: autoscaling.Alarm{
			Metric: autoscaling.Metric{Namespace: "AWS/SageMaker", Name: "ModelLatency", Statistic: "p99.9",
				Unit:       "Microseconds",
				Dimensions: map[string]string{"EndpointName": "odds", "VariantName": "main"}},
			Period: 5 * time.Minute, Comparison: autoscaling.AtMost, Threshold: 500, EvaluationPeriods: 6,
			MissingData: autoscaling.MissingIsIgnored,
		},
	}
	return map[string]autoscaling.ScalableTarget{
		"invocations-and-concurrency": onVariant(
			autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200),
			autoscaling.ConcurrencyPolicy(6)),
		"utilization": onVariant(
			autoscaling.Tracking("cpu", VariantMetric("CPUUtilization", odds), 240),
			autoscaling.Tracking("gpu", VariantMetric("GPUUtilization", odds), 70),
			autoscaling.Tracking("memory", VariantMetric("MemoryUtilization", odds), 80),
			autoscaling.Tracking("gpu-memory", VariantMetric("GPUMemoryUtilization", odds), 80)),
		"custom-metric": onVariant(autoscaling.Tracking("players", autoscaling.Metric{
			Namespace: "Odds", Name: "PlayersPerInstance", Statistic: autoscaling.Maximum, Unit: "Count"}, 1000)),
		"metric-math":   onVariant(autoscaling.Tracking("pools", Pools(), 0.7)),
		"emergency":     steps(onVariant(), autoscaling.EmergencyPolicy(odds, 8)),
		"offered-load":  steps(onVariant(), autoscaling.OfferedLoadPolicy("odds")),
		"step-scale-in": steps(onVariant(), scaleIn),
		"inference-component": onComponent(autoscaling.Tracking("invocations",
			autoscaling.ComponentInvocationsPerCopy, 600),
			autoscaling.Tracking("concurrency", autoscaling.ComponentConcurrentRequestsHighResolution, 4)),
		"inference-component-wakeup": steps(onComponent(), autoscaling.WakeUpPolicy("odds-a", 2)),
		"asynchronous":               steps(asynchronous, autoscaling.AsynchronousWakeUpPolicy("odds", 1)),
		"provisioned-concurrency": {
			ResourceID: odds.ResourceID(), Dimension: autoscaling.VariantProvisionedConcurrency, MinCapacity: 1, MaxCapacity: 20,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("utilization",
				autoscaling.VariantProvisionedConcurrencyUtilization, 0.7)},
		},
		"suspended":         suspended,
		"scheduled-actions": scheduled,
		"component-scaling": autoscaling.ComponentScaling{
			CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, ConcurrencyPerCopy: 6},
			CopyScaling:  autoscaling.CopyScaling{MaxCapacity: 8, ScaleOutCooldown: ptr(time.Minute), WakeUpCopies: 2},
			Events: []events.Event{{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00",
				Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 80}},
		}.Target("odds-a"),
		"asynchronous-scaling": autoscaling.AsynchronousScaling{
			Scaling: autoscaling.Scaling{MaxCapacity: 4, BacklogPerInstance: 5, ScaleInCooldown: ptr(10 * time.Minute)},
			ScheduledActions: []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 1 ? * * *)", Timezone: "UTC",
				MinCapacity: ptr(1)}},
		}.Target(odds),
		"provisioned-concurrency-scaling": autoscaling.ProvisionedConcurrencyScaling{
			Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 20, TargetUtilization: 0.6},
		}.Target(odds),
	}
}
