package main

import (
	"fmt"
	"io"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// showFrontEnd prints the floors that the events give to the front end between now
// and until: of the gateway, its canary, and the load balancer's capacity units.
func showFrontEnd(out io.Writer, e config.Environment, now, until time.Time) {
	showGateway(out, e.Name+", gateway", e, now, until)
	if canary, ok := e.Canary(); ok {
		showGateway(out, e.Name+", canary", canary, now, until)
	}
	if c, ok := e.CapacityUnits(); ok {
		fmt.Fprintf(out, "\n%s, load balancer, capacity units: %d schedules\n", e.Name, len(frontend.ReservationSchedules(c)))
		var floors []events.Floor
		for _, r := range frontend.Reservations(c) {
			floors = append(floors, events.Floor{From: r.From, To: r.To, MinCapacity: r.CapacityUnits, Events: r.Events})
		}
		showFloors(out, floors, now, until)
	}
}

// showGateway prints the floors of one gateway, a function or a service.
func showGateway(out io.Writer, name string, e config.Environment, now, until time.Time) {
	show := func(what string, c events.Calendar, target autoscaling.ScalableTarget) {
		fmt.Fprintln(out)
		title(out, name+", "+what, target, len(c.Events))
		showFloors(out, c.Floors(), now, until)
	}
	if c, ok := e.GatewayEnvironments(); ok {
		show("environments of its function", c, frontend.FunctionTarget(c, e.Frontend.Capacity.ReservedConcurrency))
	} else if c, ok := e.GatewayTasks(); ok && len(c.Events) > 0 {
		target, _ := e.GatewayTarget()
		show("tasks", c, target)
	}
}

// showFloors prints the floors, and says so where there are none.
func showFloors(out io.Writer, floors []events.Floor, now, until time.Time) {
	if table(out, floors, now, until) == 0 {
		fmt.Fprintf(out, "\nNothing until %s.\n", until.UTC().Format("2006-01-02"))
	}
}
