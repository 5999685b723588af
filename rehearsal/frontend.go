package rehearsal

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// Frontend is the gateway, as tasks or as a function, and the load balancer in front of
// a rehearsed endpoint; a nil part does not exist. Bill computes what they cost from the
// minutes of a rehearsal. The gateway's own scaling is not rehearsed.
type Frontend struct {
	Tasks        *Tasks
	Function     *Function
	LoadBalancer *LoadBalancer
	// TrafficShare is the share of their requests that the rehearsed variant gets, over
	// 0. Default: 0, all of them.
	TrafficShare float64
}

// Tasks are a gateway on Fargate.
type Tasks struct {
	// VCPU and MemoryGB are those of one task. Default: 0, not known.
	VCPU, MemoryGB float64
	// Capacity is the bounds of the number of tasks.
	Capacity autoscaling.ScalableTarget
	// RequestsPerSecond is what one task sustains; they run at
	// capacity.DefaultSafetyFactor of it.
	// Default: 0, not known: the number of tasks is the minimum.
	RequestsPerSecond float64
}

// Function is a gateway as a Lambda function.
type Function struct {
	MemoryGB float64
	// Capacity is the bounds of the provisioned concurrency.
	Capacity autoscaling.ScalableTarget
}

// LoadBalancer is an Application Load Balancer.
type LoadBalancer struct {
	// Traffic is what a request costs it.
	Traffic frontend.LoadBalancerTraffic
	// ReservedUnits are the reserved capacity units, Reservations their schedule.
	ReservedUnits int
	Reservations  []frontend.ReservationSchedule
}

// Prices are in the currency of the instances' price. 0 is not known.
type Prices struct {
	// VCPUHour and GBHour are Fargate's.
	VCPUHour, GBHour float64
	// FunctionGBSecond, ProvisionedGBSecond and MillionRequests are Lambda's prices
	// of execution, of provisioned concurrency and of calls.
	FunctionGBSecond, ProvisionedGBSecond, MillionRequests float64
	// LoadBalancerHour and CapacityUnitHour are the load balancer's.
	LoadBalancerHour, CapacityUnitHour float64
}

// Bill is the usage and the cost of a Frontend.
type Bill struct {
	// Function says that the gateway is a function.
	Function bool `json:"-"`
	// LeastTasks and MostTasks are the range of the number of tasks.
	TaskHours  float64 `json:"taskHours,omitempty"`
	LeastTasks int     `json:"leastTasks,omitempty"`
	MostTasks  int     `json:"mostTasks,omitempty"`
	VCPUHours  float64 `json:"-"`
	GBHours    float64 `json:"-"`
	// Calls and FunctionGBSeconds are the function's, ProvisionedGBSeconds those of
	// its provisioned concurrency.
	Calls                float64 `json:"calls,omitempty"`
	FunctionGBSeconds    float64 `json:"functionGBSeconds,omitempty"`
	ProvisionedGBSeconds float64 `json:"provisionedGBSeconds,omitempty"`
	// LoadBalancerHours is 0 without a load balancer.
	LoadBalancerHours float64 `json:"loadBalancerHours"`
	CapacityUnitHours float64 `json:"capacityUnitHours"`
	// ReservedUnits is the highest reservation.
	ReservedUnits int `json:"reservedUnits"`
	// GatewayMoney and LoadBalancerMoney are the costs of all that has a price.
	GatewayMoney      float64 `json:"gatewayMoney,omitempty"`
	LoadBalancerMoney float64 `json:"loadBalancerMoney,omitempty"`
	// Unpriced names what was used and has no price.
	Unpriced []string `json:"unpriced,omitempty"`
	// Assumptions are the assumptions of the bill.
	Assumptions string `json:"-"`
}

// Money is the cost of all that has a price.
func (b Bill) Money() float64 { return b.GatewayMoney + b.LoadBalancerMoney }

// unitHours is the hours of a number of units.
func unitHours(d time.Duration, times float64) float64 { return d.Hours() * times }
