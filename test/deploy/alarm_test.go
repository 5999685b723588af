package deploy_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// stepsRegion is where nothing else is deployed.
const stepsRegion = "us-west-2"

// TestStepPolicies deploys step policies with their alarms, on a metric and on
// metric math, and reads the same models back from the policies and the alarms
// that set them off.
func TestStepPolicies(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	local := shared(t)
	variant := autoscaling.Variant{EndpointName: "odds", Name: "main"}
	target := autoscaling.ScalableTarget{
		ResourceID: variant.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40,
		StepPolicies: []autoscaling.StepScalingPolicy{
			autoscaling.EmergencyPolicy(variant, 8.5), autoscaling.OfferedLoadPolicy("odds"), autoscaling.AsynchronousWakeUpPolicy("odds", 1),
		},
	}
	stacks := cloudformation.NewFromConfig(local.Config(stepsRegion))
	name := aws.String("steps")
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: name, TemplateBody: aws.String(withAlarms(t, target))}); err != nil {
		t.Fatal(err)
	}
	readsBack(ctx, t, local.Config(stepsRegion), target)

	for i := range target.StepPolicies {
		target.StepPolicies[i].Alarm.Threshold++
		target.StepPolicies[i].Alarm.EvaluationPeriods++
	}
	if _, err := stacks.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: name, TemplateBody: aws.String(withAlarms(t, target))}); err != nil {
		t.Fatal(err)
	}
	readsBack(ctx, t, local.Config(stepsRegion), target)

	if _, err := stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: name}); err != nil {
		t.Fatal(err)
	}
	if s, err := local.Snapshot(ctx, stepsRegion); err != nil || len(s.Alarms)+len(s.ScalingPolicies) != 0 {
		t.Errorf("got %+v and %+v, %v, want nothing left", s.Alarms, s.ScalingPolicies, err)
	}
	if err := local.Err(); err != nil {
		t.Error(err)
	}
}

// withAlarms is a template of the endpoint "odds" with the target, its step
// policies and their alarms.
func withAlarms(t *testing.T, target autoscaling.ScalableTarget) string {
	t.Helper()
	var template struct{ Resources map[string]any }
	if err := json.Unmarshal([]byte(endpointWith(t, []autoscaling.ScalableTarget{target})), &template); err != nil {
		t.Fatal(err)
	}
	for i, p := range target.StepPolicies {
		policy := fmt.Sprint("Target0Step", i)
		if template.Resources[policy] == nil {
			t.Fatalf("the template has no %s", policy)
		}
		template.Resources[policy+"Alarm"] = map[string]any{
			"Type": "AWS::CloudWatch::Alarm", "Properties": p.Alarm.CloudFormation(map[string]any{"Ref": policy})}
	}
	data, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// readsBack holds each policy of want, and the one alarm whose action it is,
// against the model.
func readsBack(ctx context.Context, t *testing.T, config aws.Config, want autoscaling.ScalableTarget) {
	t.Helper()
	policies, err := applicationautoscaling.NewFromConfig(config).DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: &want.ResourceID})
	if err != nil {
		t.Fatal(err)
	}
	alarms, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(want.StepPolicies); len(policies.ScalingPolicies) != n || len(alarms.MetricAlarms) != n {
		t.Fatalf("got %d policies and %d alarms, want %d of each", len(policies.ScalingPolicies), len(alarms.MetricAlarms), n)
	}
	var got []autoscaling.StepScalingPolicy
	for _, p := range policies.ScalingPolicies {
		i := slices.IndexFunc(alarms.MetricAlarms, func(a cloudwatchtypes.MetricAlarm) bool { return slices.Equal(a.AlarmActions, []string{*p.PolicyARN}) })
		if i < 0 {
			t.Fatalf("no alarm sets off %s", *p.PolicyARN)
		}
		alarm := values(t, alarms.MetricAlarms[i])
		for key, value := range alarm {
			if list, ok := value.([]any); slices.Contains(readOnly, key) || ok && len(list) == 0 {
				delete(alarm, key)
			}
		}
		read, err := autoscaling.ReadStepScalingPolicy(map[string]any{
			"PolicyName": *p.PolicyName, "PolicyType": string(p.PolicyType),
			"StepScalingPolicyConfiguration": values(t, p.StepScalingPolicyConfiguration),
		}, alarm)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, read)
	}
	byName := func(a, b autoscaling.StepScalingPolicy) int { return cmp.Compare(a.Name, b.Name) }
	wanted := slices.Clone(want.StepPolicies)
	slices.SortFunc(got, byName)
	slices.SortFunc(wanted, byName)
	if diff := gocmp.Diff(wanted, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// readOnly is what DescribeAlarms says of an alarm besides its properties.
var readOnly = []string{
	"ActionsEnabled", "AlarmArn", "AlarmConfigurationUpdatedTimestamp", "AlarmName", "StateReason", "StateReasonData",
	"StateTransitionedTimestamp", "StateUpdatedTimestamp", "StateValue", "InsufficientDataActions", "OKActions",
}
