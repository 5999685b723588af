package main

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// undoTimeout bounds taking a tag back after a refused registration.
const undoTimeout = 20 * time.Second

// hold is one change by "final floor" or "final freeze".
type hold struct {
	of  scaled
	key string
	tag held
	// min and suspended are what is registered.
	min       int
	suspended autoscaling.SuspendedState
}

// set remembers the change as a tag, makes the reminder, and registers the target, in this
// order: killed in between, the endpoint says what was meant, and the command can be run
// again, or "final resume". A refused registration takes both back.
func (h hold) set(ctx context.Context, r *run, client *sagemaker.Client, e *sagemaker.DescribeEndpointOutput,
	before tags,
) error {
	arn := aws.ToString(e.EndpointArn)
	if err := addTag(ctx, client, arn, h.key, h.tag); err != nil {
		return err
	}
	after := maps.Clone(before)
	after[h.key] = h.tag
	topic, reminderErr := remind(ctx, r, e, after)
	if err := register(ctx, r.aws, h.of, h.min, h.suspended); err != nil {
		if ctx.Err() != nil || isFailed(err) {
			return err // it is not known what stands
		}
		if undoErr := h.undo(ctx, r, client, e, before); undoErr != nil {
			return failedError{fmt.Errorf("%w\nThe tag %s and the reminder stay: %w; run final resume --env %s",
				err, h.key, undoErr, r.env.Name)}
		}
		return err
	}
	switch {
	case reminderErr != nil:
		r.say("Nothing reminds of it: %v\n", reminderErr)
	case topic == "":
		r.say("The environment has no topic: the alarm %s reminds of it in the console "+
			"and in final status only.\n", reminderName(r.env.Endpoint.Name))
	default:
		r.say("The alarm %s reminds of it, by the topic %s.\n", reminderName(r.env.Endpoint.Name), topic)
	}
	return nil
}

// undo puts the tag and the reminder back.
func (h hold) undo(ctx context.Context, r *run, client *sagemaker.Client, e *sagemaker.DescribeEndpointOutput,
	before tags,
) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	arn := aws.ToString(e.EndpointArn)
	var err error
	if was, had := before[h.key]; had {
		err = addTag(ctx, client, arn, h.key, was)
	} else {
		err = deleteTags(ctx, client, arn, h.key)
	}
	if err != nil {
		return err
	}
	if len(before) == 0 {
		return forget(ctx, r)
	}
	_, err = remind(ctx, r, e, before)
	return err
}
