package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// TestPolicies deploys two variants of one endpoint with policies of every kind
// as the model renders them, and reads the same models back. The alarms are
// TestStepPolicies', and other dimensions TestEveryKind's.
func TestPolicies(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	local := shared(t)
	main := autoscaling.Variant{EndpointName: "odds", Name: "main"}
	next := autoscaling.Variant{EndpointName: "odds", Name: "next"}
	targets := []autoscaling.ScalableTarget{everyPolicy(main), everyPolicy(next)}
	targets[1].MinCapacity, targets[1].SuspendedState = 1, nil

	stacks := cloudformation.NewFromConfig(local.Config(region))
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String("policies"), TemplateBody: aws.String(endpointWith(t, targets)),
	}); err != nil {
		t.Fatal(err)
	}
	if err := cloudformation.NewStackCreateCompleteWaiter(stacks).Wait(ctx,
		&cloudformation.DescribeStacksInput{StackName: aws.String("policies")}, time.Minute); err != nil {
		t.Fatal(err)
	}
	client := applicationautoscaling.NewFromConfig(local.Config(region))
	for _, want := range targets {
		if diff := cmp.Diff(want, deployed(ctx, t, client, want)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", want.ResourceID, diff)
		}
	}
	t.Run("an environment file with two variants", func(t *testing.T) { variantsStand(ctx, t, local) })
	t.Run("an environment file with canaries", func(t *testing.T) { updatesStand(ctx, t, local) })
}

func everyPolicy(v autoscaling.Variant) autoscaling.ScalableTarget {
	cpu := autoscalingtest.VariantMetric("CPUUtilization", v)
	backlog := autoscaling.BacklogPolicy(v.EndpointName, 5)
	backlog.ScaleOutCooldown, backlog.DisableScaleIn = 0, true
	return autoscaling.ScalableTarget{
		ResourceID: v.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40,
		SuspendedState: &autoscaling.SuspendedState{ScaleIn: true},
		Policies: []autoscaling.TargetTrackingPolicy{
			autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200.5),
			autoscaling.ConcurrencyPolicy(6),
			backlog,
			autoscaling.Tracking("math", autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
				{ID: "cpu", Metric: &cpu}, {ID: "share", Expression: "FILL(cpu, 0) / 4", Label: "Share", ReturnData: true}}}, 60),
		},
		StepPolicies: []autoscaling.StepScalingPolicy{
			autoscaling.EmergencyPolicy(v, 8), autoscaling.OfferedLoadPolicy(v.EndpointName), autoscaling.AsynchronousWakeUpPolicy(v.EndpointName, 1),
		},
	}
}

// endpointWith is a template of the endpoint "odds" with what targets render,
// but for the alarms.
func endpointWith(t *testing.T, targets []autoscaling.ScalableTarget) string {
	t.Helper()
	type object = map[string]any
	ref := func(id string) any { return object{"Ref": id} }
	var variants []any
	for _, name := range []string{"main", "next"} {
		variants = append(variants, object{"VariantName": name, "ModelName": object{"Fn::GetAtt": []any{"Model", "ModelName"}},
			"InstanceType": "ml.c6i.large", "InitialInstanceCount": 2, "InitialVariantWeight": 1})
	}
	resources := object{
		"Model": object{"Type": "AWS::SageMaker::Model", "Properties": object{
			"ExecutionRoleArn": "arn:aws:iam::123456789012:role/model", "PrimaryContainer": object{"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/odds:1"}}},
		"Config": object{"Type": "AWS::SageMaker::EndpointConfig", "Properties": object{"ProductionVariants": variants}},
		"Endpoint": object{"Type": "AWS::SageMaker::Endpoint", "Properties": object{
			"EndpointName": "odds", "EndpointConfigName": object{"Fn::GetAtt": []any{"Config", "EndpointConfigName"}}}},
	}
	for i, target := range targets {
		id := fmt.Sprint("Target", i)
		resources[id] = object{"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target.CloudFormation(), "DependsOn": "Endpoint"}
		for n, p := range target.Policies {
			resources[fmt.Sprint(id, "Tracking", n)] = object{"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": p.CloudFormation(ref(id))}
		}
		for n, p := range target.StepPolicies {
			resources[fmt.Sprint(id, "Step", n)] = object{"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": p.CloudFormation(ref(id))}
		}
	}
	template, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return string(template)
}

// deployed is the target of want's resource ID as the SDK reads it, its
// policies in want's order, with want's alarms.
func deployed(ctx context.Context, t *testing.T, client *applicationautoscaling.Client, want autoscaling.ScalableTarget) autoscaling.ScalableTarget {
	t.Helper()
	registered, err := client.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceIds: []string{want.ResourceID}})
	if err != nil || len(registered.ScalableTargets) != 1 {
		t.Fatalf("got %v (%v), want one target", registered, err)
	}
	found := registered.ScalableTargets[0]
	got := autoscaling.ScalableTarget{
		ResourceID: *found.ResourceId, Dimension: autoscaling.Dimension(found.ScalableDimension),
		MinCapacity: int(*found.MinCapacity), MaxCapacity: int(*found.MaxCapacity),
	}
	if s := found.SuspendedState; s != nil && (*s.DynamicScalingInSuspended || *s.DynamicScalingOutSuspended || *s.ScheduledScalingSuspended) {
		got.SuspendedState = &autoscaling.SuspendedState{
			ScaleIn: *s.DynamicScalingInSuspended, ScaleOut: *s.DynamicScalingOutSuspended, Scheduled: *s.ScheduledScalingSuspended}
	}
	page, err := client.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: &want.ResourceID})
	if err != nil {
		t.Fatal(err)
	}
	standing := map[string]map[string]any{}
	for _, p := range page.ScalingPolicies {
		properties := map[string]any{"PolicyName": *p.PolicyName, "PolicyType": string(p.PolicyType)}
		if p.TargetTrackingScalingPolicyConfiguration != nil {
			properties["TargetTrackingScalingPolicyConfiguration"] = values(t, p.TargetTrackingScalingPolicyConfiguration)
		}
		if p.StepScalingPolicyConfiguration != nil {
			properties["StepScalingPolicyConfiguration"] = values(t, p.StepScalingPolicyConfiguration)
		}
		standing[*p.PolicyName] = properties
	}
	if n := len(want.Policies) + len(want.StepPolicies); len(standing) != n {
		t.Errorf("%d policies stand, want %d", len(standing), n)
	}
	for _, p := range want.Policies {
		read, err := autoscaling.ReadTargetTrackingPolicy(standing[p.Name])
		if err != nil {
			t.Fatal(err)
		}
		got.Policies = append(got.Policies, read)
	}
	for _, p := range want.StepPolicies {
		read, err := autoscaling.ReadStepScalingPolicy(standing[p.Name], values(t, p.Alarm.CloudFormation("policy")))
		if err != nil {
			t.Fatal(err)
		}
		got.StepPolicies = append(got.StepPolicies, read)
	}
	return got
}

// values is what the SDK has read, in the API's words, which are
// CloudFormation's, without what is not set.
func values(t *testing.T, read any) map[string]any {
	t.Helper()
	data, err := json.Marshal(read)
	var out map[string]any
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return set(out).(map[string]any)
}

func set(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if inner == nil || inner == "" {
				delete(v, key)
			} else {
				v[key] = set(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = set(v[i])
		}
	}
	return v
}
