package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// timed is an action with the times between which it runs (fact B4).
type timed struct {
	autoscaling.ScheduledAction
	start, end time.Time
}

// lookBack is how far back the last run of an action is looked for.
const lookBack = 400 * 24 * time.Hour

// lastMinimum is the minimum that the last run of the actions before or at a time sets,
// and when; ok is false where none runs from a time on.
func lastMinimum(all []timed, from, at time.Time) (minimum int, run time.Time, ok bool) {
	for _, a := range all {
		e, err := schedule.Parse(a.Schedule)
		if err != nil || a.MinCapacity == nil {
			continue
		}
		zone, err := schedule.ParseZone(a.Timezone)
		if err != nil {
			continue
		}
		first := from
		if a.start.After(first) {
			first = a.start
		}
		if !a.start.IsZero() {
			e = e.StartingAt(a.start)
		}
		last := at.Add(time.Second)
		if !a.end.IsZero() && a.end.Before(last) {
			last = a.end
		}
		// The nearest run is near: a window that doubles finds it without the years before.
		for back := 24 * time.Hour; ; back *= 8 {
			begin := last.Add(-back)
			if begin.Before(first) {
				begin = first
			}
			if runs := e.Between(begin, last, zone); len(runs) > 0 {
				if r := runs[len(runs)-1]; !ok || r.After(run) || r.Equal(run) && *a.MinCapacity > minimum {
					minimum, run, ok = *a.MinCapacity, r, true
				}
				break
			}
			if !begin.After(first) {
				break
			}
		}
	}
	return minimum, run, ok
}

func floors(ctx context.Context, r *reader) []Result {
	return perTarget(ctx, r, func(t autoscaling.ScalableTarget, s *standing) Result {
		return judgeFloor(t, s.bounds, s.actions, r.Now, r.At, r.env)
	})
}

// judgeFloor compares the minimum that the file wants at a time with the one that the
// standing target has now, or that its actions set until then.
func judgeFloor(t autoscaling.ScalableTarget, bounds types.ScalableTarget, got []types.ScheduledAction,
	now, at time.Time, e config.Environment) Result {
	var own, theirs []timed
	for _, a := range t.ScheduledActions {
		own = append(own, timed{ScheduledAction: a})
	}
	for _, a := range got {
		theirs = append(theirs, timed{fromAWS(a), aws.ToTime(a.StartTime), aws.ToTime(a.EndTime)})
	}
	want := t.MinCapacity
	if m, _, ok := lastMinimum(own, at.Add(-lookBack), at); ok {
		want = m
	}
	have, by := int(aws.ToInt32(bounds.MinCapacity)), "now"
	if m, run, ok := lastMinimum(theirs, now.Add(time.Second), at); ok {
		have, by = m, "from "+day(run)
	}
	unit := t.Dimension.Unit()
	found := fmt.Sprintf("%d %s at %s (%s)", have, unit, day(at), by)
	most := int(aws.ToInt32(bounds.MaxCapacity))
	switch {
	case most < want:
		return wrong(fmt.Sprintf("a maximum of %d %s", most, unit), fmt.Sprint(want),
			"an action that sets a minimum over the maximum fails (fact B8)", "make deploy ENV="+e.Name)
	case have < want:
		return wrong(found, fmt.Sprint(want), "the minimum will not be there",
			"make deploy ENV="+e.Name+", or at once: "+command(e.Region, "application-autoscaling register-scalable-target "+
				"--service-namespace %s --scalable-dimension %s --resource-id %s --min-capacity %d",
				t.Dimension.Namespace(), t.Dimension, t.ResourceID, want))
	default:
		return ok(found)
	}
}
