package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InstancePool is an instance type of a variant with several.
type InstancePool struct {
	// InstanceType is the type of the pool's instances, such as ml.g6.2xlarge.
	InstanceType string
	// Priority is 1, the highest, to 5. Instances start in the pool of the highest
	// priority that has capacity, and stop in that of the lowest first.
	// Default: 0, the pool's place in the list, counted from 1.
	Priority int
	// Model is served in this pool instead of the variant's model, such as the same
	// model compiled for this type. With ManagedInstances it is an error.
	// Default: nil, the variant's model.
	Model *Model
}

// pools are the pools as package autoscaling describes them.
func (p VariantProps) pools() autoscaling.InstancePools {
	pools := make(autoscaling.InstancePools, len(p.InstancePools))
	for i, pool := range p.InstancePools {
		pools[i] = autoscaling.InstancePool{InstanceType: pool.InstanceType, Priority: pool.Priority}
	}
	return pools
}

func (p VariantProps) validatePools() problem.List {
	ps := p.pools().Validate(p.InstanceType)
	for i, pool := range p.InstancePools {
		if pool.Model != nil && p.ManagedInstances != nil {
			ps.Add(at("InstancePools", i)+".Model", nil, "inference components have models of their own", "leave it out")
		}
	}
	return ps
}

func (p VariantProps) poolProperties() any {
	out := make([]any, len(p.InstancePools))
	for i, pool := range p.pools().WithDefaults() {
		property := &awssagemaker.CfnEndpointConfig_InstancePoolProperty{
			InstanceType: jsii.String(pool.InstanceType), Priority: jsii.Number(pool.Priority),
		}
		if m := p.InstancePools[i].Model; m != nil {
			property.ModelNameOverride = m.ModelName()
		}
		out[i] = property
	}
	return out
}
