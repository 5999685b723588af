package scaling_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapplicationautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// pages is an Aspect that lets alarms notify a topic, and counts what it visits.
type pages struct {
	topic                     string
	targets, policies, alarms int
}

// Visit implements awscdk.IAspect.
func (p *pages) Visit(node constructs.IConstruct) {
	switch resource := node.(type) {
	case awsapplicationautoscaling.CfnScalableTarget:
		p.targets++
	case awsapplicationautoscaling.CfnScalingPolicy:
		p.policies++
	case awscloudwatch.CfnAlarm:
		p.alarms++
		resource.SetOkActions(jsii.Strings(p.topic))
		resource.SetAlarmActions(&[]*string{(*resource.AlarmActions())[0], &p.topic})
	}
}

// TestAspectsAndTags: an Aspect finds the resources by their L1 types, and changes
// them; a tag of the stack reaches the alarm, and the rest stays the model's.
func TestAspectsAndTags(t *testing.T) {
	stack := template.NewStack(t)
	more := everything()
	more.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(odds, 8)}
	made := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: more})
	awscdk.Tags_Of(stack).Add(jsii.String("team"), jsii.String("odds"), nil)
	aspect := &pages{topic: "arn:aws:sns:eu-west-1:123456789012:on-call"}
	awscdk.Aspects_Of(stack).Add(aspect, nil)

	got := template.Of(t, stack)
	if want := (pages{aspect.topic, 1, len(made.Policies) + 1, 1}); *aspect != want {
		t.Errorf("the Aspect saw %+v, want %+v", *aspect, want)
	}
	policy := map[string]any{"Ref": *stack.GetLogicalId(made.StepPolicies[0])}
	want := roundTrip(t, made.Model.StepPolicies[0].Alarm.CloudFormation(policy))
	want["AlarmActions"] = []any{policy, aspect.topic}
	want["OKActions"] = []any{aspect.topic}
	want["Tags"] = []any{map[string]any{"Key": "team", "Value": "odds"}}
	if diff := cmp.Diff(want, got.One(t, alarmType).Properties); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestAddAlarmActions: the alarm of a step policy starts it, and tells a topic.
func TestAddAlarmActions(t *testing.T) {
	stack := template.NewStack(t)
	more := everything()
	more.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(odds, 8)}
	made := scaling.NewVariantScaling(stack, "Scaling",
		scaling.VariantScalingProps{Variant: scaling.ExistingVariant(odds), Scaling: more})
	topic := "arn:aws:sns:eu-west-1:123456789012:on-call"
	made.AddAlarmActions(topic)
	policy := map[string]any{"Ref": *stack.GetLogicalId(made.StepPolicies[0])}
	got := template.Of(t, stack).One(t, alarmType).Properties["AlarmActions"]
	if diff := cmp.Diff(any([]any{policy, topic}), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
