package main

import (
	"context"
	"flag"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

var resumeCommand = command{
	name: "resume", summary: "take back floor and freeze: the calendar steers again",
	flags: func(*flag.FlagSet) func(context.Context, *run, []string) error {
		return func(ctx context.Context, r *run, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return r.resume(ctx)
		}
	},
}

// release is what "final resume" registers for one thing.
type release struct {
	of        scaled
	is        standing
	min       int
	suspended autoscaling.SuspendedState
}

// resume registers what the calendar says, deletes the reminder, and removes the tags, in
// this order: killed in between, a tag still says that something is to take back.
func (r *run) resume(ctx context.Context) error {
	client := sagemaker.NewFromConfig(r.aws)
	e, err := readEndpoint(ctx, r, client)
	if err != nil {
		return err
	}
	t, err := readTags(ctx, client, *e.EndpointArn)
	if err != nil {
		return err
	}
	releases, err := r.releases(ctx, t)
	if err != nil {
		return err
	}
	if len(releases) == 0 && len(t) == 0 {
		if err := forget(ctx, r); err != nil { // of a resume that was killed
			return err
		}
		r.say("Nothing of %s is suspended.\n", r.env.Name)
		return nil
	}
	raises := false
	for _, one := range releases {
		r.say("%s", r.releasePlan(one))
		raises = raises || one.of.ofEndpoint() && one.min > one.is.min
	}
	if err := r.confirm(ctx, "Take it back?"); err != nil {
		return err
	}
	if raises { // a lower minimum moves nothing (fact C24)
		if e, err = inService(ctx, r, client); err != nil {
			return err
		}
	}
	for i, one := range releases {
		if one.min == one.is.min && one.suspended == one.is.suspended {
			continue
		}
		if err := register(ctx, r.aws, one.of, one.min, one.suspended); err != nil {
			if i > 0 && !isFailed(err) {
				return failedError{fmt.Errorf("%w\nWhat stands before %s is taken back; run it again", err, one.of)}
			}
			return err
		}
	}
	if err := forget(ctx, r); err != nil {
		return failedError{fmt.Errorf("the scaling is taken back, and the reminder is not: %w", err)}
	}
	var keys []string
	for key := range t {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if err := deleteTags(ctx, client, *e.EndpointArn, keys...); err != nil {
		return failedError{fmt.Errorf("the scaling is taken back, and the endpoint's tags stay: %w", err)}
	}
	r.say("The calendar steers %s again. Scale-in follows the load.\n", r.env.Name)
	return nil
}

// releases are what is held, or suspended although the file does not say so.
func (r *run) releases(ctx context.Context, t tags) (all []release, err error) {
	things := endpointScaled(r.env)
	if shall := frontScaled(r.env); len(shall) > 0 {
		front, err := readFrontStack(ctx, r)
		for _, s := range shall {
			// What is not held need not stand in the way of the rest.
			if _, _, isFloor, isFreeze := t.of(s); err != nil && (isFloor || isFreeze) {
				return nil, err
			}
		}
		things = append(things, front.scaled...)
	}
	found, err := readTargets(ctx, r.aws, things...)
	if err != nil {
		return nil, err
	}
	for _, s := range things {
		is, ok := found[s.target.ResourceID]
		if !ok {
			continue
		}
		floor, freeze, isFloor, isFreeze := t.of(s)
		one := release{of: s, is: is, min: is.min, suspended: is.suspended}
		shall := autoscaling.SuspendedState{}
		if s.target.SuspendedState != nil {
			shall = *s.target.SuspendedState
		}
		one.suspended.Scheduled = is.suspended.Scheduled && shall.Scheduled
		one.suspended.ScaleIn = is.suspended.ScaleIn && shall.ScaleIn
		one.suspended.ScaleOut = is.suspended.ScaleOut && shall.ScaleOut
		if isFloor {
			one.suspended.Scheduled = floor.suspended
		}
		if isFreeze {
			one.suspended.ScaleIn = freeze.suspended
		}
		if isFloor || is.suspended.Scheduled && !one.suspended.Scheduled {
			one.min = min(s.expects(r.now()).capacity, is.max)
		}
		if isFloor || isFreeze || one.suspended != is.suspended {
			all = append(all, one)
		}
	}
	return all, nil
}

// releasePlan says what is about to be done for one thing.
func (r *run) releasePlan(one release) string {
	expected := one.of.expects(r.now())
	from := "the file's"
	if expected.why != "" {
		from = "the calendar's for " + expected.why
	}
	if one.min == one.is.min {
		from = "as it is"
	}
	return fmt.Sprintf("%s of %s in %s: the minimum becomes %d %s, %s; it is %d. Suspended: %s; it is %s.\n",
		one.of, r.env.Endpoint.Name, r.env.Region, one.min, one.of.unit(), from, one.is.min,
		suspensions(one.suspended), suspensions(one.is.suspended))
}

// suspensions names what is suspended.
func suspensions(s autoscaling.SuspendedState) string {
	switch {
	case s == autoscaling.SuspendedState{}:
		return "nothing"
	case s.Scheduled && s.ScaleIn && s.ScaleOut:
		return "all scaling"
	}
	text := ""
	for _, one := range []struct {
		is   bool
		name string
	}{{s.Scheduled, "scheduled scaling"}, {s.ScaleIn, "scale-in"}, {s.ScaleOut, "scale-out"}} {
		if one.is && text != "" {
			text += ", "
		}
		if one.is {
			text += one.name
		}
	}
	return text
}
