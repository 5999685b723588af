package lint_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	aas "github.com/aws/aws-cdk-go/awscdk/v2/awsapplicationautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
)

const instanceCount = "sagemaker:variant:DesiredInstanceCount"

func rawTarget(stack awscdk.Stack, id, resource string, low, high float64) aas.CfnScalableTarget {
	return aas.NewCfnScalableTarget(stack, jsii.String(id), &aas.CfnScalableTargetProps{
		ServiceNamespace: jsii.String("sagemaker"), ScalableDimension: jsii.String(instanceCount),
		ResourceId: jsii.String(resource), MinCapacity: &low, MaxCapacity: &high,
	})
}

// TestRawTargets: what AWS refuses of targets that no construct of this module has
// made is an error, what cannot be read a warning, and the rest is left alone.
func TestRawTargets(t *testing.T) {
	r := synthesizedReport(t, lint.PluginProps{}, func(stack awscdk.Stack) {
		crossed := rawTarget(stack, "Crossed", "endpoint/crossed/variant/main", 9, 4)
		aas.NewScalableTarget(stack, jsii.String("L2"), &aas.ScalableTargetProps{
			ServiceNamespace: aas.ServiceNamespace_SAGEMAKER, ScalableDimension: jsii.String(instanceCount),
			ResourceId: jsii.String(
				"endpoint/second/variant/main/more",
			), MinCapacity: jsii.Number(2), MaxCapacity: jsii.Number(4),
			Role: awsiam.Role_FromRoleArn(
				stack,
				jsii.String("Role"),
				jsii.String("arn:aws:iam::123456789012:role/scaling"),
				nil,
			),
		})
		awssagemaker.NewCfnEndpoint(stack, jsii.String("Endpoint"), &awssagemaker.CfnEndpointProps{
			EndpointName: jsii.String("burstable"),
			EndpointConfigName: awssagemaker.NewCfnEndpointConfig(stack, jsii.String("Config"), &awssagemaker.CfnEndpointConfigProps{
				ProductionVariants: []any{&awssagemaker.CfnEndpointConfig_ProductionVariantProperty{
					VariantName: jsii.String("main"), ModelName: jsii.String("odds"), InstanceType: jsii.String("ml.t2.medium"),
					InitialInstanceCount: jsii.Number(1), InitialVariantWeight: jsii.Number(1),
				}},
			}).
				AttrEndpointConfigName(),
		})
		rawTarget(stack, "Burstable", "endpoint/burstable/variant/main", 1, 4)
		rawTarget(stack, "Elsewhere", "endpoint/in-another-app/variant/main", 0, 4) // may be asynchronous
		size := awscdk.NewCfnParameter(stack, jsii.String("Size"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
		rawTarget(stack, "Open", "endpoint/open/variant/main", 1, *size.ValueAsNumber())
		aas.NewCfnScalingPolicy(stack, jsii.String("Policy"), &aas.CfnScalingPolicyProps{ // what is refused is, all the same
			PolicyName: jsii.String("open"), PolicyType: jsii.String("TargetTrackingScaling"), ScalingTargetId: crossed.Ref(),
			TargetTrackingScalingPolicyConfiguration: &aas.CfnScalingPolicy_TargetTrackingScalingPolicyConfigurationProperty{
				TargetValue: size.ValueAsNumber(),
				PredefinedMetricSpecification: &aas.CfnScalingPolicy_PredefinedMetricSpecificationProperty{
					PredefinedMetricType: jsii.String("SageMakerVariantInvocationsPerInstance"),
				},
			},
		})
		accepted := rawTarget(stack, "Accepted", "endpoint/accepted/variant/main", 1, *size.ValueAsNumber())
		lint.Acknowledge(accepted, "unresolved", "the size is given when it is deployed")
	})
	if r.Conclusion != "failure" {
		t.Errorf("the report concludes %s", r.Conclusion)
	}
	got := map[string]string{}
	for _, v := range r.Violations {
		got[v.RuleName] = v.Severity + ": " + v.Description
	}
	const refused = ": AWS refuses this, or it cannot work\n"
	for name, want := range map[string]string{
		"invalid[odds/Crossed]":   "error: odds/Crossed" + refused + "Target.MaxCapacity: got 4: the maximum is below the minimum of 9 instances",
		"invalid[odds/Burstable]": "error: odds/Burstable" + refused + "Variant.InstanceType: got \"ml.t2.medium\": a burstable instance type cannot be scaled automatically",
		"invalid[odds/L2CD7B2F13]": "error: odds/L2CD7B2F13" + refused +
			"Target.ResourceID: got \"endpoint/second/variant/main/more\": this is not what " + instanceCount + " is counted of",
		"unresolved[odds/Policy]": "warning: odds/Policy: the rules do not judge what cannot be read from the template: ",
		"unresolved[odds/Open]": "warning: odds/Open: the rules do not judge what cannot be read from the template: " +
			"Open.Properties.MaxCapacity: got !Ref \"Size\": the parameter Size has no default",
	} {
		name = lint.Name + "::" + name
		if !strings.HasPrefix(got[name], want) {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	for _, id := range []string{"count-not-retained", "target-unordered"} { // what is refused is judged, too
		if name := lint.Name + "::" + id + "[odds/Burstable]"; !strings.HasPrefix(got[name], "warning: ") {
			t.Errorf("%s: got %q", name, got[name])
		}
	}
	for name := range got {
		if strings.Contains(name, "::invalid[") || strings.Contains(name, "::unresolved[") {
			t.Errorf("%s: %s", name, got[name])
		}
	}
	if diff := cmp.Diff([]string{"sagemaker-scaling::unresolved[odds/Accepted]"}, names(r.SuppressedViolations)); diff != "" {
		t.Errorf("acknowledged (-want +got)\n%s", diff)
	}
}
