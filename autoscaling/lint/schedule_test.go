package lint_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// minimum is an action that sets the minimum.
func minimum(name, schedule, zone string, capacity int) autoscaling.ScheduledAction {
	return autoscaling.ScheduledAction{Name: name, Schedule: schedule, Timezone: zone, MinCapacity: &capacity}
}

// atOnce is what the rule says of actions.
func atOnce(actions ...autoscaling.ScheduledAction) []string {
	var found []string
	for _, f := range lint.Lint(lint.Subject{Target: autoscaling.ScalableTarget{ScheduledActions: actions}}) {
		if f.Rule == "actions-at-once" {
			found = append(found, f.Problem.String())
		}
	}
	return found
}

func TestActionsAtOnce(t *testing.T) {
	t.Parallel()
	const tail = ", and which of the two stays is not documented; move one of the two by some minutes, or make one action of them"
	maximum := autoscaling.ScheduledAction{Name: "max", Schedule: "cron(0 18 * * ? *)", MaxCapacity: ptr(9)}
	for name, test := range map[string]struct {
		actions []autoscaling.ScheduledAction
		want    []string
	}{
		"a weekday and a date": {
			[]autoscaling.ScheduledAction{
				minimum("saturdays", "cron(0 18 ? * SAT *)", "Europe/London", 4),
				minimum("final", "cron(0/15 17-22 29 5 ? 2027)", "Europe/London", 9),
			},
			[]string{`Target.ScheduledActions[1].Schedule: got "cron(0/15 17-22 29 5 ? 2027)": at 2027-05-29 18:00 BST, as an example, it sets the minimum to 9 and ScheduledActions[0], "saturdays", to 4 in the same minute` + tail},
		},
		"two zones, in summer": {
			[]autoscaling.ScheduledAction{
				minimum("evening", "cron(0 18 * * ? *)", "Europe/London", 4),
				minimum("utc", "cron(0 17 * * ? *)", "", 3),
			},
			[]string{`Target.ScheduledActions[1].Schedule: got "cron(0 17 * * ? *)": at 2026-03-29 17:00 UTC, as an example, it sets the minimum to 3 and ScheduledActions[0], "evening", to 4 in the same minute` + tail},
		},
		"once, in a far year": {
			[]autoscaling.ScheduledAction{
				minimum("yearly", "cron(0 18 1 1 ? *)", "", 4),
				minimum("once", "at(2090-01-01T18:00:30)", "", 5),
			},
			[]string{`Target.ScheduledActions[1].Schedule: got "at(2090-01-01T18:00:30)": at 2090-01-01 18:00 UTC, as an example, it sets the minimum to 5 and ScheduledActions[0], "yearly", to 4 in the same minute` + tail},
		},
		"the maximum": {
			[]autoscaling.ScheduledAction{maximum, {Name: "more", Schedule: "cron(0 * * * ? *)", MaxCapacity: ptr(12)}},
			[]string{`Target.ScheduledActions[1].Schedule: got "cron(0 * * * ? *)": at 2026-01-01 18:00 UTC, as an example, it sets the maximum to 12 and ScheduledActions[0], "max", to 9 in the same minute` + tail},
		},
		"the same value":                  {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 * * ? *)", "", 4), minimum("b", "cron(0 * * * ? *)", "", 4)}, nil},
		"one bound each":                  {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 * * ? *)", "", 4), maximum}, nil},
		"a minute apart":                  {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 * * ? *)", "", 4), minimum("b", "cron(1 18 * * ? *)", "", 5)}, nil},
		"other days":                      {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 ? * MON-FRI *)", "", 4), minimum("b", "cron(0 18 ? * SAT,SUN *)", "", 5)}, nil},
		"long over":                       {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 * * ? 2020)", "", 4), minimum("b", "at(2020-05-05T18:00:00)", "", 5)}, nil},
		"a rate, whose runs nobody knows": {[]autoscaling.ScheduledAction{minimum("a", "cron(* * * * ? *)", "", 4), minimum("b", "rate(1 minute)", "", 5)}, nil},
		"what Validate refuses":           {[]autoscaling.ScheduledAction{minimum("a", "cron(0 18 * * *)", "", 4), minimum("b", "cron(* * * * ? *)", "Europe/Londn", 5)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, atOnce(test.actions...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEventsAreNeverAtOnce: the floors of overlapping events are one calendar.
func TestEventsAreNeverAtOnce(t *testing.T) {
	t.Parallel()
	c := events.Calendar{MinCapacity: 2, MaxCapacity: 40}
	for i, zone := range []string{"Europe/London", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe"} {
		c.Events = append(c.Events, events.Event{
			Name: fmt.Sprint("evening ", i), Timezone: zone, Starts: "18:00", Ends: "23:30",
			Weekdays: []string{"SAT", "SUN", "MON"}, From: "2027-03-01", Until: "2027-04-30", PeakInstances: 5 + 3*i,
		})
	}
	actions := autoscaling.FloorActions(c)
	if len(actions) < 20 {
		t.Fatalf("only %d actions", len(actions))
	}
	if found := atOnce(actions...); found != nil {
		t.Error(found)
	}
}
