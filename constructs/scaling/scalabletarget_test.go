package scaling_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const alarmType = "AWS::CloudWatch::Alarm"

var odds = autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}

// TestEveryKind writes targets of all dimensions with policies of all kinds.
func TestEveryKind(t *testing.T) {
	pool := autoscalingtest.VariantMetric("GPUUtilization", odds)
	models := map[string]autoscaling.ScalableTarget{
		"Variant": {
			ResourceID: odds.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40,
			Policies: []autoscaling.TargetTrackingPolicy{
				autoscaling.ConcurrencyPolicy(6), autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", odds), 240),
				autoscaling.Tracking("math", autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
					{ID: "gpu", Metric: &pool}, {ID: "half", Expression: "FILL(gpu, 0) / 2", ReturnData: true}}}, 35),
			},
			StepPolicies:   []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(odds, 8), autoscaling.OfferedLoadPolicy("odds")},
			SuspendedState: &autoscaling.SuspendedState{ScaleIn: true},
		},
		"Component": {
			ResourceID: autoscaling.InferenceComponentResourceID("odds-a"), Dimension: autoscaling.InferenceComponentCopyCount, MaxCapacity: 8,
			Policies:     []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations", autoscaling.ComponentInvocationsPerCopy, 600)},
			StepPolicies: []autoscaling.StepScalingPolicy{autoscaling.WakeUpPolicy("odds-a", 2)},
		},
		"Asynchronous": {
			ResourceID: "endpoint/queue/variant/main", Dimension: autoscaling.VariantInstanceCount, MaxCapacity: 4, Asynchronous: true,
			Policies:     []autoscaling.TargetTrackingPolicy{autoscaling.BacklogPolicy("queue", 5)},
			StepPolicies: []autoscaling.StepScalingPolicy{autoscaling.AsynchronousWakeUpPolicy("queue", 1)},
		},
		"Serverless": {
			ResourceID: "endpoint/serverless/variant/main", Dimension: autoscaling.VariantProvisionedConcurrency, MinCapacity: 1, MaxCapacity: 20,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("utilization", autoscaling.VariantProvisionedConcurrencyUtilization, 0.7)},
		},
		"Gateway": {ResourceID: "service/gateway/gateway", Dimension: "ecs:service:DesiredCount", MinCapacity: 2, MaxCapacity: 10},
	}
	stack := template.NewStack(t)
	made := map[string]*scaling.ScalableTarget{}
	for _, id := range slices.Sorted(maps.Keys(models)) {
		made[id] = scaling.NewScalableTarget(stack, id, scaling.ScalableTargetProps{Model: models[id]})
	}
	got := template.Of(t, stack)

	written := 0
	holds := func(r awscdk.CfnResource, kind string, want map[string]any) {
		t.Helper()
		written++
		resource := got.Resources[*stack.GetLogicalId(r)]
		if diff := cmp.Diff(roundTrip(t, want), resource.Properties); diff != "" || resource.Type != kind {
			t.Errorf("%s (-want +got)\n%s", resource.Type, diff)
		}
	}
	ref := func(r awscdk.CfnResource) any { return map[string]any{"Ref": *stack.GetLogicalId(r)} }
	for id, model := range models {
		s := made[id]
		if strings.HasPrefix(string(model.Dimension), "sagemaker:") {
			model.RoleARN = "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
		}
		if diff := cmp.Diff(model, s.Model); diff != "" {
			t.Errorf("%s (-want +got)\n%s", id, diff)
		}
		holds(s.Target, targetType, model.CloudFormation())
		for i, p := range model.Policies {
			holds(s.Policies[i], policyType, p.CloudFormation(ref(s.Target)))
		}
		for i, p := range model.StepPolicies {
			holds(s.StepPolicies[i], policyType, p.CloudFormation(ref(s.Target)))
			holds(s.Alarms[i], alarmType, p.Alarm.CloudFormation(ref(s.StepPolicies[i])))
		}
	}
	if written != len(got.Resources) {
		t.Errorf("the template has %d resources, the models %d", len(got.Resources), written)
	}
}

