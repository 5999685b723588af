package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// newInference makes the endpoint with its models and its scaling.
func (made *Environment) newInference(e config.Environment) {
	stack := newStack(made.Stage, e, "inference", "the SageMaker endpoint and its scaling")
	made.Inference = stack
	props := inference.EndpointProps{
		EndpointName: e.Endpoint.Name, Asynchronous: asynchronous(stack, e.Endpoint.Asynchronous), Update: e.Update,
		AllowNetworkAccess: e.Endpoint.AllowNetworkAccess,
		VolumeKey:          key(stack, "VolumeKey", e.Endpoint.VolumeKeyARN),
		DataCapture:        dataCapture(stack, e.Endpoint.DataCapture), Metrics: metrics(e.Endpoint.Metrics),
	}
	if m := e.Variant.ManagedInstances; m != nil {
		props.Variants = []inference.VariantProps{{
			Name:                 e.Variant.Name,
			InstanceType:         e.Variant.InstanceType,
			InstancePools:        pools(config.ProductionVariant{InstancePools: e.Variant.InstancePools}),
			InitialInstanceCount: e.Variant.InitialInstanceCount,
			ManagedInstances: &inference.ManagedInstancesProps{
				MinInstanceCount: m.MinInstanceCount, MaxInstanceCount: m.MaxInstanceCount,
			},
			Instances: instances(config.ProductionVariant{
				Routing: e.Variant.Routing, InstanceSettings: e.Variant.InstanceSettings,
			}),
		}}
	}
	models := models{stack: stack, environment: e}
	for _, v := range e.ProductionVariants() {
		made.Models[v.Name] = models.of(v.Name, v.Model)
		props.Variants = append(props.Variants, inference.VariantProps{
			Name:                 v.Name,
			Model:                made.Models[v.Name],
			InstanceType:         v.InstanceType,
			InstancePools:        pools(v),
			InitialInstanceCount: v.InitialInstanceCount,
			Weight:               v.Weight,
			Serverless:           serverless(v),
			Instances:            instances(v),
		})
	}
	if s := e.ShadowVariant; s != nil {
		made.Models[s.Name] = models.of(s.Name, s.Model.Model())
		props.ShadowVariants = []inference.VariantProps{shadow(*s, made.Models[s.Name])}
	}
	endpoint := inference.NewEndpoint(stack, "Endpoint", props)
	if e.Production {
		// With another name it is replaced: the old endpoint then serves until the
		// gateway calls the new one. A creation that is rolled back leaves none
		// (fact C38).
		endpoint.Resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, nil)
	}
	if c := e.Endpoint.DataCapture; c != nil && c.ReaderRoleARN != "" {
		reader := awsiam.Role_FromRoleArn(stack, jsii.String("Reader"), jsii.String(c.ReaderRoleARN), nil)
		endpoint.GrantReadCapturedData(reader)
	}
	made.Endpoint = endpoint
	made.scale(e)
}

// scale makes the scaling of the variants, or of the components, which it makes too.
func (made *Environment) scale(e config.Environment) {
	stack, endpoint := made.Inference, made.Endpoint
	subjects := e.Subjects()
	for i, v := range e.ProductionVariants() {
		id, variant, facts := v.ScalingID(), endpoint.Variant(v.Name), subjects[i].Facts
		var target *scaling.ScalableTarget
		switch {
		case v.Asynchronous:
			target = scaling.NewAsynchronousScaling(stack, id, scaling.AsynchronousScalingProps{
				Variant: variant, Scaling: v.AsynchronousScaling(), Facts: facts,
			})
		case v.Serverless != nil:
			target = scaling.NewProvisionedConcurrencyScaling(stack, id, scaling.ProvisionedConcurrencyScalingProps{
				Variant: variant, Scaling: v.ProvisionedConcurrencyScaling(), Facts: facts,
			})
		default:
			target = scaling.NewVariantScaling(stack, id, scaling.VariantScalingProps{
				Variant: variant, Scaling: v.VariantScaling(), Facts: facts,
			})
		}
		made.Scaling = append(made.Scaling, target)
	}
	for i, c := range e.Components {
		component := made.newComponent(e, c)
		made.Components = append(made.Components, component)
		for _, a := range c.Adapters {
			made.Adapters = append(made.Adapters, inference.NewAdapter(stack, "Adapter-"+a.Name, inference.AdapterProps{
				InferenceComponentName: a.Name, Base: component,
				ArtifactURL: a.ArtifactURL, ArtifactKey: key(stack, "AdapterKey-"+a.Name, a.ArtifactKeyARN),
			}))
		}
		made.Scaling = append(made.Scaling,
			scaling.NewComponentScaling(stack, "Scaling-"+c.Name, scaling.ComponentScalingProps{
				InferenceComponent: component,
				Scaling:            c.ComponentScaling,
				Facts:              subjects[i].Facts,
			}))
	}
}

