package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	watch "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

var scalings = []func(awscdk.Stack){
	TrackInvocations, TrackConcurrency, TrackMetric, Steps, EmergencyStep, Schedule, Event, ScaleBothVariants,
	ScaleComponentToZero, ScaleBacklog, ScaleProvisionedConcurrency, Suspended, ScaleImportedEndpoint, ScaleAfterwards,
	MonitorImportedEndpoint, ScaleByNames, AlarmOfStepPolicy,
}

// scale scales the one variant of an endpoint from 2 to 12 instances; change adds what the
// example is about.
func scale(stack awscdk.Stack, change func(*autoscaling.VariantScaling)) *scaling.ScalableTarget {
	s := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
	}
	change(&s)
	return scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: serve(stack, odds(stack)).Variant("main"), Scaling: s,
	})
}

// TrackInvocations keeps each instance at 70 % of what a load test has shown.
func TrackInvocations(stack awscdk.Stack) {
	scale(stack, func(s *autoscaling.VariantScaling) {
		s.SafetyFactor = 0.7
		out, in := time.Minute, 10*time.Minute
		s.ScaleOutCooldown, s.ScaleInCooldown = &out, &in
	})
}

// TrackConcurrency reacts within seconds to requests that are under way.
func TrackConcurrency(stack awscdk.Stack) {
	scale(stack, func(s *autoscaling.VariantScaling) { s.ConcurrencyPerInstance = 8 })
}

// TrackMetric follows a metric of the app, and never scales in by it.
func TrackMetric(stack awscdk.Stack) {
	queue := autoscaling.Metric{
		Namespace: "Odds", Name: "WaitingPerInstance", Dimensions: map[string]string{"EndpointName": "odds"},
		Statistic: autoscaling.Average,
	}
	policy := autoscaling.Tracking("waiting", queue, 20)
	policy.DisableScaleIn = true
	scale(stack, func(s *autoscaling.VariantScaling) { s.Policies = []autoscaling.TargetTrackingPolicy{policy} })
}

// Steps scales out by tracking and in by steps.
func Steps(stack awscdk.Stack) {
	variant := serve(stack, odds(stack)).Variant("main")
	metric, _ := autoscaling.VariantMetric("CPUUtilization", variant.ScalingVariant())
	out := autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200)
	out.DisableScaleIn = true
	zero := 0.0
	target := scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{
		Variant: variant,
		Model: autoscaling.ScalableTarget{
			ResourceID: variant.ScalingVariant().ResourceID(), Dimension: autoscaling.VariantInstanceCount,
			MinCapacity: 2, MaxCapacity: 12, Policies: []autoscaling.TargetTrackingPolicy{out},
			StepPolicies: []autoscaling.StepScalingPolicy{{
				Name: "quiet", AdjustmentType: autoscaling.ChangeInCapacity, Cooldown: 10 * time.Minute,
				Aggregation: autoscaling.AggregateAverage, Steps: []autoscaling.Step{{UpperBound: &zero, Adjustment: -1}},
				Alarm: autoscaling.Alarm{
					Description: "The instances have little to do", Metric: metric, Period: time.Minute,
					Comparison: autoscaling.Below, Threshold: 80, EvaluationPeriods: 10, MissingData: autoscaling.MissingIsIgnored,
				},
			}},
		},
	})
	lint.Acknowledge(target.Target, "step-scale-in", "tracking does not scale in, and its target is far above the alarm's")
}

// EmergencyStep adds instances at once where a surge outruns tracking.
func EmergencyStep(stack awscdk.Stack) {
	scale(stack, func(s *autoscaling.VariantScaling) { s.ConcurrencyPerInstance, s.Emergency = 8, true })
}

// Schedule raises the minimum on weekday evenings in London.
func Schedule(stack awscdk.Stack) {
	evening, night := 6, 2
	scale(stack, func(s *autoscaling.VariantScaling) {
		s.ScheduledActions = []autoscaling.ScheduledAction{
			{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &evening},
			{Name: "night", Schedule: "cron(0 23 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &night},
		}
	})
}

// Event has the instances for a final before it begins.
func Event(stack awscdk.Stack) {
	scale(stack, func(s *autoscaling.VariantScaling) {
		s.Events = []events.Event{{
			Name: "final", Starts: "2035-05-26T20:00", Ends: "2035-05-26T22:00", Timezone: "Europe/London",
			PeakRequestsPerSecond: 800,
		}}
	})
}

// ScaleBothVariants scales each variant by its own load test.
func ScaleBothVariants(stack awscdk.Stack) {
	model := odds(stack)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "both",
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge"}, {Name: "next", Model: model, InstanceType: "ml.c7i.xlarge"},
		},
	})
	for name, rate := range map[string]float64{"main": 100, "next": 130} {
		scaling.NewVariantScaling(stack, "Scaling-"+name, scaling.VariantScalingProps{
			Variant: endpoint.Variant(name),
			Scaling: autoscaling.VariantScaling{
				Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: rate, StartTime: 5 * time.Minute},
				Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
			},
		})
	}
}

