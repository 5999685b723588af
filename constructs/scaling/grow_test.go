package scaling_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestMethodsAddWhatPropertiesSay: the template is the same, whether scaling is complete in
// its properties or gets a part of it by methods, in whatever order.
func TestMethodsAddWhatPropertiesSay(t *testing.T) {
	var (
		final = events.Event{
			Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00",
			PeakRequestsPerSecond: 600,
		}
		cpu   = autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", odds), 240)
		steps = autoscaling.EmergencyPolicy(odds, 8)
		wider = autoscaling.ScheduledAction{
			Name: "wider", Schedule: "cron(0 18 ? * SAT *)", MaxCapacity: ptr(20),
		}
		narrower = autoscaling.ScheduledAction{
			Name: "narrower", Schedule: "cron(0 2 ? * SUN *)", MaxCapacity: ptr(8), AllowLowerMax: true,
		}
		night = autoscaling.ScheduledAction{
			Name: "night", Schedule: "cron(0 1 ? * * *)", Timezone: "Asia/Seoul", MinCapacity: ptr(0),
		}
	)
	variant := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
	}
	wholeVariant := variant
	wholeVariant.Events = []events.Event{final}
	wholeVariant.Policies = []autoscaling.TargetTrackingPolicy{cpu}
	wholeVariant.StepPolicies = []autoscaling.StepScalingPolicy{steps}
	wholeVariant.ScheduledActions = []autoscaling.ScheduledAction{wider, narrower}
	queue := autoscaling.AsynchronousScaling{
		Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 4, BacklogPerInstance: 5},
	}
	wholeQueue := queue
	wholeQueue.ScheduledActions = []autoscaling.ScheduledAction{night}
	copies := autoscaling.ComponentScaling{
		CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20},
		CopyScaling:  autoscaling.CopyScaling{MinCapacity: 1, MaxCapacity: 40},
	}
	wholeCopies := copies
	wholeCopies.ScheduledActions = []autoscaling.ScheduledAction{night}
	model := variant.Target(odds)
	wholeModel := wholeVariant.Target(odds)
	wholeModel.ScheduledActions = []autoscaling.ScheduledAction{wider}
	facts := autoscaling.Facts{Production: true}

	scale := func(stack awscdk.Stack, v autoscaling.VariantScaling) *scaling.ScalableTarget {
		return scaling.NewVariantScaling(stack, "Scaling",
			scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: v, Facts: facts})
	}
	scaleQueue := func(stack awscdk.Stack, q autoscaling.AsynchronousScaling) *scaling.ScalableTarget {
		return scaling.NewAsynchronousScaling(stack, "Scaling",
			scaling.AsynchronousScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: q})
	}
	scaleCopies := func(stack awscdk.Stack, c autoscaling.ComponentScaling) *scaling.ScalableTarget {
		return scaling.NewComponentScaling(stack, "Scaling",
			scaling.ComponentScalingProps{InferenceComponent: scaling.ExistingComponent("odds-a"), Scaling: c})
	}
	for name, test := range map[string]struct {
		methods func(awscdk.Stack) *scaling.ScalableTarget
		props   func(awscdk.Stack) *scaling.ScalableTarget
	}{
		"a variant": {
			func(stack awscdk.Stack) *scaling.ScalableTarget {
				s := scale(stack, variant)
				s.ScaleOnMetric(steps)
				s.ScaleOnEvents(final)
				s.ScaleOnSchedule(wider)
				s.ScaleToTrackMetric(cpu)
				s.ScaleOnSchedule(narrower)
				return s
			},
			func(stack awscdk.Stack) *scaling.ScalableTarget { return scale(stack, wholeVariant) },
		},
		"a queue that learns to sleep gets its way out of zero": {
			func(stack awscdk.Stack) *scaling.ScalableTarget {
				s := scaleQueue(stack, queue)
				s.ScaleOnSchedule(night)
				return s
			},
			func(stack awscdk.Stack) *scaling.ScalableTarget { return scaleQueue(stack, wholeQueue) },
		},
		"copies that learn to sleep": {
			func(stack awscdk.Stack) *scaling.ScalableTarget {
				s := scaleCopies(stack, copies)
				s.ScaleOnSchedule(night)
				return s
			},
			func(stack awscdk.Stack) *scaling.ScalableTarget { return scaleCopies(stack, wholeCopies) },
		},
		"a complete model": {
			func(stack awscdk.Stack) *scaling.ScalableTarget {
				s := scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: model})
				s.ScaleToTrackMetric(cpu)
				s.ScaleOnMetric(steps)
				s.ScaleOnSchedule(wider)
				return s
			},
			func(stack awscdk.Stack) *scaling.ScalableTarget {
				return scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: wholeModel})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			grownStack, wholeStack := template.NewStack(t), template.NewStack(t)
			grown, whole := test.methods(grownStack), test.props(wholeStack)
			if diff := cmp.Diff(template.Of(t, wholeStack), template.Of(t, grownStack)); diff != "" {
				t.Errorf("(-props +methods)\n%s", diff)
			}
			if diff := cmp.Diff(metadata(t, wholeStack), metadata(t, grownStack)); diff != "" {
				t.Errorf("metadata (-props +methods)\n%s", diff)
			}
			if diff := cmp.Diff(whole.Model, grown.Model); diff != "" {
				t.Errorf("the model (-props +methods)\n%s", diff)
			}
			if len(grown.Policies) != len(whole.Model.Policies) || len(grown.StepPolicies) != len(whole.Model.StepPolicies) ||
				len(grown.Alarms) != len(whole.Model.StepPolicies) {
				t.Errorf("got %d, %d and %d resources", len(grown.Policies), len(grown.StepPolicies), len(grown.Alarms))
			}
		})
	}
}

