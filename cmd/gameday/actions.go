package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// putAction puts a one-time action that sets the minimum.
func (a *account) putAction(ctx context.Context, t target, name string, at time.Time, lowest int32) error {
	if err := a.put(ctx, mark{measuredActions, "variant=" + t.Name}); err != nil {
		return err
	}
	_, err := a.scaling.PutScheduledAction(ctx, &applicationautoscaling.PutScheduledActionInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id,
		ScalableDimension:    scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		ScheduledActionName:  aws.String(actionPrefix + name),
		Schedule:             aws.String("at(" + at.UTC().Format("2006-01-02T15:04:05") + ")"),
		ScalableTargetAction: &scalingtypes.ScalableTargetAction{MinCapacity: &lowest},
	})
	return err
}

// activities are the scaling activities of a target since an instant, the latest
// first.
func (a *account) activities(ctx context.Context, t target, since time.Time) ([]scalingtypes.ScalingActivity, error) {
	var all []scalingtypes.ScalingActivity
	in := &applicationautoscaling.DescribeScalingActivitiesInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id,
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
	}
	for {
		page, err := a.scaling.DescribeScalingActivities(ctx, in)
		if err != nil {
			return nil, refused(err, "the scaling activities of variant "+t.Name+" cannot be read")
		}
		for _, activity := range page.ScalingActivities {
			if aws.ToTime(activity.StartTime).Before(since) {
				return all, nil
			}
			all = append(all, activity)
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return all, nil
		}
	}
}

// ran is the activity of a scheduled action: AWS names the action in its cause.
func (a *account) ran(
	ctx context.Context, t target, name string, since time.Time,
) (activity scalingtypes.ScalingActivity, ok bool, err error) {
	all, err := a.activities(ctx, t, since)
	for _, one := range all {
		for _, word := range strings.Fields(aws.ToString(one.Cause)) {
			if word == actionPrefix+name {
				activity, ok = one, true // the first one is the last of the list
			}
		}
	}
	return activity, ok, err
}

// settled is how long after its time an action has run, if it does.
const settled = 5 * time.Minute

// pastAction measures whether AWS takes a one-time action in the past (fact B11).
func pastAction(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return finding{}, err
	}
	const name = "past-action"
	began := r.now()
	at := began.Add(-time.Hour)
	err = a.putAction(ctx, t, name, at, t.min)
	var failed smithy.APIError
	if errors.As(err, &failed) && failed.ErrorCode() == "ValidationException" {
		return finding{Value: "refused", Sentence: fmt.Sprintf(
			"Application Auto Scaling refuses a one-time action an hour ago: %s", failed.ErrorMessage())}, nil
	}
	if err != nil {
		return finding{}, refused(err, "a scheduled action cannot be put")
	}
	if err := r.pause(ctx, min(settled, o.wait)); err != nil {
		return finding{}, err
	}
	_, did, err := a.ran(ctx, t, name, began.Add(-time.Minute))
	if err != nil {
		return finding{}, err
	}
	listed, err := a.actions(ctx, t)
	if err != nil {
		return finding{}, err
	}
	const taken = "Application Auto Scaling takes a one-time action an hour ago, and "
	f := finding{Value: "accepted, not run", Sentence: taken + "does not run it"}
	if did {
		f.Value, f.Sentence = "accepted and run", taken+"runs it"
	}
	f.Sentence += fmt.Sprintf(" within %s; it is %s.", problem.Duration(min(settled, o.wait)),
		map[bool]string{true: "still listed", false: "not listed"}[len(listed) > 0])
	return f, nil
}

// nextMinute is the first full minute that leaves time to put an action.
func nextMinute(now time.Time) time.Time {
	return now.UTC().Add(time.Minute).Truncate(time.Minute).Add(time.Minute)
}

// spentAction measures whether a one-time action stays after it has run (fact B12).
func spentAction(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return finding{}, err
	}
	const name = "spent-action"
	due := nextMinute(r.now())
	if err := a.putAction(ctx, t, name, due, t.min); err != nil {
		return finding{}, refused(err, "a scheduled action cannot be put")
	}
	if err := r.pause(ctx, due.Add(settled).Sub(r.now())); err != nil {
		return finding{}, err
	}
	if _, did, err := a.ran(ctx, t, name, due.Add(-time.Second)); err != nil || !did {
		return finding{}, errors.Join(err, fmt.Errorf("the action of %s has not run after %s: nothing is known",
			due.Format("15:04 MST"), problem.Duration(settled)))
	}
	listed, err := a.actions(ctx, t)
	if err != nil {
		return finding{}, err
	}
	f := finding{Value: "gone", Sentence: "A one-time action that has run is not listed any more"}
	if len(listed) > 0 {
		f.Value, f.Sentence = "listed", "A one-time action that has run is still listed"
	}
	f.Sentence += fmt.Sprintf(" %s later.", problem.Duration(settled))
	return f, nil
}

// actionDelay measures how long after its time an action runs (fact B9).
func actionDelay(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return finding{}, err
	}
	first := nextMinute(r.now())
	name := func(i int) string { return fmt.Sprintf("action-delay-%d", i+1) }
	for i := range o.repeat {
		if err := a.putAction(ctx, t, name(i), first.Add(time.Duration(i)*time.Minute), t.min); err != nil {
			return finding{}, refused(err, "a scheduled action cannot be put")
		}
	}
	last := first.Add(time.Duration(o.repeat-1) * time.Minute)
	if err := r.pause(ctx, last.Add(settled).Sub(r.now())); err != nil {
		return finding{}, err
	}
	var late []time.Duration
	for i := range o.repeat {
		due := first.Add(time.Duration(i) * time.Minute)
		activity, did, err := a.ran(ctx, t, name(i), first.Add(-time.Second))
		if err != nil {
			return finding{}, err
		}
		if did {
			late = append(late, aws.ToTime(activity.StartTime).Sub(due))
		}
	}
	if len(late) == 0 {
		return finding{}, fmt.Errorf("none of %d actions has run %s after the last: nothing is known", o.repeat,
			problem.Duration(settled))
	}
	p50, p95 := problem.Duration(ranked(late, 0.5)), problem.Duration(ranked(late, 0.95))
	return finding{Value: p95, Seconds: seconds(late), Sentence: fmt.Sprintf(
		"%d of %d actions ran, %s after their time, median, and %s, 95th percentile.", len(late), o.repeat,
		p50, p95)}, nil
}
