package deploy_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// kindsRegion is the region of template.NewStack.
const kindsRegion = "eu-west-1"

// TestEveryKind deploys one stack of our constructs with every kind of target
// and of policy, and reads each target back equal through the AWS SDK: bounds,
// policy types, metrics and their dimensions, targets, cooldowns, steps, alarms,
// schedules with their zones, and what is suspended.
func TestEveryKind(t *testing.T) {
	var targets []*scaling.ScalableTarget
	var written map[string]any
	t.Run("synthesized", func(t *testing.T) {
		// Not in parallel: it makes constructs.
		stack := template.NewStack(t)
		targets = everyKind(stack)
		awscdk.Tags_Of(stack).Add(aws.String("team"), aws.String("odds"), nil)
		written = resources(template.Of(t, stack))
	})
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if problems := serviceModels(t).checkTemplate(written); problems != nil {
		t.Errorf("AWS would refuse this:\n%s", strings.Join(problems, "\n"))
	}
	body, err := json.Marshal(map[string]any{"Resources": written})
	if err != nil {
		t.Fatal(err)
	}
	local := shared(t)
	config := local.Config(kindsRegion)
	stacks, name := cloudformation.NewFromConfig(config), aws.String("kinds")
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: name, TemplateBody: aws.String(string(body))}); err != nil {
		t.Fatal(err)
	}
	for _, s := range targets {
		want := s.Model
		want.Asynchronous = false // no property says it
		if diff := gocmp.Diff(inOrder(want), inOrder(standing(ctx, t, config, want))); diff != "" {
			t.Errorf("%s %s (-want +got)\n%s", want.ResourceID, want.Dimension, diff)
		}
	}
	hostingStands(ctx, t, config)
	alarmsAreTagged(ctx, t, config)

	if _, err := stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: name}); err != nil {
		t.Fatal(err)
	}
	if s, err := local.Snapshot(ctx, kindsRegion); err != nil || len(s.ScalableTargets)+len(s.ScalingPolicies)+len(s.ScheduledActions)+len(s.Alarms)+len(s.Endpoints) != 0 {
		t.Errorf("got %+v, %v, want nothing left", s, err)
	}
	if err := local.Err(); err != nil {
		t.Error(err)
	}
}

// resources are those of a template, as CloudFormation has them.
func resources(from template.Template) map[string]any {
	out := map[string]any{}
	for id, r := range from.Resources {
		resource := map[string]any{"Type": r.Type, "Properties": r.Properties}
		if r.DependsOn != nil {
			resource["DependsOn"] = r.DependsOn
		}
		out[id] = resource
	}
	return out
}

