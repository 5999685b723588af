package inference

import (
	"cmp"

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

// maxPools is SageMaker's limit (fact G9).
const maxPools = 5

func (p InstancePool) priority(place int) int { return cmp.Or(p.Priority, place+1) }

func (p VariantProps) validatePools() problem.List {
	var ps problem.List
	if len(p.InstancePools) > 0 && p.InstanceType != "" {
		ps.Add("InstancePools", len(p.InstancePools), "pools take the place of the one instance type",
			"leave out one of InstanceType and InstancePools")
	}
	if n := len(p.InstancePools); n > maxPools {
		ps.Add("InstancePools", n, "a variant has at most 5 pools", "keep the types that you want most")
	}
	types, priorities := map[string]bool{}, map[int]bool{}
	for i, pool := range p.InstancePools[:min(len(p.InstancePools), maxPools)] {
		var found problem.List
		for _, f := range (autoscaling.Variant{InstanceType: pool.InstanceType}).Validate() {
			if f.Path == "InstanceType" && !problem.Unresolved(f.Got) {
				found = append(found, f)
			}
		}
		switch {
		case pool.InstanceType == "":
			found.Add("InstanceType", nil, "a pool needs an instance type", "such as \"ml.g6.2xlarge\"")
		case types[pool.InstanceType]:
			found.Add("InstanceType", pool.InstanceType, "another pool has the same type", "leave one of them out")
		}
		switch n := pool.priority(i); {
		case n < 1 || n > maxPools:
			found.Add("Priority", n, "a priority is 1, the highest, to 5", "leave it out for the place in the list")
		case priorities[n]:
			found.Add("Priority", n, "another pool has the same priority", "give each pool a priority of its own")
		}
		if pool.Model != nil && p.ManagedInstances != nil {
			found.Add("Model", nil, "inference components have models of their own", "leave it out")
		}
		types[pool.InstanceType], priorities[pool.priority(i)] = true, true
		ps = append(ps, found.In(at("InstancePools", i))...)
	}
	return ps
}

func poolProperties(pools []InstancePool) any {
	out := make([]any, len(pools))
	for i, pool := range pools {
		property := &awssagemaker.CfnEndpointConfig_InstancePoolProperty{
			InstanceType: jsii.String(pool.InstanceType), Priority: jsii.Number(pool.priority(i)),
		}
		if pool.Model != nil {
			property.ModelNameOverride = pool.Model.ModelName()
		}
		out[i] = property
	}
	return out
}
