// Package frontend says what stands before a rehearsed endpoint has cost: the
// gateway, as tasks or as a function, and the load balancer with its capacity
// units. It is arithmetic on a rehearsal's minutes: the gateway's own scaling is
// not rehearsed.
package frontend

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// Frontend is what stands before the endpoint. What is nil is not there.
type Frontend struct {
	Tasks        *Tasks
	Function     *Function
	LoadBalancer *LoadBalancer
}

// Tasks are a gateway on Fargate.
type Tasks struct {
	// VCPU and MemoryGB are of one of them. Default: 0, not known.
	VCPU, MemoryGB float64
	// Capacity bounds their number.
	Capacity autoscaling.ScalableTarget
	// RequestsPerSecond is what one of them sustains, of which
	// capacity.DefaultSafetyFactor is aimed at.
	// Default: 0, not known: there are as many as the minimum says.
	RequestsPerSecond float64
}

// Function is a gateway as a Lambda function.
type Function struct {
	MemoryGB float64
	// Capacity bounds the environments that are kept ready.
	Capacity autoscaling.ScalableTarget
}

// LoadBalancer is an Application Load Balancer.
type LoadBalancer struct {
	// Traffic is what a request costs it.
	Traffic frontend.LoadBalancerTraffic
	// ReservedUnits are capacity units that it always has, and Reservations those
	// that it has from times on.
	ReservedUnits int
	Reservations  []frontend.ReservationSchedule
}

// Prices are in any currency, that of the instances. Those that are 0 are not known.
type Prices struct {
	// VCPUHour and GBHour are of Fargate.
	VCPUHour, GBHour float64
	// FunctionGBSecond and ProvisionedGBSecond are of Lambda while it serves and
	// while it is kept ready, MillionRequests of its calls.
	FunctionGBSecond, ProvisionedGBSecond, MillionRequests float64
	// LoadBalancerHour and CapacityUnitHour are of the load balancer.
	LoadBalancerHour, CapacityUnitHour float64
}

// Bill is what it has come to.
type Bill struct {
	// Function says that the gateway is a function.
	Function bool
	// TaskHours is of tasks, MostTasks and LeastTasks how many there were.
	TaskHours             float64
	LeastTasks, MostTasks int
	VCPUHours, GBHours    float64
	// FunctionGBSeconds and Calls are of the function while it serves,
	// ProvisionedGBSeconds of what is kept ready.
	FunctionGBSeconds, ProvisionedGBSeconds, Calls float64
	// LoadBalancerHours is 0 where there is none.
	LoadBalancerHours, CapacityUnitHours float64
	// ReservedUnits is the most that was reserved.
	ReservedUnits int
	// GatewayMoney and LoadBalancerMoney are of what has a price.
	GatewayMoney, LoadBalancerMoney float64
	// Unpriced are the names of what has been used and has no price.
	Unpriced []string
	// Assumptions is what it rests on.
	Assumptions string
}

// Money is all that has a price.
func (b Bill) Money() float64 { return b.GatewayMoney + b.LoadBalancerMoney }

// hours is a number of seconds in hours.
func unitHours(d time.Duration, times float64) float64 { return d.Hours() * times }