// everyKind makes a variant with policies of every kind, another with those
// that a load test gives, an inference component, an asynchronous endpoint and
// provisioned concurrency.
func everyKind(stack awscdk.Stack) []*scaling.ScalableTarget {
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1"}}, AllowNetworkAccess: true})
	odds := inference.NewEndpoint(stack, "Odds", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2},
			{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge", InitialInstanceCount: 1},
		},
	})
	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared",
		Variants:     []inference.VariantProps{{InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4, Consolidate: true}}},
	})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-a", Endpoint: shared, Model: model, MinMemoryMB: 1024, Accelerators: 1, InitialCopyCount: 2,
		ModelDataDownloadTimeout: 10 * time.Minute, ContainerStartupHealthCheckTimeout: 10 * time.Minute, CacheData: true,
		RollingUpdate: &inference.RollingUpdateProps{BatchPercent: 25, WaitInterval: time.Minute, Timeout: time.Hour, RollbackAlarms: []string{"errors"}},
	})
	queue := inference.NewEndpoint(stack, "Queue", inference.EndpointProps{
		EndpointName: "queue", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers/odds", MaxConcurrentInvocationsPerInstance: 4},
	})
	serverless := inference.NewEndpoint(stack, "Serverless", inference.EndpointProps{
		EndpointName: "serverless",
		Variants:     []inference.VariantProps{{Model: model, Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 1}}},
	})

	main := odds.Variant("main").ScalingVariant()
	everything := everyPolicy(main)
	everything.Policies = append(everything.Policies,
		autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", main), 240), autoscaling.Tracking("memory", autoscalingtest.VariantMetric("MemoryUtilization", main), 80),
		autoscaling.Tracking("gpu", autoscalingtest.VariantMetric("GPUUtilization", main), 70), autoscaling.Tracking("gpu-memory", autoscalingtest.VariantMetric("GPUMemoryUtilization", main), 80))
	everything.ScheduledActions = []autoscaling.ScheduledAction{
		{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: aws.Int(4)},
		{Name: "final", Schedule: "at(2027-05-29T18:00:00)", Timezone: "America/New_York", MinCapacity: aws.Int(10)},
		{Name: "hourly", Schedule: "rate(1 hour)", Timezone: "UTC", MinCapacity: aws.Int(2), MaxCapacity: aws.Int(40)},
	}
	night := []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 1 ? * * *)", Timezone: "Asia/Seoul", MinCapacity: aws.Int(0)}}
	event := events.Event{
		Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 80}
	return []*scaling.ScalableTarget{
		scaling.NewScalableTarget(stack, "MainScaling", scaling.ScalableTargetProps{Model: everything, Variant: odds.Variant("main")}),
		scaling.NewVariantScaling(stack, "NextScaling", scaling.VariantScalingProps{
			Variant: odds.Variant("next"),
			Scaling: autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, ConcurrencyPerInstance: 8}, Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 8}},
		}),
		scaling.NewComponentScaling(stack, "ComponentScaling", scaling.ComponentScalingProps{
			InferenceComponent: component,
			Scaling:            autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, ConcurrencyPerCopy: 6}, CopyScaling: autoscaling.CopyScaling{MaxCapacity: 8, WakeUpCopies: 2}, Events: []events.Event{event}},
		}),
		scaling.NewAsynchronousScaling(stack, "QueueScaling", scaling.AsynchronousScalingProps{
			Variant: queue.Variant("main"),
			Scaling: autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 4, BacklogPerInstance: 5}, ScheduledActions: night},
		}),
		scaling.NewProvisionedConcurrencyScaling(stack, "ServerlessScaling", scaling.ProvisionedConcurrencyScalingProps{
			Variant: serverless.Variant("main"),
			Scaling: autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 20}, MaxConcurrency: 20},
		}),
	}
}

// standing is the target of want's resource and dimension, with its policies,
// their alarms and its scheduled actions, as the SDK reads them.
func standing(ctx context.Context, t *testing.T, config aws.Config, want autoscaling.ScalableTarget) autoscaling.ScalableTarget {
	t.Helper()
	client := applicationautoscaling.NewFromConfig(config)
	namespace, dimension := types.ServiceNamespaceSagemaker, types.ScalableDimension(want.Dimension)
	registered, err := client.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceIds: []string{want.ResourceID}})
	if err != nil || len(registered.ScalableTargets) != 1 {
		t.Fatalf("got %v (%v), want one target", registered, err)
	}
	properties := only(values(t, registered.ScalableTargets[0]), "ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "RoleARN")
	if s := registered.ScalableTargets[0].SuspendedState; s != nil && (*s.DynamicScalingInSuspended || *s.DynamicScalingOutSuspended || *s.ScheduledScalingSuspended) {
		properties["SuspendedState"] = values(t, s)
	}
	actions, err := client.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: &want.ResourceID})
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	for _, a := range actions.ScheduledActions {
		list = append(list, any(only(values(t, a), "ScheduledActionName", "Schedule", "Timezone", "ScalableTargetAction")))
	}
	if list != nil {
		properties["ScheduledActions"] = list
	}
	got, err := autoscaling.ReadScalableTarget(properties)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := client.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: &want.ResourceID})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range policies.ScalingPolicies {
		properties := only(values(t, p), "PolicyName", "PolicyType", "TargetTrackingScalingPolicyConfiguration", "StepScalingPolicyConfiguration")
		if p.PolicyType == types.PolicyTypeStepScaling {
			read, err := autoscaling.ReadStepScalingPolicy(properties, alarmOf(ctx, t, config, *p.PolicyARN))
			if err != nil {
				t.Fatal(err)
			}
			got.StepPolicies = append(got.StepPolicies, read)
			continue
		}
		read, err := autoscaling.ReadTargetTrackingPolicy(properties)
		if err != nil {
			t.Fatal(err)
		}
		got.Policies = append(got.Policies, read)
	}
	return got
}