// ScaleComponentToZero stops every copy, and wakes two at the first request.
func ScaleComponentToZero(stack awscdk.Stack) {
	shared := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "zero",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
		}},
	})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-zero", Endpoint: shared, Model: odds(stack), MinMemoryMB: 1024, Accelerators: 1,
	})
	scaling.NewComponentScaling(stack, "Scaling", scaling.ComponentScalingProps{
		InferenceComponent: component,
		Scaling: autoscaling.ComponentScaling{
			CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, StartTime: 5 * time.Minute},
			CopyScaling:  autoscaling.CopyScaling{MaxCapacity: 4, WakeUpCopies: 2},
		},
	})
}

// ScaleBacklog keeps five requests a queue's instance, and none while there are none.
func ScaleBacklog(stack awscdk.Stack) {
	queue := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "backlog",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers-eu-west-1/odds"},
	})
	scaling.NewAsynchronousScaling(stack, "Scaling", scaling.AsynchronousScalingProps{
		Variant: queue.Variant("main"),
		Scaling: autoscaling.AsynchronousScaling{
			Scaling: autoscaling.Scaling{MaxCapacity: 4, BacklogPerInstance: 5, WakeUpInstances: 1},
		},
	})
}

// ScaleProvisionedConcurrency keeps serverless copies warm as they are used.
func ScaleProvisionedConcurrency(stack awscdk.Stack) {
	model := inference.NewModel(stack, "Model", inference.ModelProps{
		AllowNetworkAccess: true, Containers: []inference.ContainerProps{{Image: image}},
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "warm",
		Variants: []inference.VariantProps{{
			Model:      model,
			Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 1},
		}},
	})
	scaling.NewProvisionedConcurrencyScaling(stack, "Scaling", scaling.ProvisionedConcurrencyScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.ProvisionedConcurrencyScaling{
			Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 20}, MaxConcurrency: 20,
		},
	})
}

// Suspended scales out, and not in while somebody measures.
func Suspended(stack awscdk.Stack) {
	target := scale(stack, func(s *autoscaling.VariantScaling) {
		s.SuspendedState = &autoscaling.SuspendedState{ScaleIn: true}
	})
	lint.Acknowledge(target.Target, "suspended-state", "the measurement ends before the season begins")
}

// ScaleImportedEndpoint scales an endpoint that exists already.
func ScaleImportedEndpoint(stack awscdk.Stack) {
	endpoint := inference.EndpointFromARN(stack, "Endpoint", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/existing")
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})
}

// ScaleAfterwards adds a policy and a schedule to scaling that was made before.
func ScaleAfterwards(stack awscdk.Stack) {
	target := scale(stack, func(*autoscaling.VariantScaling) {})
	six, two := 6, 2
	target.ScaleOnSchedule(autoscaling.ScheduledAction{
		Name: "evening", Schedule: "cron(0 18 ? * SAT *)", Timezone: "Europe/London", MinCapacity: &six,
	}, autoscaling.ScheduledAction{
		Name: "night", Schedule: "cron(0 23 ? * SAT *)", Timezone: "Europe/London", MinCapacity: &two,
	})
	target.ScaleToTrackMetric(autoscaling.Tracking("concurrent-requests",
		autoscaling.VariantConcurrentRequestsHighResolution, 6))
}

// MonitorImportedEndpoint gives an endpoint that exists already alarms and a dashboard.
func MonitorImportedEndpoint(stack awscdk.Stack) {
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
			EndpointName: "existing", Variants: map[string]string{"main": "ml.c6i.large"},
		}),
		Settings: watch.Settings{Emails: []string{"on-call@example.com"}, LogRetentionDays: 90},
	})
}

// ScaleByNames scales a variant and an inference component of which only the names are known.
func ScaleByNames(stack awscdk.Stack) {
	scaling.NewVariantScaling(stack, "Variant", scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{
			EndpointName: "scores", Name: "main", InstanceType: "ml.c6i.large",
		}),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})
	scaling.NewComponentScaling(stack, "Component", scaling.ComponentScalingProps{
		InferenceComponent: scaling.ExistingComponent("scores-component"),
		Scaling: autoscaling.ComponentScaling{
			CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, StartTime: 5 * time.Minute},
			CopyScaling:  autoscaling.CopyScaling{MinCapacity: 1, MaxCapacity: 4},
		},
	})
}

// AlarmOfStepPolicy has the alarm of a step policy without the policy: it tells people, and adds
// no instance.
func AlarmOfStepPolicy(stack awscdk.Stack) {
	variant := serve(stack, odds(stack)).Variant("main")
	scaling.NewAlarm(stack, "Busy", autoscaling.EmergencyPolicy(variant.ScalingVariant(), 8).Alarm)
}
