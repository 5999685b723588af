package rehearsal

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Bill is the bill of f for a rehearsal with Input.Minutes.
func (f Frontend) Bill(r Result, p Prices) Bill {
	b := Bill{Function: f.Function != nil}
	if f.TrafficShare > 0 {
		r.Minutes = slices.Clone(r.Minutes)
		for i := range r.Minutes {
			r.Minutes[i].Arrived /= f.TrafficShare
		}
	}
	var assumptions []string
	if t := f.Tasks; t != nil {
		assumptions = append(assumptions, t.bill(r, &b))
	}
	if g := f.Function; g != nil {
		assumptions = append(assumptions, g.bill(r, &b))
	}
	if l := f.LoadBalancer; l != nil {
		assumptions = append(assumptions, l.bill(r, &b))
	}
	b.price(p)
	b.Assumptions = strings.Join(assumptions, "; ")
	return b
}

// eachMinute calls add for every minute with its length and its rate.
func eachMinute(r Result, add func(at time.Time, long time.Duration, rate float64)) {
	for i, m := range r.Minutes {
		end := r.To
		if i+1 < len(r.Minutes) {
			end = r.Minutes[i+1].At
		}
		long := end.Sub(m.At)
		add(m.At, long, m.Arrived/math.Max(1, long.Seconds()))
	}
}

func (t Tasks) bill(r Result, b *Bill) string {
	least := minimumCapacity(t.Capacity, r.From, r.To)
	b.LeastTasks = math.MaxInt
	eachMinute(r, func(at time.Time, long time.Duration, rate float64) {
		tasks := least.at(at)
		if t.RequestsPerSecond > 0 {
			needed := capacity.Instances(rate, t.RequestsPerSecond, capacity.DefaultSafetyFactor)
			tasks = max(tasks, min(needed, t.Capacity.MaxCapacity))
		}
		b.LeastTasks, b.MostTasks = min(b.LeastTasks, tasks), max(b.MostTasks, tasks)
		b.TaskHours += unitHours(long, float64(tasks))
	})
	b.LeastTasks = min(b.LeastTasks, b.MostTasks)
	b.VCPUHours, b.GBHours = b.TaskHours*t.VCPU, b.TaskHours*t.MemoryGB
	if t.RequestsPerSecond > 0 {
		return "the gateway has as many tasks as its minimum, or the traffic, needs"
	}
	return "the gateway has as many tasks as its minimum says"
}

func (g Function) bill(r Result, b *Bill) string {
	ready := minimumCapacity(g.Capacity, r.From, r.To)
	latency := r.Latency.P50.Seconds()
	eachMinute(r, func(at time.Time, long time.Duration, rate float64) {
		calls := rate * long.Seconds()
		b.Calls += calls
		b.FunctionGBSeconds += calls * latency * g.MemoryGB
		b.ProvisionedGBSeconds += float64(ready.at(at)) * long.Seconds() * g.MemoryGB
	})
	return "the gateway's function is busy for the median latency of each request"
}

func (l LoadBalancer) bill(r Result, b *Bill) string {
	reserved := reservedUnits(l, r.From, r.To)
	perUnit := l.Traffic.CapacityUnits().RequestsPerSecond
	eachMinute(r, func(at time.Time, long time.Duration, rate float64) {
		b.LoadBalancerHours += long.Hours()
		b.ReservedUnits = max(b.ReservedUnits, reserved.at(at))
		b.CapacityUnitHours += unitHours(long, math.Max(rate/perUnit, float64(reserved.at(at))))
	})
	assumption := "a request costs the load balancer a connection"
	if l.Traffic.RequestsPerConnection > 1 {
		assumption = "a connection has several requests"
	}
	if l.Traffic.BytesPerRequest == 0 {
		assumption += ", and no bytes"
	}
	return assumption
}

// price computes the money of the quantities.
func (b *Bill) price(p Prices) {
	charge := func(to *float64, name string, quantity, price float64) {
		switch {
		case quantity == 0:
		case price == 0:
			b.Unpriced = append(b.Unpriced, name)
		default:
			*to += quantity * price
		}
	}
	charge(&b.GatewayMoney, "vCPU", b.VCPUHours, p.VCPUHour)
	charge(&b.GatewayMoney, "memory", b.GBHours, p.GBHour)
	if b.VCPUHours == 0 && b.TaskHours > 0 {
		b.Unpriced = append(b.Unpriced, "tasks, of which the size is not known")
	}
	charge(&b.GatewayMoney, "function", b.FunctionGBSeconds, p.FunctionGBSecond)
	charge(&b.GatewayMoney, "calls", b.Calls/1e6, p.MillionRequests)
	charge(&b.GatewayMoney, "provisioned concurrency", b.ProvisionedGBSeconds, p.ProvisionedGBSecond)
	charge(&b.LoadBalancerMoney, "load balancer", b.LoadBalancerHours, p.LoadBalancerHour)
	charge(&b.LoadBalancerMoney, "capacity units", b.CapacityUnitHours, p.CapacityUnitHour)
}
