package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// measurement finds out what AWS documents nowhere.
type measurement struct {
	name string
	// changes says what it changes, and restores.
	changes string
	// parameter is what it sets, of the environment file or of rehearsal.Input, or
	// "facts". fact is the number of the fact of docs/aws-facts.md.
	parameter, fact string
	// local says what the local AWS lacks for it. Default: "", it can be tried there.
	local string
	do    func(context.Context, *run, *account, measureOptions) (finding, error)
}

type measureOptions struct {
	variant string
	add     int32
	repeat  int
	// wait is how long something may take.
	wait time.Duration
}

// finding is what a measurement has found.
type finding struct {
	SchemaVersion int    `json:"schemaVersion"`
	Measurement   string `json:"measurement"`
	Parameter     string `json:"parameter"`
	Fact          string `json:"fact,omitempty"`
	// Value is the parameter's, or what was observed of the fact.
	Value any `json:"value"`
	// Seconds are the single times, where times were measured.
	Seconds     []float64 `json:"seconds,omitempty"`
	Sentence    string    `json:"sentence"`
	Environment string    `json:"environment"`
	At          time.Time `json:"at"`
}

const measurementNames = "start-times,\n                past-action, spent-action, floor-while-updating, " +
	"reservation,\n                cooldown, action-delay"

const noActions = "it runs no scheduled actions and lists no scaling activities"

func measurements() []measurement {
	return []measurement{
		{name: "start-times", parameter: "capacity.startTime", do: startTimes,
			changes: "Instances are added and taken away; meanwhile policies do not scale."},
		{name: "past-action", parameter: "facts", fact: "B11", do: pastAction, local: noActions,
			changes: "A one-time action in the past, with the present minimum, is put and deleted."},
		{name: "spent-action", parameter: "facts", fact: "B12", do: spentAction, local: noActions,
			changes: "A one-time action, with the present minimum, is put, runs, and is deleted."},
		{name: "floor-while-updating", parameter: "Reading.RefusedFloorRetried", fact: "C35", do: floorWhileUpdating,
			local: noActions, changes: "An instance is added, a minimum of two more falls meanwhile, and both are " +
				"restored; meanwhile policies do not scale."},
		{name: "reservation", parameter: "facts", fact: "F27", do: reservation,
			local: "it has no capacity reservations", changes: "100 of the load balancer's capacity units are reserved and " +
				"released by EventBridge Scheduler; they cost while they are reserved."},
		{name: "cooldown", parameter: "Reading.CooldownBase", fact: "I6", do: cooldown, local: "no alarm fires there",
			changes: "A policy on a metric of its own scales out twice, to three times the instances at most, and is deleted."},
		{name: "action-delay", parameter: "facts", fact: "B9", do: actionDelay, local: noActions,
			changes: "One-time actions a minute apart, with the present minimum, are put and deleted."},
	}
}

func (r *run) measure(ctx context.Context, args []string, problems io.Writer) error {
	var o measureOptions
	var add int
	flags := r.flags("measure", problems)
	flags.StringVar(&o.variant, "variant", "", "the `variant` that is measured (default the only one)")
	flags.IntVar(&add, "add", 1, "how many `instances` start-times adds at once")
	flags.IntVar(&o.repeat, "repeat", 3, "how many `times` start-times and action-delay measure")
	flags.DurationVar(&o.wait, "wait", 30*time.Minute, "how long something may `take`")
	flags.BoolVar(&r.yes, "yes", false, "measure without asking")
	name, err := r.parse(flags, args, true)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(measurements(), func(m measurement) bool { return m.name == name })
	switch {
	case i < 0:
		return badInput{fmt.Errorf("measure: got %q: it is one of %s", name,
			strings.Join(strings.Fields(measurementNames), " "))}
	case add < 1 || add > 1000:
		return badInput{fmt.Errorf("--add: got %d: add 1 instance or more", add)}
	case o.repeat < 1 || o.repeat > 60:
		return badInput{fmt.Errorf("--repeat: got %d: measure 1 to 60 times", o.repeat)}
	case o.wait < time.Second:
		return badInput{fmt.Errorf("--wait: got %s: give 1s or more", o.wait)}
	}
	o.add = int32(add)
	m := measurements()[i]
	if err := r.noEvent(); err != nil {
		return err
	}
	a, err := openAccount(ctx, r.environment)
	if err != nil {
		return err
	}
	if a.local && m.local != "" {
		return badInput{fmt.Errorf("measure: %s cannot be measured on the local AWS: %s", m.name, m.local)}
	}
	return r.find(ctx, a, m, o)
}

