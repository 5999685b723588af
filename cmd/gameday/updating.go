package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// before is how long before the floor the endpoint begins to update.
const before = 15 * time.Second

// retriedWithin is how long after the update a floor may come back by itself.
const retriedWithin = 15 * time.Minute

// floorWhileUpdating measures what becomes of a scheduled floor that falls while the
// endpoint is updating (fact C35): refused, and raised later or not.
func floorWhileUpdating(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	o.add = 2
	t, s, err := r.still(ctx, a, o)
	if err != nil {
		return finding{}, err
	}
	const name = "floor-while-updating"
	floor, due := s.current+2, nextMinute(r.now())
	was := fmt.Sprintf("variant=%s min=%d set=%d", t.Name, t.min, floor)
	if err := a.put(ctx, mark{measuredMinimum, was}); err != nil {
		return finding{}, err
	}
	if err := a.putAction(ctx, t, name, due, floor); err != nil {
		return finding{}, refused(err, "a scheduled action cannot be put")
	}
	if err := r.pause(ctx, due.Add(-before).Sub(r.now())); err != nil {
		return finding{}, err
	}
	if err := a.setCount(ctx, t.Name, s.current+1); err != nil {
		return finding{}, err
	}
	return a.watchFloor(ctx, r, t, floor, due, o.wait)
}

// watchFloor watches the endpoint until the floor is there, or does not come.
func (a *account) watchFloor(
	ctx context.Context, r *run, t target, floor int32, due time.Time, wait time.Duration,
) (finding, error) {
	var updating bool          // when the floor was due
	var updated, ran time.Time // when it was in service again, and when the action was seen
	for {
		s, err := a.standing(ctx, t.Name)
		if err != nil {
			return finding{}, err
		}
		now := r.now()
		activity, did, err := a.ran(ctx, t, "floor-while-updating", due.Add(-time.Second))
		if err != nil {
			return finding{}, err
		}
		if did && ran.IsZero() {
			ran = aws.ToTime(activity.StartTime)
		}
		switch {
		case now.Before(due.Add(-2 * look)):
		case !s.inService && s.desired < floor:
			updating = true
		case now.Before(due):
		case s.inService && updated.IsZero() && s.current < floor:
			updated = now
		}
		switch {
		case s.desired >= floor && !updating:
			return finding{}, errors.New("the endpoint took the floor, and was not seen updating: nothing is known; " +
				"measure again")
		case s.desired >= floor:
			return finding{Value: true, Sentence: fmt.Sprintf("A floor that fell while the endpoint was updating was "+
				"raised %s later, without another assertion (%s): the reading is refused-floor=retried.",
				now.Sub(due).Round(time.Second), a.tries(ctx, t, due))}, nil
		case !updated.IsZero() && !updating:
			return finding{}, fmt.Errorf("the update had ended when the floor was due: nothing is known; measure again")
		case !updated.IsZero() && now.Sub(updated) > retriedWithin && ran.IsZero():
			return finding{}, errors.New("the scheduled action has left no activity: nothing is known; measure again")
		case !updated.IsZero() && now.Sub(updated) > retriedWithin:
			return finding{Value: false, Sentence: fmt.Sprintf("A floor that fell while the endpoint was updating was not "+
				"raised within %s after the update (%s): the reading is refused-floor=lost.", problem.Duration(retriedWithin),
				a.tries(ctx, t, due))}, nil
		case now.Sub(due) > wait+retriedWithin:
			return finding{}, fmt.Errorf("endpoint %s is updating %s after the floor was due", a.environment.Endpoint.Name,
				now.Sub(due).Round(time.Second))
		}
		if err := r.pause(ctx, look); err != nil {
			return finding{}, err
		}
	}
}

// tries says how the activities since an instant ended.
func (a *account) tries(ctx context.Context, t target, since time.Time) string {
	all, err := a.activities(ctx, t, since.Add(-time.Second))
	failed := 0
	for _, one := range all {
		if one.StatusCode == scalingtypes.ScalingActivityStatusCodeFailed {
			failed++
		}
	}
	if err != nil {
		return "activities unknown"
	}
	return fmt.Sprintf("%d activities, %d failed", len(all), failed)
}
