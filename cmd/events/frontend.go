package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// showFrontEnd prints what the same events prepare before the endpoint, between
// now and until: the floors of the gateway and its canary, and the load balancer's
// capacity units.
func showFrontEnd(out io.Writer, e config.Environment, now, until time.Time) error {
	if err := showGateway(out, "Gateway", e, now, until); err != nil {
		return err
	}
	if canary, ok := e.Canary(); ok {
		if err := showGateway(out, "Canary", canary, now, until); err != nil {
			return err
		}
	}
	if c, ok := e.CapacityUnits(); ok {
		fmt.Fprintf(out, "\nLoad balancer: capacity units, %d schedules\n", len(frontend.ReservationSchedules(c)))
		var floors []events.Floor
		for _, r := range frontend.Reservations(c) {
			floors = append(floors, events.Floor{From: r.From, To: r.To, MinCapacity: r.CapacityUnits, Events: r.Events})
		}
		return table(out, "UNITS", floors, now, until)
	}
	return nil
}

// showGateway prints the floors of one gateway, in its form.
func showGateway(out io.Writer, name string, e config.Environment, now, until time.Time) error {
	show := func(what string, c events.Calendar, target autoscaling.ScalableTarget) error {
		fmt.Fprintf(out, "\n%s: %s, at most %d, %d of %d scheduled actions\n",
			name, what, target.MaxCapacity, len(target.ScheduledActions), events.MaxScheduledActions)
		return table(out, "MINIMUM", c.Floors(), now, until)
	}
	if c, ok := e.GatewayEnvironments(); ok {
		return show("provisioned concurrency", c, frontend.FunctionTarget(c, e.Frontend.Capacity.ReservedConcurrency))
	}
	if c, ok := e.GatewayTasks(); ok && len(c.Events) > 0 {
		target, _ := e.GatewayTarget()
		return show("tasks", c, target)
	}
	return nil
}

// table prints what is not over and begins before until.
func table(out io.Writer, unit string, floors []events.Floor, now, until time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	shown := 0
	for _, f := range floors {
		if !f.To.After(now) || !f.From.Before(until) {
			continue
		}
		if shown == 0 {
			fmt.Fprintf(w, "\nFROM\tTO\tUTC\t%s\tWHY\n", unit)
		}
		shown++
		fmt.Fprintf(w, "%s\t%s\t%s to %s\t%d\t%s\n",
			f.From.Format("Mon 2006-01-02 15:04 MST"), end(f), f.From.UTC().Format("Jan 02 15:04"), f.To.UTC().Format("Jan 02 15:04"),
			f.MinCapacity, why(f, now))
	}
	if shown == 0 {
		fmt.Fprintf(w, "\nNothing until %s.\n", until.UTC().Format("2006-01-02"))
	}
	return w.Flush()
}
