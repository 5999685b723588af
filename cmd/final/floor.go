package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

var floorCommand = command{
	name: "floor", arguments: "INSTANCES", summary: "set the minimum now, whatever the calendar says",
	flags: func(flags *flag.FlagSet) func(context.Context, *run, []string) error {
		of := flags.String("of", "", "the `name` of the variant, of the component, or gateway (default the only one)")
		until := flags.String("until", "",
			"remind at this `time`, such as 22:45 in the event's zone (default at once); nothing is taken back by itself")
		return func(ctx context.Context, r *run, args []string) error {
			n, err := parseFloor(args)
			if err != nil {
				return err
			}
			return r.floor(ctx, n, *of, *until)
		}
	},
}

func parseFloor(args []string) (int, error) {
	if len(args) != 1 {
		return 0, fmt.Errorf("got %d arguments: give the minimum, such as: final floor 60 --env prod", len(args))
	}
	n, err := strconv.ParseInt(args[0], 10, 32)
	switch {
	case err != nil:
		return 0, fmt.Errorf("got %q: the minimum is a whole number, such as: final floor 60 --env prod", args[0])
	case n < 1:
		return 0, fmt.Errorf("got %d: the minimum is 1 or more", n)
	}
	return int(n), nil
}

// floor sets the minimum of one thing and suspends its scheduled scaling, without which the
// next assertion of the calendar would overwrite the minimum within minutes.
func (r *run) floor(ctx context.Context, n int, of, untilText string) error {
	client := sagemaker.NewFromConfig(r.aws)
	s, err := r.choose(ctx, of)
	if err != nil {
		return err
	}
	until, err := parseUntil(untilText, r.now(), s.zone(r.now()))
	if err != nil {
		return err
	}
	e, err := readEndpoint(ctx, r, client)
	if err != nil {
		return err
	}
	is, err := readTarget(ctx, r.aws, s)
	if err != nil {
		return err
	}
	if n > is.max {
		return fmt.Errorf("got %d: %s scales to %d %s at most: give that or less, or deploy a higher maximum "+
			"(%s, then make deploy ENV=%s)", n, s, is.max, s.unit(), s.maximumKey(), r.env.Name)
	}
	if s.ofEndpoint() {
		if e, err = inService(ctx, r, client); err != nil {
			return err
		}
		if is, err = readTarget(ctx, r.aws, s); err != nil {
			return err
		}
	}
	before, err := readTags(ctx, client, *e.EndpointArn)
	if err != nil {
		return err
	}
	h := hold{of: s, key: floorTag + s.name, min: n, suspended: is.suspended,
		tag: held{floor: n, was: is.min, suspended: is.suspended.Scheduled, set: r.now().Truncate(time.Minute), until: until}}
	h.suspended.Scheduled = true
	if first, again := before[h.key]; again {
		h.tag.was, h.tag.suspended = first.was, first.suspended
	}
	r.say("%s", r.floorPlan(h, is))
	if err := r.confirm(ctx, "Set it?"); err != nil {
		return err
	}
	if s.ofEndpoint() {
		if e, err = inService(ctx, r, client); err != nil {
			return err
		}
	}
	if err := h.set(ctx, r, client, e, before); err != nil {
		return err
	}
	r.say("The minimum of %s is %d %s.\nWatch them start: final status --env %s --watch\n",
		s, n, s.unit(), r.env.Name)
	return nil
}

// maximumKey is where the environment's file says the maximum.
func (s scaled) maximumKey() string {
	switch s.kind {
	case "gateway", "canary":
		return "frontend.capacity.maxTasks"
	case "component":
		return "maxCapacity of the component"
	}
	return "scaling.maxCapacity"
}

// floorPlan says what is about to be done.
func (r *run) floorPlan(h hold, is standing) string {
	var b strings.Builder
	s, now := h.of, r.now()
	expected := s.expects(now)
	fmt.Fprintf(&b, "%s of %s in %s: the minimum becomes %d %s, from %d; the maximum stays %d.\n",
		s, r.env.Endpoint.Name, r.env.Region, h.min, s.unit(), is.min, is.max)
	b.WriteString("Scheduled scaling is suspended, so that the calendar does not set the minimum meanwhile.\n")
	switch {
	case h.min < expected.capacity:
		fmt.Fprintf(&b, "WARNING: the calendar expects %d now (%s). Below it the fleet may become smaller.\n",
			expected.capacity, expected.why)
	case len(s.calendar.Events) > 0 && len(s.calendar.UnderWay(now)) == 0:
		fmt.Fprintf(&b, "No event is under way. %s\n", r.nextEvent(s))
	}
	if c, ok := s.next(now); ok && (h.tag.until.IsZero() || c.at.Before(h.tag.until)) {
		fmt.Fprintf(&b, "What it leaves out, until it is taken back: %s at %s (%s).\n",
			c.to, stamp(c.at.In(s.zone(now))), c.why)
	}
	if !h.tag.until.IsZero() {
		fmt.Fprintf(&b, "At %s an alarm reminds of it. Nothing takes it back by itself.\n", stamp(h.tag.until))
	}
	fmt.Fprintf(&b, "Take it back with: final resume --env %s\n", r.env.Name)
	return b.String()
}

// nextEvent says which event comes next.
func (r *run) nextEvent(s scaled) string {
	var from time.Time
	name := ""
	for _, e := range s.calendar.Events {
		for _, w := range s.calendar.Windows(e) {
			if w.From.After(r.now()) && (name == "" || w.From.Before(from)) {
				name, from = e.Name, w.From
			}
		}
	}
	if name == "" {
		return "None is to come."
	}
	return fmt.Sprintf("The next is %s, prepared from %s.", name, stamp(from))
}

// isFailed reports whether a change failed after AWS had accepted it.
func isFailed(err error) bool {
	var failed failedError
	return errors.As(err, &failed)
}
