// Package autoscalingtest makes values of the scaling model for the tests of
// whoever reads or writes it.
package autoscalingtest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// AnyTarget draws scalable targets with everything that the model can hold,
// whether or not AWS would take it.
func AnyTarget() *rapid.Generator[autoscaling.ScalableTarget] {
	text := rapid.StringMatching(`[a-zA-Z0-9/:._-]{1,12}`)
	maybeText := rapid.OneOf(rapid.Just(""), text)
	seconds := rapid.Map(rapid.IntRange(0, 86400), func(n int) time.Duration { return time.Duration(n) * time.Second })
	number := rapid.Float64Range(-1e6, 1e6)
	counts := rapid.IntRange(0, 500)

	metric := rapid.Custom(func(t *rapid.T) autoscaling.Metric {
		m := autoscaling.Metric{
			Namespace: text.Draw(t, "namespace"), Name: text.Draw(t, "name"), Unit: maybeText.Draw(t, "unit"),
			Statistic: rapid.SampledFrom([]autoscaling.Statistic{autoscaling.Average, autoscaling.Sum,
				autoscaling.Maximum}).Draw(t, "statistic"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "dimensions") {
			if m.Dimensions == nil {
				m.Dimensions = map[string]string{}
			}
			m.Dimensions[text.Draw(t, "dimension")] = text.Draw(t, "value")
		}
		return m
	})
	math := rapid.Custom(func(t *rapid.T) autoscaling.MetricMath {
		var m autoscaling.MetricMath
		for range rapid.IntRange(1, 4).Draw(t, "queries") {
			own := metric.Draw(t, "metric")
			m.Queries = append(m.Queries,
				autoscaling.MetricQuery{ID: text.Draw(t, "id"), Metric: &own, Label: maybeText.Draw(t, "label")})
		}
		return autoscaling.MetricMath{Queries: append(m.Queries,
			autoscaling.MetricQuery{ID: "result", Expression: text.Draw(t, "expression"), ReturnData: true})}
	})
	tracked := rapid.Custom(func(t *rapid.T) autoscaling.TargetTrackingPolicy {
		p := autoscaling.TargetTrackingPolicy{
			Name: text.Draw(t, "policy"), TargetValue: number.Draw(t, "target"),
			DisableScaleIn:   rapid.Bool().Draw(t, "scale in"),
			ScaleOutCooldown: seconds.Draw(t, "out"), ScaleInCooldown: seconds.Draw(t, "in"),
		}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			p.Metric = autoscaling.PredefinedMetric(text.Draw(t, "predefined"))
		case 1:
			p.Metric = metric.Draw(t, "custom")
		case 2:
			p.Metric = math.Draw(t, "math")
		}
		return p
	})
	stepped := rapid.Custom(func(t *rapid.T) autoscaling.StepScalingPolicy {
		p := autoscaling.StepScalingPolicy{
			Name: text.Draw(t, "policy"), Cooldown: seconds.Draw(t, "cooldown"),
			MinAdjustmentMagnitude: counts.Draw(t, "magnitude"),
			AdjustmentType: rapid.SampledFrom([]autoscaling.AdjustmentType{autoscaling.ChangeInCapacity,
				autoscaling.ExactCapacity}).Draw(t, "type"),
			Aggregation: rapid.SampledFrom([]autoscaling.Aggregation{"", autoscaling.AggregateMinimum}).Draw(t,
				"aggregation"),
			Alarm: autoscaling.Alarm{
				Description: maybeText.Draw(t, "description"),
				Period:      seconds.Filter(func(d time.Duration) bool { return d > 0 }).Draw(t, "period"),
				Comparison:  autoscaling.Comparison(text.Draw(t, "comparison")), Threshold: number.Draw(t, "threshold"),
				EvaluationPeriods: counts.Draw(t, "N"), DatapointsToAlarm: counts.Draw(t, "M"),
				MissingData: autoscaling.MissingData(maybeText.Draw(t, "missing")),
			},
		}
		if rapid.Bool().Draw(t, "math") {
			p.Alarm.Metric = math.Draw(t, "math")
		} else {
			m := metric.Draw(t, "metric")
			m.Statistic = rapid.SampledFrom([]autoscaling.Statistic{autoscaling.Average, "p99", "TM(10%:90%)"}).Draw(t,
				"statistic")
			p.Alarm.Metric = m
		}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			p.Steps = append(p.Steps, autoscaling.Step{
				LowerBound: rapid.Ptr(number, true).Draw(t, "lower"), UpperBound: rapid.Ptr(number, true).Draw(t, "upper"),
				Adjustment: rapid.IntRange(-500, 500).Draw(t, "adjustment"),
			})
		}
		return p
	})
	action := rapid.Custom(func(t *rapid.T) autoscaling.ScheduledAction {
		return autoscaling.ScheduledAction{
			Name: text.Draw(t, "action"), Schedule: "cron(0 18 ? * MON-FRI *)",
			Timezone:    rapid.SampledFrom([]string{"UTC", "Europe/London"}).Draw(t, "zone"),
			MinCapacity: rapid.Ptr(counts, true).Draw(t, "min"), MaxCapacity: rapid.Ptr(counts, true).Draw(t, "max"),
		}
	})
	some := func(t *rapid.T, label string) int { return rapid.IntRange(0, 3).Draw(t, label) }
	return rapid.Custom(func(t *rapid.T) autoscaling.ScalableTarget {
		target := autoscaling.ScalableTarget{
			ResourceID: text.Draw(t, "resource"), RoleARN: maybeText.Draw(t, "role"),
			Dimension: rapid.SampledFrom([]autoscaling.Dimension{
				autoscaling.VariantInstanceCount, autoscaling.InferenceComponentCopyCount, "ecs:service:DesiredCount"}).Draw(t,
				"dimension"),
			MinCapacity: counts.Draw(t, "min"), MaxCapacity: counts.Draw(t, "max"),
		}
		if rapid.Bool().Draw(t, "suspended") {
			target.SuspendedState = &autoscaling.SuspendedState{
				ScaleIn: rapid.Bool().Draw(t, "in"), ScaleOut: rapid.Bool().Draw(t, "out"), Scheduled: rapid.Bool().Draw(t,
					"scheduled")}
		}
		for range some(t, "tracking") {
			target.Policies = append(target.Policies, tracked.Draw(t, "tracking"))
		}
		for range some(t, "step") {
			target.StepPolicies = append(target.StepPolicies, stepped.Draw(t, "step"))
		}
		highest := target.MaxCapacity
		for range some(t, "actions") {
			a := action.Draw(t, "action")
			if a.MaxCapacity != nil {
				highest = max(highest, *a.MaxCapacity)
			}
			target.ScheduledActions = append(target.ScheduledActions, a)
		}
		for i, a := range target.ScheduledActions { // else it is not valid
			target.ScheduledActions[i].AllowLowerMax = a.MaxCapacity != nil && *a.MaxCapacity < highest
		}
		return target
	})
}
