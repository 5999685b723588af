package stacks

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

// key is the KMS key of an ARN; nil without one.
func key(stack awscdk.Stack, id, arn string) awskms.IKey {
	if arn == "" {
		return nil
	}
	return awskms.Key_FromKeyArn(stack, jsii.String(id), jsii.String(arn))
}

// dataCapture is what the endpoint keeps of requests and replies; nil for nothing.
func dataCapture(stack awscdk.Stack, c *config.DataCapture) *inference.DataCaptureProps {
	if c == nil {
		return nil
	}
	return &inference.DataCaptureProps{
		SamplingPercent: c.SamplingPercent, DestinationS3URI: c.DestinationS3URI,
		Retention: time.Duration(c.RetentionDays) * 24 * time.Hour, Key: key(stack, "CaptureKey", c.KeyARN),
		CaptureModes: c.CaptureModes, CSVContentTypes: c.CSVContentTypes, JSONContentTypes: c.JSONContentTypes,
	}
}

// metrics is what the endpoint publishes; nil for SageMaker's defaults.
func metrics(m *config.Metrics) *inference.MetricsProps {
	if m == nil {
		return nil
	}
	return &inference.MetricsProps{
		Enhanced: m.Enhanced, DetailedObservability: m.DetailedObservability, PublishFrequency: m.PublishFrequency,
	}
}

// pools are the instance types of a variant that has several.
func pools(v config.ProductionVariant) (made []inference.InstancePool) {
	for _, pool := range v.InstancePools {
		made = append(made, inference.InstancePool{InstanceType: pool.InstanceType, Priority: pool.Priority})
	}
	return made
}

// models makes the models of an environment's variants.
type models struct {
	stack       awscdk.Stack
	environment config.Environment
	// shared is the environment's own model, nil until a variant needs it.
	shared *inference.Model
}

// of is the model of the variant called name: its own, or else the environment's.
func (m *models) of(name string, own *config.Model) *inference.Model {
	if own != nil {
		return newModel(m.stack, "Model-"+name, *own)
	}
	if m.shared == nil {
		m.shared = newModel(m.stack, "Model", m.environment.Model)
	}
	return m.shared
}

// shadow is a shadow variant that serves model.
func shadow(s config.ShadowVariant, model *inference.Model) inference.VariantProps {
	v := config.ProductionVariant{
		InstancePools: s.InstancePools, Routing: s.Routing, InstanceSettings: s.InstanceSettings,
	}
	return inference.VariantProps{
		Name: s.Name, Model: model, InstanceType: s.InstanceType, InstancePools: pools(v),
		InitialInstanceCount: s.InitialInstanceCount, Weight: s.Weight, Instances: instances(v),
	}
}