// find measures, and prints what was found as a sentence and as a line of JSON.
func (r *run) find(ctx context.Context, a *account, m measurement, o measureOptions) error {
	marks, err := a.marks(ctx)
	if err != nil {
		return asBadInput(err)
	}
	if len(marks) > 0 {
		return badInput{fmt.Errorf("measure: %s of an earlier run is not taken back; run %s", marks[0].name, r.undoCommand())}
	}
	sets := m.parameter
	if m.fact != "" {
		sets = strings.TrimPrefix(sets+", fact "+m.fact, "facts, ")
	}
	r.say(m.changes + " It sets " + sets + ". What is left after an interruption is taken back by")
	fmt.Fprintf(r.out, "  %s\n", r.undoCommand())
	if err := r.confirm(ctx, "Measure?"); err != nil {
		return err
	}
	found, err := m.do(ctx, r, a, o)
	// Whatever happened: what was changed is restored. That waits for an endpoint that
	// is updating; a second Ctrl-C ends it.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.wait)
	defer cancel()
	if restored := r.restore(after, a); restored != nil {
		err = errors.Join(err, fmt.Errorf("%w; run %s", restored, r.undoCommand()))
	}
	if err != nil {
		return err
	}
	found.SchemaVersion, found.Measurement, found.Parameter, found.Fact = schemaVersion, m.name, m.parameter, m.fact
	found.Environment, found.At = r.env, r.now().UTC().Truncate(time.Second)
	line, err := json.Marshal(found)
	if err != nil {
		return err
	}
	fmt.Fprintln(r.out)
	r.say(found.Sentence)
	fmt.Fprintf(r.out, "%s\n", line)
	return nil
}

// restore takes back what a measurement has marked.
func (r *run) restore(ctx context.Context, a *account) error {
	marks, err := a.marks(ctx)
	if err != nil {
		return err
	}
	var wrong []error
	for _, m := range marks {
		wrong = append(wrong, r.takeBack(ctx, a, m))
	}
	return errors.Join(wrong...)
}

// quiet is how long before an event nothing is measured.
const quiet = time.Hour

// noEvent returns an error while an event is under way, or is about to be.
func (r *run) noEvent() error {
	w, ok := underWay(r.environment, r.now(), quiet)
	if !ok {
		return nil
	}
	return fmt.Errorf("measure: event %s is under way, or is within %s: nothing was measured; measure after %s", w.name,
		problem.Duration(quiet), w.To.Format("Mon 2006-01-02 15:04 MST"))
}

// eventWindow is a time that an event comes.
type eventWindow struct {
	events.Window
	name string
}

// underWay is the event that is under way at an instant, or soon is.
func underWay(e config.Environment, at time.Time, soon time.Duration) (w eventWindow, ok bool) {
	for _, v := range e.ProductionVariants() {
		c := v.VariantScaling().Calendar()
		for _, event := range c.Events {
			for _, one := range c.Windows(event) {
				if !at.Before(one.From.Add(-soon)) && at.Before(one.To) && (!ok || one.To.After(w.To)) {
					w, ok = eventWindow{one, event.Name}, true
				}
			}
		}
	}
	return w, ok
}
