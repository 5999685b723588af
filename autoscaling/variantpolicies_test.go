package autoscaling_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// TestVariantPolicies: what the figures call for stands before what is named.
func TestVariantPolicies(t *testing.T) {
	t.Parallel()
	cpu := autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", variant), 240)
	night := autoscaling.EmergencyPolicy(variant, 3)
	night.Name = "night"
	measured := autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, ConcurrencyPerInstance: 8}, Scaling: autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12}}
	with := func(change func(*autoscaling.VariantScaling)) autoscaling.VariantScaling {
		s := measured
		change(&s)
		return s
	}
	const invocations, concurrency, emergency, offered = "invocations-per-instance", "concurrent-requests-per-instance", "emergency", "offered-load"
	for _, test := range []struct {
		name     string
		scaling  autoscaling.VariantScaling
		policies []string
	}{
		{"figures alone", measured, []string{invocations, concurrency}},
		{"nothing but a rate", with(func(s *autoscaling.VariantScaling) { s.ConcurrencyPerInstance = 0 }), []string{invocations}},
		{"a gateway that sheds", with(func(s *autoscaling.VariantScaling) { s.OfferedLoad = ptr(true) }), []string{invocations, concurrency, offered}},
		{"everything", with(func(s *autoscaling.VariantScaling) {
			s.Emergency, s.OfferedLoad = true, ptr(true)
			s.Policies, s.StepPolicies = []autoscaling.TargetTrackingPolicy{cpu}, []autoscaling.StepScalingPolicy{night}
		}), []string{invocations, concurrency, "cpu", emergency, offered, "night"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if ps := test.scaling.Validate(variant); ps != nil {
				t.Fatal(ps)
			}
			target := test.scaling.Target(variant)
			var names []string
			for _, p := range target.Policies {
				names = append(names, p.CloudFormation("target")["PolicyName"].(string))
			}
			for _, p := range target.StepPolicies {
				names = append(names, p.CloudFormation("target")["PolicyName"].(string))
				want := map[string]autoscaling.StepScalingPolicy{
					emergency: autoscaling.EmergencyPolicy(variant, 8), offered: autoscaling.OfferedLoadPolicy(variant.EndpointName), "night": night,
				}[p.Name]
				if diff := cmp.Diff(want.Alarm.CloudFormation("policy"), p.Alarm.CloudFormation("policy")); diff != "" {
					t.Errorf("the alarm of %s (-want +got)\n%s", p.Name, diff)
				}
			}
			if diff := cmp.Diff(test.policies, names); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	suspended := with(func(s *autoscaling.VariantScaling) { s.SuspendedState = &autoscaling.SuspendedState{ScaleIn: true} })
	if got := suspended.Target(variant).CloudFormation()["SuspendedState"]; got == nil {
		t.Error("the suspended state is not written")
	}
}

// TestVariantPolicyProblems: problems are counted as the author of a
// VariantScaling counts.
func TestVariantPolicyProblems(t *testing.T) {
	t.Parallel()
	tracking := func(name string, target float64) autoscaling.TargetTrackingPolicy {
		return autoscaling.Tracking(name, autoscalingtest.VariantMetric("GPUUtilization", variant), target)
	}
	step := autoscaling.EmergencyPolicy(variant, 8)
	for _, test := range []struct {
		name   string
		change func(*autoscaling.VariantScaling)
		want   string
	}{
		{"emergency without a figure", func(s *autoscaling.VariantScaling) { s.Emergency = true },
			`Scaling.Emergency: got true: without a measured concurrency it is not known when an instance has too many requests; measure one instance under load, and give Capacity.ConcurrencyPerInstance`},
		{"a tracking policy with the name of one that is made", func(s *autoscaling.VariantScaling) {
			s.OfferedLoad, s.Policies = ptr(true), []autoscaling.TargetTrackingPolicy{tracking("gpu", 60), autoscaling.Tracking("offered-load", autoscalingtest.VariantMetric("CPUUtilization", variant), 1)}
		}, `Policies[1].Name: got "offered-load": the policy offered-load has the same name; give each policy a name of its own`},
		{"a step policy with the name of one that is made", func(s *autoscaling.VariantScaling) {
			s.ConcurrencyPerInstance, s.Emergency, s.StepPolicies = 8, true, []autoscaling.StepScalingPolicy{step}
		}, `StepPolicies[0].Name: got "emergency": the policy emergency has the same name; give each policy a name of its own`},
		{"a step policy with the name of a tracking policy", func(s *autoscaling.VariantScaling) {
			s.Policies, s.StepPolicies = []autoscaling.TargetTrackingPolicy{tracking("emergency", 60)}, []autoscaling.StepScalingPolicy{step}
		}, `StepPolicies[0].Name: got "emergency": Policies[0] has the same name; give each policy a name of its own`},
		{"a target of zero, twice the same metric", func(s *autoscaling.VariantScaling) {
			s.OfferedLoad, s.Policies = ptr(true), []autoscaling.TargetTrackingPolicy{tracking("gpu", 60), tracking("more", 0)}
		}, `Policies[1].TargetValue: got 0: a target is a number above 0; derive it from a load test` + "\n" +
			`Policies[1].Metric: got "/aws/sagemaker/Endpoints GPUUtilization": Policies[0] tracks the same metric, which AWS refuses; keep one of the two`},
		{"an alarm's period", func(s *autoscaling.VariantScaling) {
			wrong := step
			wrong.Alarm.Period = 15e9
			s.OfferedLoad, s.StepPolicies = ptr(true), []autoscaling.StepScalingPolicy{wrong}
		}, `StepPolicies[0].Alarm.Period: got 15s: a period is 10s, 30s or a whole number of minutes; use 1m, or 10s with a high-resolution metric`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100}, Scaling: autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12}}
			test.change(&s)
			if diff := cmp.Diff(test.want, s.Validate(variant).Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
