package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// showFrontEnd prints the floors that the events give to the front end between now
// and until: of the gateway, its canary, and the load balancer's capacity units.
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
		return showFloors(out, "UNITS", floors, now, until)
	}
	return nil
}

// showGateway prints the floors of one gateway, a function or a service.
func showGateway(out io.Writer, name string, e config.Environment, now, until time.Time) error {
	show := func(what string, c events.Calendar, target autoscaling.ScalableTarget) error {
		fmt.Fprintf(out, "\n%s: %s, at most %d, %d of %d scheduled actions\n",
			name, what, target.MaxCapacity, len(target.ScheduledActions), events.MaxScheduledActions)
		return showFloors(out, "MINIMUM", c.Floors(), now, until)
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

// showFloors prints the table of floors, and says so where it is empty.
func showFloors(out io.Writer, unit string, floors []events.Floor, now, until time.Time) error {
	shown, err := table(out, unit, floors, now, until)
	if shown == 0 {
		fmt.Fprintf(out, "\nNothing until %s.\n", until.UTC().Format("2006-01-02"))
	}
	return err
}

// table prints the floors that end after now and begin before until, and counts
// them.
func table(out io.Writer, unit string, floors []events.Floor, now, until time.Time) (shown int, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range floors {
		if !f.To.After(now) || !f.From.Before(until) {
			continue
		}
		if shown == 0 {
			fmt.Fprintf(w, "\nFROM\tTO\tUTC\t%s\tWHY\n", unit)
		}
		shown++
		fmt.Fprintf(w, "%s\t%s\t%s to %s\t%d\t%s\n", written(f.From), end(f),
			f.From.UTC().Format("Jan 02 15:04"), f.To.UTC().Format("Jan 02 15:04"), f.MinCapacity, why(f, now))
	}
	return shown, w.Flush()
}

// end writes when a floor ends, with the date where that is another day.
func end(f events.Floor) string {
	if f.From.Format(time.DateOnly) == f.To.Format(time.DateOnly) {
		return f.To.Format("15:04 MST")
	}
	return written(f.To)
}

// why names the events of a floor.
func why(f events.Floor, now time.Time) string {
	names := strings.Join(f.Events, ", ")
	if !f.From.After(now) {
		names += " (now)"
	}
	return names
}