// newComponent makes c on the variant's instances. Its scaling says how many copies
// there are.
func (made *Environment) newComponent(e config.Environment, c config.Component) *inference.InferenceComponent {
	stack, model := made.Inference, c.Model()
	model.AllowNetworkAccess = e.Endpoint.AllowNetworkAccess
	made.Models[c.Name] = newModel(stack, "Model-"+c.Name, model)
	return inference.NewInferenceComponent(stack, "Component-"+c.Name, inference.InferenceComponentProps{
		InferenceComponentName: c.Name,
		Endpoint:               made.Endpoint,
		VariantName:            e.Variant.Name,
		Model:                  made.Models[c.Name],
		MinMemoryMB:            c.Resources.MinMemoryMB,
		CPUCores:               c.Resources.CPUs,
		Accelerators:           c.Resources.AcceleratorCount,

		ModelDataDownloadTimeout:           c.ModelDataDownloadTimeout,
		ContainerStartupHealthCheckTimeout: c.ContainerStartupHealthCheckTimeout,
	})
}

// asynchronous returns how the endpoint queues requests; nil where it is synchronous.
func asynchronous(stack awscdk.Stack, a *config.Asynchronous) *inference.AsynchronousProps {
	if a == nil {
		return nil
	}
	topic := func(id, arn string) awssns.ITopic {
		if arn == "" {
			return nil
		}
		return awssns.Topic_FromTopicArn(stack, jsii.String(id), jsii.String(arn))
	}
	return &inference.AsynchronousProps{
		OutputPath: a.OutputPath, FailurePath: a.FailurePath, InputPath: a.InputPath,
		OutputKey: key(stack, "OutputKey", a.OutputKeyARN), InputKey: key(stack, "InputKey", a.InputKeyARN),
		SuccessTopic: topic("SuccessTopic", a.SuccessTopicARN), ErrorTopic: topic("ErrorTopic", a.ErrorTopicARN),
		MaxConcurrentInvocationsPerInstance: a.MaxConcurrentInvocationsPerInstance,
	}
}

// instances returns the further properties of v's instances.
func instances(v config.ProductionVariant) inference.InstanceProps {
	return inference.InstanceProps{
		InstanceProvisionTimeout:           v.InstanceProvisionTimeout,
		CapacityReservationARN:             v.CapacityReservationARN,
		RoutingStrategy:                    v.Routing.Strategy(),
		VolumeSizeGB:                       v.VolumeSizeGB,
		ModelDataDownloadTimeout:           v.ModelDataDownloadTimeout,
		ContainerStartupHealthCheckTimeout: v.ContainerStartupHealthCheckTimeout,
		InferenceAMIVersion:                v.InferenceAMIVersion,
	}
}

// serverless returns how v runs without instances; nil where it has instances.
func serverless(v config.ProductionVariant) *inference.ServerlessProps {
	if v.Serverless == nil {
		return nil
	}
	return &inference.ServerlessProps{
		MemoryMB:               v.Serverless.MemoryMB,
		MaxConcurrency:         v.Serverless.MaxConcurrency,
		ProvisionedConcurrency: v.Serverless.InitialProvisionedConcurrency,
	}
}
