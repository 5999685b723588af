// Package scaling makes the scalable targets, scaling policies and alarms of
// Application Auto Scaling, with the properties that package autoscaling renders:
// NewVariantScaling, NewAsynchronousScaling, NewProvisionedConcurrencyScaling and
// NewComponentScaling from figures, NewScalableTarget from a complete model.
package scaling

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapplicationautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ScalableTargetProps describes a ScalableTarget.
type ScalableTargetProps struct {
	// Model is the target, its policies with their alarms, and its scheduled actions.
	Model autoscaling.ScalableTarget
	// Variant is the variant that scales. Validate compares its instance type and
	// initial instance count with the model.
	// Default: zero, they are not known, or no variant scales.
	Variant autoscaling.Variant
	// Facts are what the rules of package lint judge the model by beyond the model.
	// They are written into the Metadata of the target.
	// Default: none, the rules that need them find nothing.
	Facts autoscaling.Facts
	// Dependencies are the constructs that CloudFormation creates before the target,
	// and deletes after it: the endpoint, or the inference component (fact C15: the
	// resource ID holds a literal name, which gives no order).
	// Default: none, what scales exists already.
	Dependencies []constructs.IConstruct
}

// Validate returns every problem with the properties, joined, or nil.
func (p ScalableTargetProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	ps := p.Model.Validate().In("Model")
	if v := p.Variant; v != (autoscaling.Variant{}) {
		known := !problem.Unresolved(v.ResourceID()) && !problem.Unresolved(p.Model.ResourceID)
		if known && v.ResourceID() != p.Model.ResourceID {
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

// ScalableTarget is a scalable target with its policies and alarms.
type ScalableTarget struct {
	constructs.Construct
	// Model is the model that was rendered, with the role that was added to it.
	Model autoscaling.ScalableTarget
	// Target is the registered scalable target.
	Target awsapplicationautoscaling.CfnScalableTarget
	// Policies are the target tracking policies, in the order of Model.Policies.
	Policies []awsapplicationautoscaling.CfnScalingPolicy
	// StepPolicies are the step scaling policies, in the order of
	// Model.StepPolicies.
	StepPolicies []awsapplicationautoscaling.CfnScalingPolicy
	// Alarms start the step scaling policies: one alarm for each of StepPolicies,
	// in their order. They take the tags of their scope; CloudFormation has tags for
	// neither scalable targets nor scaling policies.
	Alarms []awscloudwatch.CfnAlarm
}

// ToString makes the struct itself usable as a construct.
func (s *ScalableTarget) ToString() *string { return s.Construct.ToString() }

// NewScalableTarget makes the scalable target of props.Model, with its policies and
// alarms. It panics with the error of props.Validate.
func NewScalableTarget(scope constructs.Construct, id string, props ScalableTargetProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	s := &ScalableTarget{Model: props.Model}
	constructs.NewConstruct_Override(s, scope, jsii.String(id))

	if s.Model.RoleARN == "" && s.Model.Dimension.Namespace() == autoscaling.ServiceNamespace {
		s.Model.RoleARN = serviceLinkedRoleARN(s)
	}
	s.Target = awsapplicationautoscaling.NewCfnScalableTarget(s, jsii.String(targetID),
		fill[awsapplicationautoscaling.CfnScalableTargetProps](s.Model.CloudFormation()))
	describe(s.Target, props.Facts)
	if len(props.Dependencies) > 0 {
		dependencies := make([]constructs.IDependable, len(props.Dependencies))
		for i, d := range props.Dependencies {
			dependencies[i] = d
		}
		s.Target.Node().AddDependency(dependencies...)
	}
	for _, p := range s.Model.Policies {
		s.Policies = append(s.Policies, newPolicy(s, policyID(p.Name), p.CloudFormation(*s.Target.Ref())))
	}
	for _, p := range s.Model.StepPolicies {
		policy := newPolicy(s, policyID(p.Name), p.CloudFormation(*s.Target.Ref()))
		s.StepPolicies = append(s.StepPolicies, policy)
		s.Alarms = append(s.Alarms, newAlarm(policy, "Alarm", p.Alarm, *policy.Ref()))
	}
	return s.addressed(func(path string) string {
		if own, ok := strings.CutPrefix(path, "Target."); ok {
			return "Model." + own
		}
		return path
	})
}

// NewAlarm makes an alarm of the model, which sets nothing off by itself.
func NewAlarm(scope constructs.Construct, id string, alarm autoscaling.Alarm) awscloudwatch.CfnAlarm {
	return newAlarm(scope, id, alarm, nil)
}

// newAlarm makes an alarm that sets a policy off; nil is none.
func newAlarm(scope constructs.Construct, id string, alarm autoscaling.Alarm, policy any) awscloudwatch.CfnAlarm {
	return awscloudwatch.NewCfnAlarm(scope, jsii.String(id),
		fill[awscloudwatch.CfnAlarmProps](alarm.CloudFormation(policy)))
}

func newPolicy(
	scope constructs.Construct, id string, properties map[string]any,
) awsapplicationautoscaling.CfnScalingPolicy {
	return awsapplicationautoscaling.NewCfnScalingPolicy(scope, jsii.String(id),
		fill[awsapplicationautoscaling.CfnScalingPolicyProps](properties))
}

// dependsOn returns the construct that is created first, if there is one.
func dependsOn(construct constructs.IConstruct) []constructs.IConstruct {
	if construct == nil {
		return nil
	}
	return []constructs.IConstruct{construct}
}

const serviceLinkedRole = "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/" +
	"AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

// serviceLinkedRoleARN returns the role that AWS creates at the first registration
// (fact A48: the target need not name it).
func serviceLinkedRoleARN(scope constructs.Construct) string {
	return *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""), Resource: jsii.String("role"),
		ResourceName: jsii.String(serviceLinkedRole),
	})
}