// alarmOf is the properties of the one alarm that sets off a policy.
func alarmOf(ctx context.Context, t *testing.T, config aws.Config, policyARN string) map[string]any {
	t.Helper()
	alarms, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmTypes: []cloudwatchtypes.AlarmType{cloudwatchtypes.AlarmTypeMetricAlarm}})
	if err != nil {
		t.Fatal(err)
	}
	var found map[string]any
	for _, a := range alarms.MetricAlarms {
		if !slices.Equal(a.AlarmActions, []string{policyARN}) {
			continue
		}
		if found != nil {
			t.Fatalf("two alarms set off %s", policyARN)
		}
		found = values(t, a)
		for key, value := range found {
			if list, ok := value.([]any); slices.Contains(readOnly, key) || ok && len(list) == 0 {
				delete(found, key)
			}
		}
	}
	if found == nil {
		t.Fatalf("no alarm sets off %s", policyARN)
	}
	return found
}

// alarmsAreTagged reads the stack's tag back from every alarm.
func alarmsAreTagged(ctx context.Context, t *testing.T, config aws.Config) {
	t.Helper()
	client := cloudwatch.NewFromConfig(config)
	alarms, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(alarms.MetricAlarms) == 0 {
		t.Fatalf("got %d alarms, %v", len(alarms.MetricAlarms), err)
	}
	for _, a := range alarms.MetricAlarms {
		got, err := client.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: a.AlarmArn})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Tags) != 1 || *got.Tags[0].Key != "team" || *got.Tags[0].Value != "odds" {
			t.Errorf("%s has the tags %v, want the stack's", *a.AlarmName, values(t, got)["Tags"])
		}
	}
}

// only is the properties of these names that there are.
func only(properties map[string]any, names ...string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if value, ok := properties[name]; ok {
			out[name] = value
		}
	}
	return out
}

// inOrder is t with its lists by name.
func inOrder(t autoscaling.ScalableTarget) autoscaling.ScalableTarget {
	t.Policies, t.StepPolicies, t.ScheduledActions = slices.Clone(t.Policies), slices.Clone(t.StepPolicies), slices.Clone(t.ScheduledActions)
	slices.SortFunc(t.Policies, func(a, b autoscaling.TargetTrackingPolicy) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(t.StepPolicies, func(a, b autoscaling.StepScalingPolicy) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(t.ScheduledActions, func(a, b autoscaling.ScheduledAction) int { return strings.Compare(a.Name, b.Name) })
	return t
}

// hostingStands reads back what is scaled.
func hostingStands(ctx context.Context, t *testing.T, config aws.Config) {
	t.Helper()
	client := sagemaker.NewFromConfig(config)
	component, err := client.DescribeInferenceComponent(ctx, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: aws.String("odds-a")})
	if err != nil {
		t.Fatal(err)
	}
	if *component.EndpointName != "shared" || *component.VariantName != "main" || *component.RuntimeConfig.DesiredCopyCount != 2 ||
		*component.Specification.ComputeResourceRequirements.MinMemoryRequiredInMb != 1024 {
		t.Errorf("got %s on %s/%s with %d copies", *component.InferenceComponentName, *component.EndpointName, *component.VariantName, *component.RuntimeConfig.DesiredCopyCount)
	}
	configOf := func(endpoint string) *sagemaker.DescribeEndpointConfigOutput {
		e, err := client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &endpoint})
		if err != nil {
			t.Fatal(err)
		}
		c, err := client.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: e.EndpointConfigName})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	shared := configOf("shared")
	if v := shared.ProductionVariants[0]; v.ModelName != nil || *v.ManagedInstanceScaling.MinInstanceCount != 0 || *v.ManagedInstanceScaling.MaxInstanceCount != 4 || shared.ExecutionRoleArn == nil {
		t.Errorf("got %+v as %v, want no model, 0 to 4 instances and a role", v, shared.ExecutionRoleArn)
	}
	if a := configOf("queue").AsyncInferenceConfig; a == nil || *a.OutputConfig.S3OutputPath != "s3://answers/odds" || *a.ClientConfig.MaxConcurrentInvocationsPerInstance != 4 {
		t.Errorf("got %+v, want answers in S3", a)
	}
	if s := configOf("serverless").ProductionVariants[0].ServerlessConfig; s == nil || *s.MemorySizeInMB != 2048 || *s.MaxConcurrency != 20 || *s.ProvisionedConcurrency != 1 {
		t.Errorf("got %+v, want 2048 MB and 20 requests at a time, 1 of them provisioned", s)
	}
}
