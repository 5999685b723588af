// Package scaling writes the autoscaling model as CloudFormation, exactly as
// the model renders itself.
package scaling

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// VariantScalingProps describes a VariantScaling.
type VariantScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint made
	// with the inference package; for any other, name it here.
	Variant autoscaling.Variant
	// Endpoint is the construct that must stand before scaling is registered,
	// and be removed only after it (fact C15).
	// Default: nil, the endpoint is made elsewhere and stands.
	Endpoint constructs.IConstruct
	// Scaling is how the variant scales.
	Scaling autoscaling.VariantScaling
}

// Validate returns everything wrong with the properties, joined.
func (p VariantScalingProps) Validate() error {
	return p.Scaling.Validate(p.Variant).Err()
}

// VariantScaling scales the instance count of one production variant.
type VariantScaling struct {
	constructs.Construct
	// Model is what was written, in plain values.
	Model autoscaling.ScalableTarget
	// Target is the AWS::ApplicationAutoScaling::ScalableTarget.
	Target awscdk.CfnResource
	// Policies are the AWS::ApplicationAutoScaling::ScalingPolicy, in the order
	// of Model.Policies.
	Policies []awscdk.CfnResource
}

// ToString makes the struct itself usable as a construct.
func (s *VariantScaling) ToString() *string { return s.Construct.ToString() }

// NewVariantScaling makes a VariantScaling. It panics with what props.Validate
// returns.
func NewVariantScaling(scope constructs.Construct, id string, props VariantScalingProps) *VariantScaling {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	s := &VariantScaling{Model: props.Scaling.Target(props.Variant)}
	constructs.NewConstruct_Override(s, scope, jsii.String(id))

	s.Model.RoleARN = serviceLinkedRoleARN(s)
	s.Target = resource(s, "Target", "AWS::ApplicationAutoScaling::ScalableTarget", s.Model.CloudFormation())
	if props.Endpoint != nil {
		// The resource ID holds the endpoint's literal name, which alone gives
		// CloudFormation no order (fact C15).
		s.Target.Node().AddDependency(props.Endpoint)
	}
	for _, p := range s.Model.Policies {
		s.Policies = append(s.Policies,
			resource(s, p.Name, "AWS::ApplicationAutoScaling::ScalingPolicy", p.CloudFormation(*s.Target.Ref())))
	}
	return s
}

func resource(scope constructs.Construct, id, kind string, properties map[string]any) awscdk.CfnResource {
	return awscdk.NewCfnResource(scope, jsii.String(id), &awscdk.CfnResourceProps{
		Type: jsii.String(kind), Properties: &properties,
	})
}

// serviceLinkedRoleARN is the role that AWS makes by itself at the first
// registration (fact A48). It is named so that nothing makes another one.
func serviceLinkedRoleARN(scope constructs.Construct) string {
	return *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""), Resource: jsii.String("role"),
		ResourceName: jsii.String("aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"),
	})
}
