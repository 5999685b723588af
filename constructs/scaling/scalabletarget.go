// Package scaling writes the autoscaling model as CloudFormation, exactly as
// the model renders itself.
package scaling

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// ScalableTargetProps describes a ScalableTarget.
type ScalableTargetProps struct {
	// Model is what is written: the target, its policies with their alarms, and
	// its scheduled actions.
	Model autoscaling.ScalableTarget
	// Variant is what is known of the variant that scales: its instance type
	// and initial count are held against the model.
	// Default: zero, nothing, or no variant scales.
	Variant autoscaling.Variant
	// Facts are what is known beyond the model, for the rules that judge it:
	// they stand in the resource's Metadata.
	// Default: none, the rules that need them say nothing.
	Facts autoscaling.Facts
	// Dependencies are the constructs that must stand before scaling is
	// registered, and be removed only after it: the endpoint, or the inference
	// component (fact C15).
	// Default: none, what scales is made elsewhere and stands.
	Dependencies []constructs.IConstruct
}

// Validate returns everything wrong with the properties, joined.
func (p ScalableTargetProps) Validate() error {
	ps := p.Model.Validate().In("Model")
	if v := p.Variant; v != (autoscaling.Variant{}) {
		if v.ResourceID() != p.Model.ResourceID {
			ps.Add("Variant", v.ResourceID(), "the model scales "+p.Model.ResourceID, "give the variant of the model")
		}
		ps = append(ps, v.Validate().In("Variant")...)
		ps = append(ps, v.ValidateScaling(p.Model).In("Variant")...)
	}
	return append(ps, p.Facts.Validate().In("Facts")...).Err()
}

// targetID is the construct of the scalable target, next to the policies.
const targetID = "Target"

// policyID is the construct of the policy called name: its name, with one
// underscore more where it begins as the scalable target's own ID and goes on with
// nothing but underscores. So names that differ have IDs that differ.
func policyID(name string) string {
	if strings.TrimRight(name, "_") == targetID {
		return name + "_"
	}
	return name
}

// ScalableTarget scales what its model names.
type ScalableTarget struct {
	constructs.Construct
	// Model is what was written, in plain values.
	Model autoscaling.ScalableTarget
	// Target is the AWS::ApplicationAutoScaling::ScalableTarget.
	Target awscdk.CfnResource
	// Policies are the AWS::ApplicationAutoScaling::ScalingPolicy, in the order
	// of Model.Policies.
	Policies []awscdk.CfnResource
	// StepPolicies are those of Model.StepPolicies, in their order, and Alarms
	// the AWS::CloudWatch::Alarm of each.
	StepPolicies, Alarms []awscdk.CfnResource
}

// ToString makes the struct itself usable as a construct.
func (s *ScalableTarget) ToString() *string { return s.Construct.ToString() }

// NewScalableTarget makes a ScalableTarget. It panics with what props.Validate
// returns.
func NewScalableTarget(scope constructs.Construct, id string, props ScalableTargetProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	s := &ScalableTarget{Model: props.Model}
	constructs.NewConstruct_Override(s, scope, jsii.String(id))

	if s.Model.RoleARN == "" && s.Model.Dimension.Namespace() == autoscaling.ServiceNamespace {
		s.Model.RoleARN = serviceLinkedRoleARN(s)
	}
	s.Target = resource(s, targetID, "AWS::ApplicationAutoScaling::ScalableTarget", s.Model.CloudFormation())
	describe(s.Target, props.Facts)
	if len(props.Dependencies) > 0 {
		dependencies := make([]constructs.IDependable, len(props.Dependencies))
		for i, d := range props.Dependencies {
			dependencies[i] = d
		}
		// The resource ID holds a literal name, which alone gives CloudFormation
		// no order (fact C15).
		s.Target.Node().AddDependency(dependencies...)
	}
	for _, p := range s.Model.Policies {
		s.Policies = append(s.Policies, resource(s, policyID(p.Name), policyType, p.CloudFormation(*s.Target.Ref())))
	}
	for _, p := range s.Model.StepPolicies {
		policy := resource(s, policyID(p.Name), policyType, p.CloudFormation(*s.Target.Ref()))
		s.StepPolicies = append(s.StepPolicies, policy)
		s.Alarms = append(s.Alarms, resource(policy, "Alarm", "AWS::CloudWatch::Alarm", p.Alarm.CloudFormation(*policy.Ref())))
	}
	return s.addressed(func(path string) string {
		if own, ok := strings.CutPrefix(path, "Target."); ok {
			return "Model." + own
		}
		return path
	})
}

const policyType = "AWS::ApplicationAutoScaling::ScalingPolicy"

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
