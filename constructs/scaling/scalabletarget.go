package scaling

import (
	"fmt"
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
	// CloudFormation creates its endpoint before the target, and deletes it after.
	// Default: nil, they are not known, or no variant scales.
	Variant Variant
	// Facts are what the rules of package lint judge the model by beyond the model.
	// They are written into the Metadata of the target.
	// Default: none, the rules that need them find nothing.
	Facts autoscaling.Facts
	// Dependencies are the constructs that CloudFormation creates before the target,
	// and deletes after it, beside the endpoint of Variant: such as the inference
	// component that scales (fact C15: the resource ID holds a literal name, which
	// gives no order).
	// Default: none.
	Dependencies []constructs.IConstruct

	// address is where the props of the construct decide about a path of the target;
	// nil is where these do.
	address func(path string) string
}

// Validate returns every problem with the properties, joined, or nil.
func (p ScalableTargetProps) Validate() error { return p.validate().Err() }

func (p ScalableTargetProps) validate() problem.List {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps
	}
	ps := p.Model.Validate().In("Model")
	if p.Variant != nil {
		ps = append(ps, validateVariant(p.Variant, p.validateModelOf)...)
	}
	for i, d := range p.Dependencies {
		if problem.IsNil(d) {
			ps.Add(fmt.Sprintf("Dependencies[%d]", i), nil, "a target depends on constructs, and this is nil",
				"make the construct before its scaling")
		}
	}
	return append(ps, p.Facts.Validate().In("Facts")...)
}

// validateModelOf compares the model with the variant that it scales.
func (p ScalableTargetProps) validateModelOf(v autoscaling.Variant) problem.List {
	var ps problem.List
	known := !problem.Unresolved(v.ResourceID()) && !problem.Unresolved(p.Model.ResourceID)
	if known && v.ResourceID() != p.Model.ResourceID {
		ps.Add("Variant", v.ResourceID(), "the model scales "+p.Model.ResourceID, "give the variant of the model")
	}
	ps = append(ps, v.Validate().In("Variant")...)
	return append(ps, v.ValidateScaling(p.Model).In("Variant")...)
}

func (p ScalableTargetProps) with(a additions) (ScalableTargetProps, problem.List) {
	p.Model.ScheduledActions = extended(p.Model.ScheduledActions, a.actions)
	if ps := a.withoutEvents(); len(ps) > 0 {
		return p, ps
	}
	return a.withPolicies(p)
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

	// props are what the construct was made with, and added what it got since.
	props growing
	added additions
	// actions are what the alarms do beside starting their policies.
	actions []string
	// policies and alarms are what was made, by the name of the policy.
	policies map[string]awsapplicationautoscaling.CfnScalingPolicy
	alarms   map[string]awscloudwatch.CfnAlarm
}

// ToString makes the struct itself usable as a construct.
func (s *ScalableTarget) ToString() *string { return s.Construct.ToString() }

// NewScalableTarget makes the scalable target of props.Model, with its policies and
// alarms. It panics with the error of props.Validate.
func NewScalableTarget(scope constructs.Construct, id string, props ScalableTargetProps) *ScalableTarget {
	return newGrowing(scope, id, props)
}

// newGrowing makes the scalable target that props describe.
func newGrowing(scope constructs.Construct, id string, props growing) *ScalableTarget {
	complete, ps := props.with(additions{})
	if len(ps) > 0 {
		panic(problem.Of(scope, id, ps))
	}
	if ps := validatePlace(scope, complete.Variant); len(ps) > 0 {
		panic(problem.Of(scope, id, ps))
	}
	s := &ScalableTarget{
		props:    props,
		policies: map[string]awsapplicationautoscaling.CfnScalingPolicy{}, alarms: map[string]awscloudwatch.CfnAlarm{},
	}
	constructs.NewConstruct_Override(s, scope, jsii.String(id))
	s.render(complete)
	var dependencies []constructs.IDependable
	for _, d := range complete.dependencies() {
		dependencies = append(dependencies, d)
	}
	if len(dependencies) > 0 {
		s.Target.Node().AddDependency(dependencies...)
	}
	return s
}

