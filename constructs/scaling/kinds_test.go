package scaling_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestKinds scales what is not a real-time variant, made with the inference
// package: each target is the model's own rendering, and depends on what scales.
func TestKinds(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1"}}, AllowNetworkAccess: true})
	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared",
		Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}},
	})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-a", Endpoint: shared, Model: model, MinMemoryMB: 1024,
	})
	queue := inference.NewEndpoint(stack, "Queue", inference.EndpointProps{
		EndpointName: "queue", Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers"},
		Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	serverless := inference.NewEndpoint(stack, "Serverless", inference.EndpointProps{
		EndpointName: "serverless",
		Variants:     []inference.VariantProps{{Model: model, Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 20}}},
	})
	made := map[string]*scaling.ScalableTarget{
		"AWS::SageMaker::InferenceComponent Component": scaling.NewComponentScaling(stack, "ComponentScaling", scaling.ComponentScalingProps{
			InferenceComponent: component,
			Scaling:            autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{ConcurrencyPerCopy: 6}, CopyScaling: autoscaling.CopyScaling{MaxCapacity: 8}},
		}),
		"AWS::SageMaker::Endpoint Queue": scaling.NewAsynchronousScaling(stack, "QueueScaling", scaling.AsynchronousScalingProps{
			Variant: queue.Variant("main"), Scaling: autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MaxCapacity: 4, BacklogPerInstance: 5}},
		}),
		"AWS::SageMaker::Endpoint Serverless": scaling.NewProvisionedConcurrencyScaling(stack, "ServerlessScaling", scaling.ProvisionedConcurrencyScalingProps{
			Variant: serverless.Variant("main"),
			Scaling: autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 10}, MaxConcurrency: 20},
		}),
	}
	got := template.Of(t, stack)
	if n := len(got.All(targetType)); n != len(made) {
		t.Errorf("got %d targets, want %d", n, len(made))
	}
	for dependency, s := range made {
		kind, prefix, _ := strings.Cut(dependency, " ")
		resource := got.Resources[*stack.GetLogicalId(s.Target)]
		if diff := cmp.Diff(roundTrip(t, s.Model.CloudFormation()), resource.Properties); diff != "" {
			t.Errorf("%s (-want +got)\n%s", dependency, diff)
		}
		if !slices.ContainsFunc(resource.DependsOn, func(id string) bool {
			return strings.HasPrefix(id, prefix) && got.Resources[id].Type == kind
		}) {
			t.Errorf("%v depends on %v, want a %s", s.Model.ResourceID, resource.DependsOn, dependency)
		}
		for i, p := range s.Model.Policies {
			written := got.Resources[*stack.GetLogicalId(s.Policies[i])].Properties
			ref := map[string]any{"Ref": *stack.GetLogicalId(s.Target)}
			if diff := cmp.Diff(roundTrip(t, p.CloudFormation(ref)), written); diff != "" {
				t.Errorf("%s (-want +got)\n%s", p.Name, diff)
			}
		}
		if n := len(s.Model.StepPolicies); len(s.Alarms) != n {
			t.Errorf("%s has %d alarms for %d step policies", dependency, len(s.Alarms), n)
		}
	}
}

func TestKindsPanicWithEveryProblem(t *testing.T) {
	stack := template.NewStack(t)
	for name, test := range map[string]struct {
		id   string
		make func()
		want string
	}{
		"component": {"A", func() {
			scaling.NewComponentScaling(stack, "A", scaling.ComponentScalingProps{InferenceComponent: scaling.ExistingComponent("odds")})
		},
			`CopyCapacity.RequestsPerSecondPerCopy: without a measured rate or concurrency there is nothing to track; measure one copy under load`},
		"asynchronous": {"B", func() {
			scaling.NewAsynchronousScaling(stack, "B", scaling.AsynchronousScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MaxCapacity: 1}}})
		}, `Scaling.BacklogPerInstance: got 0: a backlog is over 0 requests an instance; the time that a request may take, over the time that an instance needs for one` + "\n" +
			`Variant.InitialInstanceCount: got 2: the first deployment starts more than the maximum of 1 instances; set it from 1 to 1, or raise the maximum`},
		"serverless": {"C", func() {
			scaling.NewProvisionedConcurrencyScaling(stack, "C", scaling.ProvisionedConcurrencyScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 201}}})
		}, `Scaling.MaxCapacity: got 201: no more can be provisioned than the variant takes, 200 requests at a time; lower it to 200 or less`},
	} {
		if got := template.Problems(t, "test/"+test.id, test.make); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
}