// TestVariantScalingWithMore: two variants of one endpoint, each with several
// policies of its own.
func TestVariantScalingWithMore(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1"}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{
			{Name: "main", Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2},
			{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge", InitialInstanceCount: 2},
		},
	})
	for _, name := range []string{"main", "next"} {
		variant := endpoint.Variant(name)
		more := everything()
		more.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.ConcurrencyPolicy(6)}
		more.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(variant.ScalingVariant(), 8)}
		s := scaling.NewVariantScaling(stack, name, scaling.VariantScalingProps{Variant: variant, Scaling: more})
		var names []string
		for _, p := range s.Model.Policies {
			names = append(names, p.Name)
		}
		if want := []string{autoscaling.InvocationsPolicyName, autoscaling.ConcurrencyPolicyName}; !slices.Equal(names, want) || len(s.Policies) != 2 {
			t.Errorf("%s has the policies %q in %d resources, want %q", name, names, len(s.Policies), want)
		}
	}
	got := template.Of(t, stack)
	watched := map[string]bool{}
	for _, alarm := range got.All(alarmType) {
		for _, d := range alarm.Properties["Dimensions"].([]any) {
			if d := d.(map[string]any); d["Name"] == "VariantName" {
				watched[d["Value"].(string)] = true
			}
		}
	}
	if !watched["main"] || !watched["next"] {
		t.Errorf("alarms watch %v, want both variants", watched)
	}
	for _, target := range got.All(targetType) {
		if !slices.Contains(target.DependsOn, got.ID(t, "AWS::SageMaker::Endpoint")) {
			t.Errorf("%v depends on %v, not on the endpoint", target.Properties["ResourceId"], target.DependsOn)
		}
	}
}

// TestPoliciesNamedAsTheTarget: no name of a policy is taken by the scalable
// target's construct, or by another policy's.
func TestPoliciesNamedAsTheTarget(t *testing.T) {
	stack := template.NewStack(t)
	model := everything().Target(odds)
	first, second := autoscaling.EmergencyPolicy(odds, 8), autoscaling.EmergencyPolicy(odds, 16)
	first.Name, second.Name = "Target", "Target_"
	model.StepPolicies = []autoscaling.StepScalingPolicy{first, second}
	made := scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: model, Variant: scaling.ExistingVariant(odds)})
	var ids []string
	for _, p := range made.StepPolicies {
		ids = append(ids, *p.Node().Id())
	}
	if diff := cmp.Diff([]string{"Target_", "Target__"}, ids); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestScalableTargetProblems(t *testing.T) {
	t.Parallel()
	model := func(change func(*autoscaling.ScalableTarget)) scaling.ScalableTargetProps {
		m := everything().Target(odds)
		change(&m)
		return scaling.ScalableTargetProps{Model: m, Variant: scaling.ExistingVariant(odds)}
	}
	burstable := model(func(*autoscaling.ScalableTarget) {})
	burstable.Variant = scaling.ExistingVariant(autoscaling.Variant{
		EndpointName: "odds", Name: "main", InstanceType: "ml.t3.large", InitialInstanceCount: 2,
	})
	variant := func(policies []autoscaling.TargetTrackingPolicy, steps ...autoscaling.StepScalingPolicy) scaling.VariantScalingProps {
		more := everything()
		more.Policies, more.StepPolicies = policies, steps
		return scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: more}
	}
	concurrency := autoscaling.ConcurrencyPolicy
	for _, test := range []struct {
		name  string
		props interface{ Validate() error }
		want  string
	}{
		{"nothing wrong", model(func(*autoscaling.ScalableTarget) {}), ""},
		{"the model", model(func(m *autoscaling.ScalableTarget) { m.MinCapacity = 0; m.ScheduledActions = nil }),
			`Model.MinCapacity: got 0: a real-time variant keeps at least 1 instance, only asynchronous endpoints and inference components scale to zero; set it to 1 or more; 2 or more survive the loss of an instance`},
		{"a burstable variant", burstable,
			`Variant.InstanceType: got "ml.t3.large": a burstable instance type cannot be scaled automatically, AWS refuses to register it; use a type of fixed performance, such as "ml.c6i.large"`},
		{"another variant", model(func(m *autoscaling.ScalableTarget) { m.ResourceID = "endpoint/odds/variant/next" }),
			`Variant: got "endpoint/odds/variant/main": the model scales endpoint/odds/variant/next; give the variant of the model`},
		{"the policy on invocations again", variant([]autoscaling.TargetTrackingPolicy{
			concurrency(6), autoscaling.Tracking("more", autoscaling.VariantInvocationsPerInstance, 1), concurrency(0)}),
			`Policies[1].Metric: got "SageMakerVariantInvocationsPerInstance": the policy invocations-per-instance tracks the same metric, which AWS refuses; keep one of the two` + "\n" +
				`Policies[2].TargetValue: got 0: a target is a number above 0; derive it from a load test` + "\n" +
				`Policies[2].Name: got "concurrent-requests-per-instance": Policies[0] has the same name; give each policy a name of its own` + "\n" +
				`Policies[2].Metric: got "SageMakerVariantConcurrentRequestsPerModelHighResolution": Policies[0] tracks the same metric, which AWS refuses; keep one of the two`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := test.props.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
