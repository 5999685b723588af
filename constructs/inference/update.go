package inference

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// updatedVariants are the variants as the rules of an update know them. How far they
// scale is not known here.
func (p EndpointProps) updatedVariants() []autoscaling.UpdatedVariant {
	out := make([]autoscaling.UpdatedVariant, len(p.Variants))
	for i, v := range p.Variants {
		v = v.withDefaults()
		out[i] = autoscaling.UpdatedVariant{
			Variant: v.scalingVariant(p.EndpointName), Serverless: v.Serverless != nil, Asynchronous: p.Asynchronous != nil,
		}
	}
	return out
}

// update writes props.Update into the endpoint's properties, and makes its alarms. Each
// template says the whole deployment configuration, so RetainDeploymentConfig stays
// false: with true SageMaker would use the previous update's.
func (e *Endpoint) update(endpoint *awssagemaker.CfnEndpointProps, props EndpointProps) {
	u := props.Update
	config := &awssagemaker.CfnEndpoint_DeploymentConfigProperty{}
	if u.Kind() == autoscaling.UpdateRolling {
		config.RollingUpdatePolicy = rollingPolicy(u)
	} else {
		config.BlueGreenUpdatePolicy = blueGreenPolicy(u)
	}
	if u.Rollback != nil {
		config.AutoRollbackConfiguration = e.rollback(*u.Rollback, props)
	}
	endpoint.DeploymentConfig = config
	if excluded := u.ExcludeRetainedVariantProperties; len(excluded) > 0 {
		list := make([]any, len(excluded))
		for i, name := range excluded {
			list[i] = &awssagemaker.CfnEndpoint_VariantPropertyProperty{VariantPropertyType: jsii.String(name)}
		}
		endpoint.ExcludeRetainedVariantProperties = list
	}
}

func seconds(d time.Duration) *float64 { return jsii.Number(d.Seconds()) }

func capacitySize(s autoscaling.FleetShare) *awssagemaker.CfnEndpoint_CapacitySizeProperty {
	if s.Percent > 0 {
		return &awssagemaker.CfnEndpoint_CapacitySizeProperty{
			Type: jsii.String("CAPACITY_PERCENT"), Value: jsii.Number(s.Percent),
		}
	}
	return &awssagemaker.CfnEndpoint_CapacitySizeProperty{
		Type: jsii.String("INSTANCE_COUNT"), Value: jsii.Number(s.Instances),
	}
}

func rollingPolicy(u *autoscaling.Update) *awssagemaker.CfnEndpoint_RollingUpdatePolicyProperty {
	out := &awssagemaker.CfnEndpoint_RollingUpdatePolicyProperty{
		MaximumBatchSize:                 capacitySize(u.Rolling.Batch),
		WaitIntervalInSeconds:            seconds(u.Rolling.Wait),
		MaximumExecutionTimeoutInSeconds: seconds(u.EffectiveTimeout()),
	}
	if u.Rolling.RollbackBatch != nil {
		out.RollbackMaximumBatchSize = capacitySize(*u.Rolling.RollbackBatch)
	}
	return out
}

func blueGreenPolicy(u *autoscaling.Update) *awssagemaker.CfnEndpoint_BlueGreenUpdatePolicyProperty {
	// The API wants the wait of every kind (fact C17).
	routing := &awssagemaker.CfnEndpoint_TrafficRoutingConfigProperty{
		Type: jsii.String("ALL_AT_ONCE"), WaitIntervalInSeconds: jsii.Number(0),
	}
	switch u.Kind() {
	case autoscaling.UpdateCanary:
		routing.Type, routing.WaitIntervalInSeconds = jsii.String("CANARY"), seconds(u.Canary.Wait)
		routing.CanarySize = capacitySize(u.Canary.Size)
	case autoscaling.UpdateLinear:
		routing.Type, routing.WaitIntervalInSeconds = jsii.String("LINEAR"), seconds(u.Linear.Wait)
		routing.LinearStepSize = capacitySize(u.Linear.Step)
	}
	return &awssagemaker.CfnEndpoint_BlueGreenUpdatePolicyProperty{
		TrafficRoutingConfiguration:      routing,
		TerminationWaitInSeconds:         seconds(u.TerminationWait),
		MaximumExecutionTimeoutInSeconds: seconds(u.EffectiveTimeout()),
	}
}

// rollback makes the alarms, and lets the roles of the models describe all of them:
// AWS asks this of the execution role.
func (e *Endpoint) rollback(
	r autoscaling.Rollback, props EndpointProps,
) *awssagemaker.CfnEndpoint_AutoRollbackConfigProperty {
	var alarms []any
	var arns []string
	add := func(name, arn *string) {
		alarms = append(alarms, &awssagemaker.CfnEndpoint_AlarmProperty{AlarmName: name})
		arns = append(arns, *arn)
	}
	for _, name := range r.Alarms {
		add(jsii.String(name), awscdk.Stack_Of(e).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String(name),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		}))
	}
	for i, v := range e.variants {
		for _, a := range r.AlarmsOf(v) {
			alarm := scaling.NewAlarm(e, "Rollback-"+idOf(v.Name, at("Variants", i))+"-"+a.Name, a.Alarm)
			e.RollbackAlarms = append(e.RollbackAlarms, alarm)
			add(alarm.Ref(), alarm.AttrArn())
		}
	}
	for _, role := range e.executionRoles(props) {
		allow(role, []string{"cloudwatch:DescribeAlarms"}, arns...)
	}
	return &awssagemaker.CfnEndpoint_AutoRollbackConfigProperty{Alarms: alarms}
}

// executionRoles are the roles of the variants' models, each once, or that of the
// inference components.
func (e *Endpoint) executionRoles(props EndpointProps) (roles []awsiam.IRole) {
	if e.ComponentRole != nil {
		return []awsiam.IRole{e.ComponentRole}
	}
	seen := map[*Model]bool{}
	for _, each := range props.placed() {
		for _, model := range each.variant.models() {
			if !seen[model] && model.ExecutionRole != nil {
				seen[model] = true
				roles = append(roles, model.ExecutionRole)
			}
		}
	}
	return roles
}
