package main

import (
	"context"
	"flag"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

var freezeCommand = command{
	name: "freeze", summary: "let nothing become smaller: suspend scale-in",
	flags: func(flags *flag.FlagSet) func(context.Context, *run, []string) error {
		of := flags.String("of", "", "the `name` of the variant, of the component, or gateway (default the only one)")
		return func(ctx context.Context, r *run, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return r.freeze(ctx, *of)
		}
	},
}

// freeze suspends the scale-in of one thing. Its bounds, the calendar and scale-out stay
// (fact B10). A lower maximum would still remove capacity, but the calendar sets none.
func (r *run) freeze(ctx context.Context, of string) error {
	client := sagemaker.NewFromConfig(r.aws)
	s, err := r.choose(ctx, of)
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
	before, err := readTags(ctx, client, *e.EndpointArn)
	if err != nil {
		return err
	}
	h := hold{of: s, key: freezeTag + s.name, min: is.min, suspended: is.suspended,
		tag: held{was: is.min, suspended: is.suspended.ScaleIn, set: r.now().Truncate(time.Minute)}}
	h.suspended.ScaleIn = true
	first, again := before[h.key]
	if again {
		if is.suspended.ScaleIn {
			r.say("%s is frozen since %s: nothing was changed.\n", s, stamp(first.set.In(s.zone(r.now()))))
			return nil
		}
		h.tag.was, h.tag.suspended = first.was, first.suspended
	}
	r.say("%s of %s in %s: scale-in is suspended. The minimum stays %d, the maximum %d; "+
		"the calendar and scale-out go on.\nTake it back with: final resume --env %s\n",
		s, r.env.Endpoint.Name, r.env.Region, is.min, is.max, r.env.Name)
	if err := r.confirm(ctx, "Freeze it?"); err != nil {
		return err
	}
	if err := h.set(ctx, r, client, e, before); err != nil {
		return err
	}
	r.say("%s does not become smaller.\n", s)
	return nil
}
