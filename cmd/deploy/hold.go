package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// raise raises the minimum of a variant to --hold instances, and waits until its
// fleet has them: registering a target moves the fleet at once (fact A39), and
// nothing scales after the scaling is taken off.
func (d *deployment) raise(ctx context.Context, endpoint, variant string) error {
	if d.hold == 0 {
		return nil
	}
	scaling, id := applicationautoscaling.NewFromConfig(d.aws),
		autoscaling.Variant{EndpointName: endpoint, Name: variant}.ResourceID()
	found, err := scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceIds: []string{id},
		ScalableDimension: types.ScalableDimensionSageMakerVariantDesiredInstanceCount,
	})
	if err != nil {
		return fmt.Errorf("--hold: the scaling of %s cannot be read: %w", variant, err)
	}
	if len(found.ScalableTargets) == 0 {
		return fmt.Errorf("--hold: variant %s does not scale by instances; leave --hold out", variant)
	}
	target := found.ScalableTargets[0]
	if most := int(aws.ToInt32(target.MaxCapacity)); d.hold > most {
		return fmt.Errorf("--hold: got %d: variant %s scales to %d instances at most; give that or less",
			d.hold, variant, most)
	}
	fmt.Fprintf(d.out, "Raising %s to %d instances.\n", variant, d.hold)
	if _, err := scaling.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: &id,
		ScalableDimension: types.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		MinCapacity:       aws.Int32(int32(max(d.hold, int(aws.ToInt32(target.MinCapacity))))),
		MaxCapacity:       target.MaxCapacity,
	}); err != nil {
		return fmt.Errorf("--hold: the minimum of %s cannot be raised: %w", variant, err)
	}
	return d.reached(ctx, sagemaker.NewFromConfig(d.aws), endpoint, variant)
}

// reached waits until the variant runs the instances and its endpoint is in service.
func (d *deployment) reached(ctx context.Context, client *sagemaker.Client, endpoint, variant string) error {
	for {
		found, err := client.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: &endpoint})
		if err != nil {
			return fmt.Errorf("--hold: endpoint %s cannot be read: %w", endpoint, err)
		}
		for _, v := range found.ProductionVariants {
			if aws.ToString(v.VariantName) == variant && int(aws.ToInt32(v.CurrentInstanceCount)) >= d.hold &&
				found.EndpointStatus == sagemakertypes.EndpointStatusInService {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
