package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// fault is something that goes wrong, on purpose.
type fault struct {
	name string
	// prepare looks at what stands, and changes nothing.
	prepare func(context.Context, *run, *account, faultOptions) (deed, error)
}

// deed is a fault that is about to be played.
type deed struct {
	// says is what it will do, seen what should be seen then.
	says, seen string
	// was is what taking it back needs, "" where there is nothing to take back.
	was   string
	apply func(context.Context) error
	// watch is what is to be told of it while it lasts, "" for nothing.
	// Default: nil, nothing.
	watch func(context.Context) (string, error)
}

type faultOptions struct {
	variant string
	lowest  int
	lasts   time.Duration
}

const faultNames = "floor-dropped,\n                task-stopped, credentials-denied, scaling-suspended, throttled"

func faults() []fault {
	return []fault{
		{"floor-dropped", dropFloor}, {"task-stopped", stopTask}, {"credentials-denied", denyCredentials},
		{"scaling-suspended", suspendScaling}, {"throttled", throttle},
	}
}

// look is how often a fault is looked at while it lasts.
const look = 5 * time.Second

// undoWithin is how long taking back may take after Ctrl-C.
const undoWithin = time.Minute

func (r *run) fault(ctx context.Context, args []string, problems io.Writer) error {
	var o faultOptions
	flags := r.flags("fault", problems)
	flags.StringVar(&o.variant, "variant", "", "the `variant` whose scaling is disturbed (default the only one)")
	flags.IntVar(&o.lowest, "min", 0, "the `minimum` of floor-dropped (default the file's, between events)")
	flags.DurationVar(&o.lasts, "for", 5*time.Minute, "take it back after this `time`")
	flags.BoolVar(&r.yes, "yes", false, "play it without asking")
	name, err := r.parse(flags, args, true)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(faults(), func(f fault) bool { return f.name == name })
	switch {
	case i < 0:
		return badInput{fmt.Errorf("fault: got %q: it is one of %s", name,
			strings.Join(strings.Fields(faultNames), " "))}
	case o.lasts < time.Second || o.lasts > 24*time.Hour:
		return badInput{fmt.Errorf("--for: got %s: a fault lasts from 1s to 24h", o.lasts)}
	case o.lowest < 0:
		return badInput{fmt.Errorf("--min: got %d: a minimum is 1 or more", o.lowest)}
	}
	a, err := openAccount(ctx, r.environment)
	if err != nil {
		return err
	}
	return r.play(ctx, a, faults()[i], o)
}

// play plays a fault and takes it back.
func (r *run) play(ctx context.Context, a *account, f fault, o faultOptions) error {
	marks, err := a.marks(ctx)
	if err != nil {
		return asBadInput(err)
	}
	if i := slices.IndexFunc(marks, func(m mark) bool { return m.name == f.name }); i >= 0 {
		fmt.Fprintln(r.out, "An earlier run has left this fault; it is taken back first.")
		if err := r.confirm(ctx, "Take it back?"); err != nil {
			return err
		}
		if err := r.takeBack(ctx, a, marks[i]); err != nil {
			return err
		}
	}
	d, err := f.prepare(ctx, r, a, o)
	if err != nil {
		return asBadInput(err)
	}
	r.say(d.says)
	r.say("To be seen: " + d.seen)
	if d.was != "" {
		fmt.Fprintf(r.out, "It is taken back after %s and at Ctrl-C, and otherwise by\n  %s\n", o.lasts, r.undoCommand())
	}
	if err := r.confirm(ctx, "Play it?"); err != nil {
		return err
	}
	if d.was != "" {
		if err := a.put(ctx, mark{f.name, d.was}); err != nil {
			return err
		}
	}
	began := r.now()
	failed := d.apply(ctx)
	if failed == nil {
		r.tell(f.name + ": begun.")
		failed = r.hold(ctx, d, began.Add(o.lasts))
	}
	if d.was == "" {
		return failed
	}
	// An apply that failed may have been done all the same.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	if err := r.takeBack(after, a, mark{f.name, d.was}); err != nil {
		return errors.Join(failed, fmt.Errorf("the fault may stand: %w; then run %s", err, r.undoCommand()))
	}
	return failed
}

// hold waits until the fault is over, and tells of it.
func (r *run) hold(ctx context.Context, d deed, until time.Time) error {
	if d.was == "" {
		return nil
	}
	for r.now().Before(until) {
		if d.watch != nil {
			said, err := d.watch(ctx)
			if err != nil {
				return err
			}
			if said != "" {
				r.tell(said)
			}
		}
		if err := r.pause(ctx, min(look, until.Sub(r.now()))); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) undoCommand() string {
	command := "go run ./cmd/gameday undo --env " + r.env
	if r.environments != "config/environments" {
		command += " --environments " + r.environments
	}
	return command
}

// asBadInput marks an error from before anything was changed.
func asBadInput(err error) error {
	if _, ok := err.(badInput); ok || err == nil { //nolint:errorlint // it is not wrapped here
		return err
	}
	return badInput{err}
}
