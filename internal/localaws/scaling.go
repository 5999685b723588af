package localaws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
)

// namespaces are those of what the stacks scale: endpoints, and gateways on Fargate or
// Lambda.
var namespaces = []types.ServiceNamespace{
	types.ServiceNamespaceSagemaker, types.ServiceNamespaceEcs, types.ServiceNamespaceLambda,
}

func scalableTargets(ctx context.Context, config aws.Config) ([]ScalableTarget, error) {
	var found []ScalableTarget
	client := applicationautoscaling.NewFromConfig(config)
	for _, namespace := range namespaces {
		pages := applicationautoscaling.NewDescribeScalableTargetsPaginator(client,
			&applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: namespace})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, target := range page.ScalableTargets {
				found = append(found, ScalableTarget{
					ResourceID: aws.ToString(target.ResourceId),
					Dimension:  string(target.ScalableDimension),
					Min:        int(aws.ToInt32(target.MinCapacity)),
					Max:        int(aws.ToInt32(target.MaxCapacity)),
				})
			}
		}
	}
	return found, nil
}

func scalingPolicies(ctx context.Context, config aws.Config) ([]ScalingPolicy, error) {
	var found []ScalingPolicy
	client := applicationautoscaling.NewFromConfig(config)
	for _, namespace := range namespaces {
		pages := applicationautoscaling.NewDescribeScalingPoliciesPaginator(client,
			&applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, policy := range page.ScalingPolicies {
				found = append(found, ScalingPolicy{
					Name:       aws.ToString(policy.PolicyName),
					Type:       string(policy.PolicyType),
					ResourceID: aws.ToString(policy.ResourceId),
					Dimension:  string(policy.ScalableDimension),
					Tracking:   tracking(policy.TargetTrackingScalingPolicyConfiguration),
					Step:       stepScaling(policy.StepScalingPolicyConfiguration),
				})
			}
		}
	}
	return found, nil
}

func tracking(c *types.TargetTrackingScalingPolicyConfiguration) *TargetTracking {
	if c == nil {
		return nil
	}
	t := &TargetTracking{
		Target:           aws.ToFloat64(c.TargetValue),
		ScaleInCooldown:  time.Duration(aws.ToInt32(c.ScaleInCooldown)) * time.Second,
		ScaleOutCooldown: time.Duration(aws.ToInt32(c.ScaleOutCooldown)) * time.Second,
		DisableScaleIn:   aws.ToBool(c.DisableScaleIn),
	}
	if predefined := c.PredefinedMetricSpecification; predefined != nil {
		t.Metric = string(predefined.PredefinedMetricType)
	} else if customized := c.CustomizedMetricSpecification; customized != nil {
		t.Metric = aws.ToString(customized.MetricName)
	}
	return t
}

func stepScaling(c *types.StepScalingPolicyConfiguration) *StepScaling {
	if c == nil {
		return nil
	}
	s := &StepScaling{
		AdjustmentType: string(c.AdjustmentType),
		Cooldown:       time.Duration(aws.ToInt32(c.Cooldown)) * time.Second,
		MinMagnitude:   int(aws.ToInt32(c.MinAdjustmentMagnitude)),
		Aggregation:    string(c.MetricAggregationType),
	}
	for _, step := range c.StepAdjustments {
		s.Steps = append(s.Steps, StepAdjustment{
			Lower: step.MetricIntervalLowerBound, Upper: step.MetricIntervalUpperBound,
			Adjustment: int(aws.ToInt32(step.ScalingAdjustment)),
		})
	}
	return s
}

func scheduledActions(ctx context.Context, config aws.Config) ([]ScheduledAction, error) {
	var found []ScheduledAction
	client := applicationautoscaling.NewFromConfig(config)
	for _, namespace := range namespaces {
		pages := applicationautoscaling.NewDescribeScheduledActionsPaginator(client,
			&applicationautoscaling.DescribeScheduledActionsInput{ServiceNamespace: namespace})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, action := range page.ScheduledActions {
				a := ScheduledAction{
					Name:       aws.ToString(action.ScheduledActionName),
					ResourceID: aws.ToString(action.ResourceId),
					Dimension:  string(action.ScalableDimension),
					Schedule:   aws.ToString(action.Schedule),
					Timezone:   aws.ToString(action.Timezone),
					Start:      aws.ToTime(action.StartTime),
					End:        aws.ToTime(action.EndTime),
				}
				if bounds := action.ScalableTargetAction; bounds != nil {
					a.Min, a.Max = count(bounds.MinCapacity), count(bounds.MaxCapacity)
				}
				found = append(found, a)
			}
		}
	}
	return found, nil
}

func count(n *int32) *int {
	if n == nil {
		return nil
	}
	return aws.Int(int(*n))
}