// dependencies are the constructs that are created before the target.
func (p ScalableTargetProps) dependencies() []constructs.IConstruct {
	if p.Variant == nil {
		return p.Dependencies
	}
	return extended(dependency(p.Variant), p.Dependencies)
}

// render makes what props ask for beyond what there is, and renews the scheduled actions
// and the facts. A policy that has been made stays: additions change none.
func (s *ScalableTarget) render(props ScalableTargetProps) {
	s.Model = props.Model
	if s.Model.RoleARN == "" && s.Model.Dimension.Namespace() == autoscaling.ServiceNamespace {
		s.Model.RoleARN = serviceLinkedRoleARN(s)
	}
	properties := s.Model.CloudFormation()
	if s.Target == nil {
		s.Target = awsapplicationautoscaling.NewCfnScalableTarget(s, jsii.String(targetID),
			fill[awsapplicationautoscaling.CfnScalableTargetProps](properties))
	} else if actions, ok := properties["ScheduledActions"].([]any); ok {
		s.Target.SetScheduledActions(scheduledActions(actions))
	}
	describe(s.Target, props.Facts)
	s.Policies, s.StepPolicies, s.Alarms = nil, nil, nil
	for _, p := range s.Model.Policies {
		policy, _ := s.policy(p.Name, p.CloudFormation(*s.Target.Ref()))
		s.Policies = append(s.Policies, policy)
	}
	for _, p := range s.Model.StepPolicies {
		policy, made := s.policy(p.Name, p.CloudFormation(*s.Target.Ref()))
		if made {
			s.alarms[p.Name] = newAlarm(policy, "Alarm", p.Alarm, *policy.Ref())
			addActions(s.alarms[p.Name], s.actions)
		}
		s.StepPolicies, s.Alarms = append(s.StepPolicies, policy), append(s.Alarms, s.alarms[p.Name])
	}
	s.addressed(props.address)
}

// scheduledActions are actions in the type that the setter takes.
func scheduledActions(actions []any) []any {
	out := make([]any, len(actions))
	for i, a := range actions {
		out[i] = fill[awsapplicationautoscaling.CfnScalableTarget_ScheduledActionProperty](a.(map[string]any))
	}
	return out
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

// policy returns the policy called name, and whether it was made now.
func (s *ScalableTarget) policy(
	name string, properties map[string]any,
) (policy awsapplicationautoscaling.CfnScalingPolicy, made bool) {
	if policy, ok := s.policies[name]; ok {
		return policy, false
	}
	policy = awsapplicationautoscaling.NewCfnScalingPolicy(s, jsii.String(policyID(name)),
		fill[awsapplicationautoscaling.CfnScalingPolicyProps](properties))
	s.policies[name] = policy
	return policy, true
}

// AddAlarmActions lets the alarms of the step policies, also of those that are added later,
// do more when they go off than start their policies: ARNs such as that of a topic. It
// panics with an ARN that is empty.
func (s *ScalableTarget) AddAlarmActions(arns ...string) {
	var ps problem.List
	for i, arn := range arns {
		if arn == "" {
			ps.Add(fmt.Sprintf("arns[%d]", i), nil, "an alarm's action is an ARN", "give that of a topic")
		}
	}
	if len(ps) > 0 {
		panic(problem.Of(s, "", ps))
	}
	s.actions = append(s.actions, arns...)
	for _, alarm := range s.Alarms {
		addActions(alarm, arns)
	}
}

func addActions(alarm awscloudwatch.CfnAlarm, arns []string) {
	if len(arns) == 0 {
		return
	}
	actions := append(*alarm.AlarmActions(), *jsii.Strings(arns...)...)
	alarm.SetAlarmActions(&actions)
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