// TestAMethodRefusesWhatTheWholeCannotHave: the problem is named as the properties name it.
func TestAMethodRefusesWhatTheWholeCannotHave(t *testing.T) {
	stack := template.NewStack(t)
	s := scaling.NewVariantScaling(stack, "Scaling",
		scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: everything()})
	queue := scaling.NewAsynchronousScaling(stack, "Queue", scaling.AsynchronousScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: "queue", Name: "main"}),
		Scaling: autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MaxCapacity: 4, BacklogPerInstance: 5}},
	})
	again := autoscaling.ScheduledAction{Name: "evening", Schedule: "cron(0 20 ? * * *)", MinCapacity: ptr(3)}
	twice := autoscaling.Tracking("twice", autoscaling.VariantInvocationsPerInstance, 60)
	for name, test := range map[string]struct {
		of     string
		method func()
		want   string
	}{
		"an action of the same name": {"test/Scaling", func() { s.ScaleOnSchedule(again) },
			`ScheduledActions[3].Name: got "evening": ScheduledActions[0] has the same name, and names are unique within a ` +
				`target; rename one of the two`},
		"the same metric again": {"test/Scaling", func() { s.ScaleToTrackMetric(twice) },
			`Policies[0].Metric: got "SageMakerVariantInvocationsPerInstance": the policy invocations-per-instance tracks the ` +
				`same metric, which AWS refuses; keep one of the two`},
		"a policy that has no name, beside one from figures": {
			"test/Queue",
			func() {
				queue.ScaleToTrackMetric(autoscaling.Tracking("", autoscaling.VariantInvocationsPerInstance, 60))
			},
			`Policies[0].Name: `},
		"an event without a calendar": {"test/Queue", func() { queue.ScaleOnEvents(events.Event{Name: "final"}) },
			`Events: got 1: this scaling has no events; raise the minimum by scheduled actions`},
	} {
		got := template.Problems(t, test.of, test.method)
		if strings.HasSuffix(test.want, ": ") {
			got = got[:min(len(got), len(test.want))]
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	queue.ScaleOnMetric(autoscaling.EmergencyPolicy(autoscaling.Variant{EndpointName: "queue", Name: "main"}, 8))
	path := *queue.Target.Node().Path()
	for of, want := range map[string]string{
		"Target.StepPolicies[1].Cooldown": "StepPolicies[0].Cooldown", "Target.StepPolicies[0].Cooldown": "Scaling.WakeUpInstances",
	} {
		if got := scaling.Address(path, of); got != want {
			t.Errorf("%s is said to be at %s, want %s", of, got, want)
		}
	}
}

// TestARefusedMethodLeavesNothing behind.
func TestARefusedMethodLeavesNothing(t *testing.T) {
	stack := template.NewStack(t)
	s := scaling.NewVariantScaling(stack, "Scaling",
		scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: everything()})
	before := template.Of(t, stack)
	template.Panics(t, func() {
		s.ScaleToTrackMetric(autoscaling.Tracking("twice", autoscaling.VariantInvocationsPerInstance, 60))
	})
	if diff := cmp.Diff(before, template.Of(t, stack)); diff != "" {
		t.Errorf("a method that was refused has left something (-before +after)\n%s", diff)
	}
}
