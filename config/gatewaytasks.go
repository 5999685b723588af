package config

import (
	"cmp"
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	requestsPerSecondPerTask = "frontend.capacity.requestsPerSecondPerTask"
	maxTasks                 = "frontend.capacity.maxTasks"
)

// GatewayTasks is the calendar of the tasks of a gateway on Fargate, and whether
// it has any.
func (e Environment) GatewayTasks() (c events.Calendar, ok bool) {
	f := e.Frontend.Capacity
	if f == nil || !e.Frontend.onFargate() {
		return c, false
	}
	unit := frontend.ServiceTasks(f.RequestsPerSecondPerTask/e.Frontend.share(), e.taskZones())
	unit.MinCapacity = cmp.Or(f.MinTasks, unit.MinCapacity)
	return unit.Calendar(e.calendar()), true
}

// GatewayTarget is the scalable target of those tasks, without its resource ID. The
// tasks of a canary may become as many as the gateway's: its share may grow.
func (e Environment) GatewayTarget() (t autoscaling.ScalableTarget, ok bool) {
	c, ok := e.GatewayTasks()
	if !ok {
		return t, false
	}
	return frontend.ServiceTarget(c, cmp.Or(e.Frontend.Capacity.MaxTasks, e.tasksOfFleet(1))), true
}

// tasksOfFleet is how many tasks carry a share of what all instances serve, and
// each event.
func (e Environment) tasksOfFleet(share float64) int {
	c, _ := e.GatewayTasks()
	served, _ := e.fleet()
	if served == 0 { // a serverless variant has no instances
		return max(frontend.DefaultMaxTasks, c.HighestFloor())
	}
	need := capacity.Floor(served*share, e.Frontend.Capacity.RequestsPerSecondPerTask, capacity.DefaultSafetyFactor,
		c.Zones)
	return max(need, c.HighestFloor())
}

// taskZones is how many zones the tasks are spread over, where the fleet's
// floors survive the loss of one, else 0.
func (e Environment) taskZones() int {
	survives := false
	for _, v := range e.ProductionVariants() {
		survives = survives || v.Scaling.Zones > 0
	}
	switch n := e.Network; {
	case !survives:
		return 0
	case n.NewVPC != nil:
		return len(n.NewVPC.AvailabilityZones)
	case n.ExistingVPC != nil:
		return len(n.ExistingVPC.PrivateSubnets) // one of each zone
	default:
		return 0
	}
}

// validateTasks wants the service to carry what its events bring and what the
// whole fleet serves, and its floors to be sound.
func (e Environment) validateTasks(src source) problem.List {
	c, ok := e.GatewayTasks()
	if !ok || e.Frontend.Capacity.RequestsPerSecondPerTask <= 0 || src.faulty(requestsPerSecondPerTask) ||
		src.faulty("frontend.capacity.minTasks") {
		return nil
	}
	ps := e.inFrontend(c.Validate(), requestsPerSecondPerTask)
	if most := e.Frontend.Capacity.MaxTasks; len(ps) == 0 && most != 0 {
		if need := e.tasksOfFleet(e.Frontend.share()); need > most {
			served, instances := e.fleet()
			ps.Add(maxTasks, most,
				fmt.Sprintf("the gateway is full before the fleet, or an event's floor, is: %d instances serve %g a second%s, "+
					"and with the events %d tasks are needed", instances, served, e.Frontend.ofIt(), need),
				fmt.Sprintf("raise it to %d or more, or leave it out", need))
		}
	}
	return ps
}
