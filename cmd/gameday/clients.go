package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// The parts of AWS that tests replace.
type (
	endpoints interface {
		DescribeEndpoint(context.Context, *sagemaker.DescribeEndpointInput, ...func(*sagemaker.Options)) (
			*sagemaker.DescribeEndpointOutput, error)
		UpdateEndpointWeightsAndCapacities(context.Context, *sagemaker.UpdateEndpointWeightsAndCapacitiesInput,
			...func(*sagemaker.Options)) (*sagemaker.UpdateEndpointWeightsAndCapacitiesOutput, error)
		ListTags(context.Context, *sagemaker.ListTagsInput, ...func(*sagemaker.Options)) (
			*sagemaker.ListTagsOutput, error)
		AddTags(context.Context, *sagemaker.AddTagsInput, ...func(*sagemaker.Options)) (*sagemaker.AddTagsOutput, error)
		DeleteTags(context.Context, *sagemaker.DeleteTagsInput, ...func(*sagemaker.Options)) (
			*sagemaker.DeleteTagsOutput, error)
	}
	scaler interface {
		DescribeScalableTargets(context.Context, *applicationautoscaling.DescribeScalableTargetsInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalableTargetsOutput, error)
		RegisterScalableTarget(context.Context, *applicationautoscaling.RegisterScalableTargetInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.RegisterScalableTargetOutput, error)
		PutScheduledAction(context.Context, *applicationautoscaling.PutScheduledActionInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.PutScheduledActionOutput, error)
		DeleteScheduledAction(context.Context, *applicationautoscaling.DeleteScheduledActionInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.DeleteScheduledActionOutput, error)
		DescribeScheduledActions(context.Context, *applicationautoscaling.DescribeScheduledActionsInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScheduledActionsOutput, error)
		PutScalingPolicy(context.Context, *applicationautoscaling.PutScalingPolicyInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.PutScalingPolicyOutput, error)
		DeleteScalingPolicy(context.Context, *applicationautoscaling.DeleteScalingPolicyInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.DeleteScalingPolicyOutput, error)
		DescribeScalingActivities(context.Context, *applicationautoscaling.DescribeScalingActivitiesInput,
			...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalingActivitiesOutput, error)
	}
	tasks interface {
		ListTasks(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
		StopTask(context.Context, *ecs.StopTaskInput, ...func(*ecs.Options)) (*ecs.StopTaskOutput, error)
		DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (
			*ecs.DescribeServicesOutput, error)
		DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput, ...func(*ecs.Options)) (
			*ecs.DescribeTaskDefinitionOutput, error)
	}
	metrics interface {
		PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (
			*cloudwatch.PutMetricDataOutput, error)
	}
	stacks    = cloudformation.ListStackResourcesAPIClient
	balancers interface {
		DescribeCapacityReservation(context.Context, *elasticloadbalancingv2.DescribeCapacityReservationInput,
			...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeCapacityReservationOutput, error)
		ModifyCapacityReservation(context.Context, *elasticloadbalancingv2.ModifyCapacityReservationInput,
			...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.ModifyCapacityReservationOutput, error)
	}
	schedules interface {
		GetSchedule(context.Context, *scheduler.GetScheduleInput, ...func(*scheduler.Options)) (
			*scheduler.GetScheduleOutput, error)
		CreateSchedule(context.Context, *scheduler.CreateScheduleInput, ...func(*scheduler.Options)) (
			*scheduler.CreateScheduleOutput, error)
		DeleteSchedule(context.Context, *scheduler.DeleteScheduleInput, ...func(*scheduler.Options)) (
			*scheduler.DeleteScheduleOutput, error)
	}
)
