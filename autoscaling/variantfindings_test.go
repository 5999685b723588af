package autoscaling_test

import (
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	s := autoscaling.VariantScaling{
		Capacity:         autoscaling.Capacity{RequestsPerSecondPerInstance: 100, ConcurrencyPerInstance: 8},
		Scaling:          autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 40, OfferedLoad: ptr(true)},
		Policies:         []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", variant), 200)},
		StepPolicies:     []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(variant, 8)},
		ScheduledActions: []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 2 * * ? *)", MaxCapacity: ptr(40)}},
		Events:           []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakInstances: 9}},
	}
	for path, want := range map[string]string{
		"Target.MinCapacity":                       "Scaling.MinCapacity",
		"Target.SuspendedState":                    "Scaling.SuspendedState",
		"Target.Policies[1].ScaleInCooldown":       "Scaling.ScaleInCooldown",
		"Target.Policies[0].TargetValue":           "Capacity.RequestsPerSecondPerInstance",
		"Target.Policies[2].TargetValue":           "Policies[0].TargetValue",
		"Target.Policies[2].Metric.Dimensions":     "Policies[0].Metric.Dimensions",
		"Target.StepPolicies[1].Alarm.Threshold":   "StepPolicies[0].Alarm.Threshold",
		"Target.ScheduledActions[0].MaxCapacity":   "ScheduledActions[0].MaxCapacity",
		"Target.ScheduledActions[1].MinCapacity":   "Events",
		"Facts.Events[0].LeadTime":                 "Events[0].LeadTime",
		"Facts.Zones":                              "Scaling.Zones",
		"Facts.StartTime":                          "Capacity.StartTime",
		"Facts.Frontend.PayloadBytes":              "Facts.Frontend.PayloadBytes",
		"Target.ScheduledActions[of an unread key": "ScheduledActions[of an unread key",
	} {
		if got := s.Address(variant, path); got != want {
			t.Errorf("%s became %s, want %s", path, got, want)
		}
	}
}
