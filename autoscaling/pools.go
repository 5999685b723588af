package autoscaling

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InstancePool is an instance type of a variant with several.
type InstancePool struct {
	// InstanceType is the type of the pool's instances, such as ml.g6.2xlarge.
	InstanceType string `json:"instanceType"`
	// Priority is 1, the highest, to 5. Instances start in the pool of the highest
	// priority that has capacity, and stop in that of the lowest first.
	// Default: the pool's place in the list, counted from 1.
	Priority int `json:"priority,omitempty" jsonschema:"minimum=1,maximum=5"`
}

// InstancePools are the pools of a variant, in any order (fact G9).
type InstancePools []InstancePool

// maxPools is SageMaker's limit (fact G9).
const maxPools = 5

// WithDefaults returns the pools with their priorities.
func (p InstancePools) WithDefaults() InstancePools {
	p = slices.Clone(p)
	for i := range p {
		p[i].Priority = cmp.Or(p[i].Priority, i+1)
	}
	return p
}

// Types are the instance types, the highest priority first.
func (p InstancePools) Types() []string {
	pools := p.WithDefaults()
	slices.SortStableFunc(pools, func(a, b InstancePool) int { return cmp.Compare(a.Priority, b.Priority) })
	types := make([]string, len(pools))
	for i, pool := range pools {
		types[i] = pool.InstanceType
	}
	return types
}

// Validate returns everything wrong with the pools of a variant whose other instance
// type is given, "" for none. Paths begin with InstancePools.
func (p InstancePools) Validate(instanceType string) problem.List {
	var ps problem.List
	if len(p) > 0 && instanceType != "" {
		ps.Add("InstancePools", len(p), "pools take the place of the one instance type",
			"leave out one of «InstanceType» and «InstancePools»")
	}
	if n := len(p); n > maxPools {
		ps.Add("InstancePools", n, "a variant has at most 5 pools", "keep the types that you want most")
	}
	types, priorities := map[string]bool{}, map[int]bool{}
	for i, pool := range p.WithDefaults()[:min(len(p), maxPools)] {
		var found problem.List
		for _, f := range (Variant{InstanceType: pool.InstanceType}).Validate() {
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
		switch n := pool.Priority; {
		case n < 1 || n > maxPools:
			found.Add("Priority", n, "a priority is 1, the highest, to 5", "leave it out for the place in the list")
		case priorities[n]:
			found.Add("Priority", n, "another pool has the same priority", "give each pool a priority of its own")
		}
		types[pool.InstanceType], priorities[pool.Priority] = true, true
		ps = append(ps, found.In(fmt.Sprintf("InstancePools[%d]", i))...)
	}
	return ps
}
