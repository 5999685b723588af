package checks

import (
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// demand is what a quota has to hold: the most that runs, and the most that exists
// while a deployment exchanges it.
type demand struct {
	unit               string
	most, whileUpdated int
	// reason is why less than the most is wrong. Default: scaling stops there.
	reason string
	// holds is the largest fleet whose update a quota of so much holds.
	holds func(quota int) int
}

// fleet is the instances of one or several types that stand in for each other.
type fleet struct {
	types      []string
	least, max int
}

// fleets are the environment's instances, those of equal types together.
func fleets(e config.Environment) (all []fleet) {
	add := func(types []string, least, most int) {
		slices.Sort(types)
		types = slices.Compact(types)
		for i, f := range all {
			if slices.Equal(f.types, types) {
				all[i].least, all[i].max = f.least+least, f.max+most
				return
			}
		}
		all = append(all, fleet{types, least, most})
	}
	typesOf := func(one string, pools autoscaling.InstancePools) []string {
		if len(pools) > 0 {
			return pools.Types()
		}
		return []string{one}
	}
	for _, v := range e.ProductionVariants() {
		if v.Serverless == nil {
			t := v.ScalableTarget()
			add(typesOf(v.InstanceType, v.InstancePools), highestMin(t), max(t.HighestMax(), highestMin(t)))
		}
	}
	if m := e.Variant.ManagedInstances; m != nil {
		add(typesOf(e.Variant.InstanceType, e.Variant.InstancePools), m.MinInstanceCount, m.MaxInstanceCount)
	}
	if s := e.ShadowVariant; s != nil {
		n := max(1, s.InitialInstanceCount)
		add(typesOf(s.InstanceType, s.InstancePools), n, n)
	}
	return all
}

// highestMin is the highest minimum that a target ever has.
func highestMin(t autoscaling.ScalableTarget) int {
	highest := t.MinCapacity
	for _, a := range t.ScheduledActions {
		if a.MinCapacity != nil {
			highest = max(highest, *a.MinCapacity)
		}
	}
	return highest
}

// instanceDemand is what a fleet needs (fact C19).
func instanceDemand(f fleet, u *autoscaling.Update) demand {
	return demand{unit: "instances", most: f.max, whileUpdated: u.Instances(f.max), holds: func(quota int) int {
		holds := 0
		for n := 1; n <= f.max && u.Instances(n) <= quota; n++ {
			holds = n
		}
		return holds
	}}
}

// taskDemand is the processors of the most tasks. A deployment starts as many beside
// them (fact F30: no task stops before another serves).
func taskDemand(e config.Environment) demand {
	cpu := 0.0
	add := func(e config.Environment) {
		if t, ok := e.GatewayTarget(); ok {
			cpu += float64(t.MaxCapacity*e.Frontend.TaskCPU) / 1024
		}
	}
	add(e)
	if canary, ok := e.Canary(); ok {
		add(canary)
	}
	return demand{unit: "vCPU", most: int(math.Ceil(cpu)), whileUpdated: int(math.Ceil(2 * cpu))}
}

// unreserved is what Lambda leaves to functions without a reservation (fact F72).
const unreserved = 100

// concurrencyDemand is the environments of the gateway's function: those reserved and
// what must be left beside them, or those of the largest fleet (fact F26). 0 is not
// known.
func concurrencyDemand(e config.Environment) int {
	f := e.Frontend.Capacity
	if f == nil {
		return 0
	}
	if f.ReservedConcurrency > 0 {
		return f.ReservedConcurrency + unreserved
	}
	served := 0.0
	for _, v := range e.ProductionVariants() {
		served += float64(v.Scaling.MaxCapacity) * v.Capacity.RequestsPerSecondPerInstance
	}
	for _, c := range e.Components {
		served += float64(c.MaxCapacity) * c.RequestsPerSecondPerCopy
	}
	need := capacity.Concurrency(served, f.RequestLatency)
	if c, ok := e.GatewayEnvironments(); ok {
		need = max(need, c.HighestFloor()+unreserved)
	}
	return need
}
