package lint_test

import (
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// sound is a subject that no rule has anything to say about.
func sound() lint.Subject {
	v := autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.2xlarge", InitialInstanceCount: 6}
	s := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 400, ConcurrencyPerInstance: 20, StartTime: 6 * time.Minute},
		Scaling:  autoscaling.Scaling{MinCapacity: 6, MaxCapacity: 40, SafetyFactor: 0.6, ScaleInCooldown: ptr(10 * time.Minute), Zones: 3, Emergency: true, OfferedLoad: ptr(true)},
		Events:   []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 6000}},
	}
	facts := s.Facts()
	facts.Production = true
	facts.Frontend = &autoscaling.FrontendFacts{Kind: autoscaling.LambdaFrontend, PayloadBytes: 1_000_000}
	return lint.Subject{Name: "prod", Account: "123456789012", Region: "eu-west-1", Target: s.Target(v), Variant: &v, Facts: facts}
}

type subject = lint.Subject

// lintCase is one case of a rule: a sound subject that is changed, and what the rule says
// of it, in its exact words, or "" where it is silent.
type lintCase struct {
	rule, name string
	change     func(*subject)
	want       string
}

// lintCases are, for each rule, what it speaks of, with its exact words, and
// what it lets pass although it is near: want is "" then.
var lintCases = slices.Concat(targetCases, surroundingCases)

// targetCases are of the rules that judge a scalable target by itself.
var targetCases = []lintCase{
	{"cooldown-short", "shorter than the start", func(s *subject) { s.Target.Policies[0].ScaleInCooldown = 5 * time.Minute },
		`Target.Policies[0].ScaleInCooldown: got 5m: the cooldown is shorter than the 6m that an instance takes to start; set it to 6m or more`},
	{"cooldown-short", "a step that removes", func(s *subject) {
		s.Target.Policies = nil
		s.Target.StepPolicies = []autoscaling.StepScalingPolicy{removing(1, 10, -1)}
		s.Target.StepPolicies[0].Cooldown = time.Minute
	}, `Target.StepPolicies[0].Cooldown: got 1m: the cooldown is shorter than the 6m that an instance takes to start; set it to 6m or more`},
	{"cooldown-short", "as long as the start", func(s *subject) { s.Target.Policies[0].ScaleInCooldown = 6 * time.Minute }, ""},
	{"cooldown-short", "never in", func(s *subject) {
		s.Target.Policies[0].ScaleInCooldown, s.Target.Policies[0].DisableScaleIn = 0, true
	}, ""},
	{"cooldown-short", "out at once", func(s *subject) { s.Target.Policies[0].ScaleOutCooldown = 0 }, ""},
	{"cooldown-short", "start not known", func(s *subject) { s.Target.Policies[0].ScaleInCooldown, s.Facts.StartTime = 0, 0 }, ""},

	{"step-scale-in", "next to target tracking", func(s *subject) { s.Target.StepPolicies = append(s.Target.StepPolicies, removing(1, 10, -1)) },
		`Target.StepPolicies[2].Steps: the policy in removes capacity whatever target tracking, which is here too, would keep; remove the policy: target tracking scales in by itself`},
	{"step-scale-in", "to an exact number", func(s *subject) {
		p := removing(1, 10, 6)
		p.AdjustmentType = autoscaling.ExactCapacity
		s.Target.StepPolicies = append(s.Target.StepPolicies, p)
	}, `Target.StepPolicies[2].Steps: the policy in removes capacity whatever target tracking, which is here too, would keep; remove the policy: target tracking scales in by itself`},
	{"step-scale-in", "alone", func(s *subject) {
		s.Target.Policies, s.Target.StepPolicies = nil, []autoscaling.StepScalingPolicy{removing(1, 10, -1)}
	}, ""},
	{"step-scale-in", "out by steps", func(*subject) {}, ""},

	// From 7 instances to 6 the metric grows by 7/6: 17 becomes 19.83, 18 becomes 21.
	{"scale-in-flaps", "one too many", func(s *subject) { byConcurrency(s, 18, -1) },
		`Target.StepPolicies[1].Alarm.Threshold: got 18: from 7 to 6 instances the metric goes from 18 to 21, over the 20 at which the policy emergency adds them again; lower it to 17.14, raise the minimum, or remove less at a time`},
	{"scale-in-flaps", "a third too many", func(s *subject) {
		byConcurrency(s, 17, -30)
		s.Target.StepPolicies[1].AdjustmentType = autoscaling.PercentChangeInCapacity
	}, `Target.StepPolicies[1].Alarm.Threshold: got 17: from 10 to 7 instances the metric goes from 17 to 24.29, over the 20 at which the policy emergency adds them again; lower it to 14, raise the minimum, or remove less at a time`},
	{"scale-in-flaps", "against a target", func(s *subject) {
		tracking := s.Target.Policies[1:]
		byConcurrency(s, 11.5, -1) // over 12 by the target, before 20 by the steps
		s.Target.Policies = tracking
	}, `Target.StepPolicies[1].Alarm.Threshold: got 11.5: from 7 to 6 instances the metric goes from 11.5 to 13.42, over the 12 at which the policy concurrent-requests-per-instance adds them again; lower it to 10.28, raise the minimum, or remove less at a time`},
	{"scale-in-flaps", "less than an instance is one", func(s *subject) {
		byConcurrency(s, 18, -10)
		s.Target.StepPolicies[1].AdjustmentType = autoscaling.PercentChangeInCapacity
	}, `Target.StepPolicies[1].Alarm.Threshold: got 18: from 7 to 6 instances the metric goes from 18 to 21, over the 20 at which the policy emergency adds them again; lower it to 17.14, raise the minimum, or remove less at a time`},
	{"scale-in-flaps", "a sum over the target's minute", func(s *subject) { byInvocations(s, time.Minute) },
		`Target.StepPolicies[0].Alarm.Threshold: got 13500: from 7 to 6 instances the metric goes from 13500 to 15750, over the 14400 at which the policy invocations-per-instance adds them again; lower it to 12342.85, raise the minimum, or remove less at a time`},
	{"scale-in-flaps", "a sum over 5 minutes against a target", func(s *subject) { byInvocations(s, 5*time.Minute) }, ""},
	{"scale-in-flaps", "a sum over 5 minutes against steps", func(s *subject) {
		byInvocations(s, 5*time.Minute)
		out := autoscaling.EmergencyPolicy(*s.Variant, 14400)
		out.Alarm.Metric, out.Alarm.Period = s.Target.StepPolicies[0].Alarm.Metric, time.Minute
		s.Target.Policies, s.Target.StepPolicies = nil, append(s.Target.StepPolicies, out)
	}, ""},
	{"scale-in-flaps", "a sum of one's own over 5 minutes", func(s *subject) {
		byInvocations(s, 5*time.Minute)
		m := autoscaling.Metric{Namespace: "Odds", Name: "Bets", Statistic: autoscaling.Sum}
		s.Target.Policies, s.Target.StepPolicies[0].Alarm.Metric = []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("bets", m, 14400)}, m
	}, ""},
	{"scale-in-flaps", "never under the minimum", func(s *subject) {
		byConcurrency(s, 17, -2)
		s.Target.MaxCapacity = 7
	}, ""},
	{"scale-in-flaps", "enough between them", func(s *subject) { byConcurrency(s, 17, -1) }, ""},
	{"scale-in-flaps", "a fleet large enough", func(s *subject) {
		byConcurrency(s, 18, -1)
		s.Target.MinCapacity = 10
	}, ""},
	{"scale-in-flaps", "another metric", func(s *subject) {
		byConcurrency(s, 18, -1)
		m := concurrency()
		m.Dimensions["VariantName"] = "other"
		s.Target.StepPolicies[1].Alarm.Metric = m
	}, ""},
	{"scale-in-flaps", "a total that no instance shares", func(s *subject) {
		byConcurrency(s, 18, -1)
		m := autoscaling.Metric{Namespace: "Odds", Name: "Bets", Statistic: autoscaling.Average}
		s.Target.StepPolicies[0].Alarm.Metric, s.Target.StepPolicies[1].Alarm.Metric = m, m
	}, ""},

	{"suspended-state", "scheduled", func(s *subject) { s.Target.SuspendedState = &autoscaling.SuspendedState{Scheduled: true} },
		`Target.SuspendedState: changing it in the template registers the bounds again, also in the middle of an event; leave it out, and switch through the API: aws application-autoscaling register-scalable-target --suspended-state`},
	{"suspended-state", "not there", func(*subject) {}, ""},

	{"target-over-capacity", "invocations", func(s *subject) { s.Target.Policies[0].TargetValue = 24001 },
		`Target.Policies[0].TargetValue: got 24001: the target is above the 24000 invocations a minute that one instance sustains; set it below 24000`},
	{"target-over-capacity", "concurrency", func(s *subject) { s.Target.Policies[1].TargetValue = 21 },
		`Target.Policies[1].TargetValue: got 21: the target is above the 20 requests at a time that one instance sustains; set it below 20`},
	{"target-over-capacity", "all of it", func(s *subject) { s.Target.Policies[1].TargetValue = 20 }, ""},
	{"target-over-capacity", "not measured", func(s *subject) {
		s.Target.Policies[1].TargetValue, s.Facts.ConcurrencyPerInstance, s.Facts.ServiceTime = 21, 0, 50*time.Millisecond
	}, ""},

	{"production-one-instance", "at all times", func(s *subject) { s.Target.MinCapacity = 1 },
		`Target.MinCapacity: got 1: in production nobody is served while the only instance fails or is replaced; set it to 2 or more`},
	{"production-one-instance", "at night", func(s *subject) {
		s.Target.ScheduledActions = append(s.Target.ScheduledActions, autoscaling.ScheduledAction{Name: "night", Schedule: "cron(2 2 * * ? *)", MinCapacity: ptr(1)})
	}, `Target.ScheduledActions[ACTION].MinCapacity: got 1: in production nobody is served while the only instance fails or is replaced; set it to 2 or more`},
	{"production-one-instance", "not in production", func(s *subject) { s.Target.MinCapacity, s.Facts.Production = 1, false }, ""},
	{"production-one-instance", "asynchronous", func(s *subject) { s.Target.MinCapacity, s.Target.Asynchronous, s.Target.Policies = 0, true, nil }, ""},

	{"production-one-zone", "one", func(s *subject) { s.Facts.Zones = 1 },
		`Facts.Zones: got 1: in production nobody is served while the only Availability Zone fails; spread the instances over 2 or more`},
	{"production-one-zone", "not known", func(s *subject) { s.Facts.Zones = 0 }, ""},
	{"production-one-zone", "not in production", func(s *subject) { s.Facts.Zones, s.Facts.Production = 1, false }, ""},

	{"floor-without-zone", "a minimum", func(s *subject) { s.Target.MinCapacity = 4 },
		`Target.MinCapacity: got 4: without one of 3 zones 2 of them are left, which carry at most 83 % of the load at which the target keeps 4; set it to 5`},
	{"floor-without-zone", "a target that leaves too little", func(s *subject) {
		s.Target.Policies[0].TargetValue, s.Target.Policies[1].TargetValue = 16800, 14
	}, `Target.MinCapacity: got 6: without one of 3 zones 4 of them are left, which carry at most 95 % of the load at which the target keeps 6; lower the target to 0.66 of what one instance sustains`},
	{"floor-without-zone", "a floor for the peak", func(s *subject) {
		s.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "final", Schedule: "at(2027-05-29T18:00:00)", MinCapacity: ptr(20)}}
	}, `Target.ScheduledActions[0].MinCapacity: got 20: without one of 3 zones 13 of them are left, and the peak of 6000 requests a second needs 15; set it to 23 or more`},
	{"floor-without-zone", "a floor that survives", func(s *subject) {
		s.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "final", Schedule: "at(2027-05-29T18:00:00)", MinCapacity: ptr(23)}}
	}, ""},
	{"floor-without-zone", "one of the policies leaves enough", func(s *subject) { s.Target.Policies[1].TargetValue = 20 }, ""},
	{"floor-without-zone", "not in production", func(s *subject) { s.Target.MinCapacity, s.Facts.Production = 4, false }, ""},

	{"max-below-peak", "with the reserve for a zone", func(s *subject) { s.Target.MaxCapacity, s.Facts.Zones = 29, 2 },
		`Target.MaxCapacity: got 29: the peak of 6000 requests a second needs 30 instances, also without one of 2 zones; raise it to 30 or more`},
	{"max-below-peak", "a reserve that the safety factor has", func(s *subject) { s.Target.MaxCapacity = 24 },
		`Target.MaxCapacity: got 24: the peak of 6000 requests a second needs 25 instances, also without one of 3 zones; raise it to 25 or more`},
	{"max-below-peak", "without it", func(s *subject) { s.Target.MaxCapacity, s.Facts.Production = 24, false },
		`Target.MaxCapacity: got 24: the peak of 6000 requests a second needs 25 instances; raise it to 25 or more`},
	{"max-below-peak", "just enough", func(s *subject) { s.Target.MaxCapacity = 25 }, ""},

	{"event-idle", "a small event", func(s *subject) { s.Facts.Events[0].Floor = 6 },
		`Facts.Events[0]: got "final": the event needs 6 instances and the minimum is 6, so that it makes no scheduled actions; check its peak, or remove the event`},
	{"event-idle", "one more", func(s *subject) { s.Facts.Events[0].Floor = 7 }, ""},

	{"event-days", "over a weekend", func(s *subject) { s.Facts.Events[0].Stands = 60 * time.Hour },
		`Facts.Events[0]: got "final": the event lasts 2.5 days, and its floors stand all that time, nights included; give it dates, and the times of a day, where it is several events, or a shape where its nights are quiet`},
	{"event-days", "a day", func(s *subject) { s.Facts.Events[0].Stands = 24 * time.Hour }, ""},
	{"event-days", "without floors", func(s *subject) { s.Facts.Events[0].Stands, s.Facts.Events[0].Floor = 60*time.Hour, 5 }, ""},

	{"event-late", "late", func(s *subject) { s.Facts.Events[0].LeadTime = 5 * time.Minute },
		`Facts.Events[0].LeadTime: got 5m: the instances are not there in time, they take 6m to start; raise the floor of final earlier, by more than 6m`},
	{"event-late", "in time", func(s *subject) { s.Facts.Events[0].LeadTime = 6 * time.Minute }, ""},

	{"max-lowered", "in a template", func(s *subject) { night(s) },
		`Target.ScheduledActions[0].MaxCapacity: got 20: the action lowers the maximum of 40 instances, and what is above it then goes at once; leave the maximum alone, or name the action among the facts, in loweredMaximums`},
	{"max-lowered", "under one that raises it", func(s *subject) {
		night(s)
		s.Target.ScheduledActions[0].MaxCapacity = ptr(40)
		s.Target.ScheduledActions = append(s.Target.ScheduledActions, autoscaling.ScheduledAction{Name: "more", Schedule: "cron(3 2 * * ? *)", MaxCapacity: ptr(60)})
	}, `Target.ScheduledActions[0].MaxCapacity: got 40: the action lowers the maximum of 60 instances, and what is above it then goes at once; leave the maximum alone, or name the action among the facts, in loweredMaximums`},
	{"max-lowered", "asked for", func(s *subject) { night(s); s.Facts.LoweredMaximums = []string{"night"} }, ""},
	{"max-lowered", "the same maximum", func(s *subject) { night(s); s.Target.ScheduledActions[0].MaxCapacity = ptr(40) }, ""},

	{"weekday-numbers", "working days", func(s *subject) { night(s); s.Target.ScheduledActions[0].Schedule = "cron(0 18 ? * 1-5 *)" },
		`Target.ScheduledActions[0].Schedule: got "cron(0 18 ? * 1-5 *)": the days 1-5 are Sunday to Thursday, as 1 is Sunday; write MON-FRI, or the names of the days that are meant`},
	{"weekday-numbers", "the weekend, with seconds", func(s *subject) { night(s); s.Target.ScheduledActions[0].Schedule = "cron(0 0 18 ? * 6,7 *)" },
		`Target.ScheduledActions[0].Schedule: got "cron(0 0 18 ? * 6,7 *)": the days 6,7 are Friday and Saturday, as 1 is Sunday; write SAT,SUN, or the names of the days that are meant`},
	{"weekday-numbers", "by AWS's numbers", func(s *subject) { night(s); s.Target.ScheduledActions[0].Schedule = "cron(0 18 ? * 2-6 *)" }, ""},
	{"weekday-numbers", "a third Friday", func(s *subject) { night(s); s.Target.ScheduledActions[0].Schedule = "cron(0 18 ? * 6#3 *)" }, ""},
	{"weekday-numbers", "days of a month", func(s *subject) { night(s); s.Target.ScheduledActions[0].Schedule = "cron(0 18 1-5 * ? *)" }, ""},

	{"actions-at-once", "a weekday and a date", func(s *subject) {
		night(s)
		s.Target.ScheduledActions[0].MaxCapacity, s.Target.ScheduledActions[0].MinCapacity = nil, ptr(8)
		s.Target.ScheduledActions = append(s.Target.ScheduledActions, autoscaling.ScheduledAction{Name: "late", Schedule: "cron(0 * * * ? *)", MinCapacity: ptr(30)})
	}, `Target.ScheduledActions[1].Schedule: got "cron(0 * * * ? *)": at 2026-01-01 02:00 UTC, as an example, it sets the minimum to 30 and ScheduledActions[0], "night", to 8 in the same minute, and which of the two stays is not documented; move one of the two by some minutes, or make one action of them`},
	{"actions-at-once", "events", func(*subject) {}, ""},

	{"cpu-over-cores", "as if 100 were all", cpu(50),
		`Target.Policies[2].TargetValue: got 50: CPUUtilization is a sum over cores, 0 to 800 on the 8 of ml.c6i.2xlarge, so that this is 6.25 % of the instance; write 400 if 50 % of the instance is meant`},
	{"cpu-over-cores", "more than there is", cpu(900),
		`Target.Policies[2].TargetValue: got 900: CPUUtilization is at most 800 on the 8 cores of ml.c6i.2xlarge: it never gets there; set it below 800`},
	{"cpu-over-cores", "an alarm", func(s *subject) {
		s.Target.StepPolicies[0].Alarm.Metric, s.Target.StepPolicies[0].Alarm.Threshold = autoscalingtest.VariantMetric("CPUUtilization", *s.Variant), 70
	}, `Target.StepPolicies[0].Alarm.Threshold: got 70: CPUUtilization is a sum over cores, 0 to 800 on the 8 of ml.c6i.2xlarge, so that this is 8.75 % of the instance; write 560 if 70 % of the instance is meant`},
	{"cpu-over-cores", "over all cores", cpu(400), ""},
	{"cpu-over-cores", "a size that says nothing", func(s *subject) { s.Variant.InstanceType = "ml.c6i.metal"; cpu(50)(s) }, ""},

	{"math-without-fill", "of pools", func(s *subject) {
		m := autoscalingtest.Pools()
		m.Queries[2].Expression = "(large / 32 + FILL(small, 0) / 8 + large) / 2 + 'large'"
		s.Target.Policies = append(s.Target.Policies, mathPolicy(m))
	}, `Target.Policies[2].Metric.Queries[2].Expression: got "(large / 32 + FILL(small, 0) / 8 + large) / 2 + 'large'": where large has no value, as when a pool has no instances or nothing was counted, the expression has none; write FILL(large, 0)`},
	{"math-without-fill", "filled as a whole", func(s *subject) {
		m := autoscalingtest.Pools()
		m.Queries[2].Expression = "FILL(large + FILL(small, 0), 0)"
		s.Target.Policies = append(s.Target.Policies, mathPolicy(m))
	}, `Target.Policies[2].Metric.Queries[2].Expression: got "FILL(large + FILL(small, 0), 0)": where large has no value, as when a pool has no instances or nothing was counted, the expression has none; write FILL(large, 0)`},
	{"math-without-fill", "of what is counted now and then", func(s *subject) {
		m := autoscalingtest.Pools()
		m.Queries[0].Metric = &autoscaling.Metric{Namespace: autoscaling.GatewayNamespace, Name: autoscaling.GatewayShedRequests, Statistic: autoscaling.Sum}
		m.Queries[2].Expression = "large + FILL(small, 0)"
		s.Target.Policies = append(s.Target.Policies, mathPolicy(m))
	}, `Target.Policies[2].Metric.Queries[2].Expression: got "large + FILL(small, 0)": where large has no value, as when a pool has no instances or nothing was counted, the expression has none; write FILL(large, 0)`},
	{"math-without-fill", "filled", func(s *subject) { s.Target.Policies = append(s.Target.Policies, mathPolicy(autoscalingtest.Pools())) }, ""},
	{"math-without-fill", "of series that are always there", func(s *subject) {
		m := autoscalingtest.Pools()
		for i := range m.Queries[:2] {
			m.Queries[i].Metric = ptr(concurrency())
		}
		m.Queries[2].Expression = "large + small"
		s.Target.Policies = append(s.Target.Policies, mathPolicy(m))
	}, ""},

	{"metric-unknown", "the other namespace", metric(func(m *autoscaling.Metric) { m.Namespace = "AWS/SageMaker" }),
		`Target.Policies[2].Metric.Namespace: got "AWS/SageMaker": SageMaker publishes MemoryUtilization in /aws/sagemaker/Endpoints, and not here; use /aws/sagemaker/Endpoints`},
	{"metric-unknown", "a namespace misspelt", metric(func(m *autoscaling.Metric) { m.Namespace = "aws/sagemaker/Endpoints" }),
		`Target.Policies[2].Metric.Namespace: got "aws/sagemaker/Endpoints": SageMaker publishes MemoryUtilization in /aws/sagemaker/Endpoints, and not here; use /aws/sagemaker/Endpoints`},
	{"metric-unknown", "a namespace of jobs", metric(func(m *autoscaling.Metric) { m.Namespace, m.Name = "/aws/sagemaker/TrainingJobs", "Loss" }),
		`Target.Policies[2].Metric.Namespace: got "/aws/sagemaker/TrainingJobs": SageMaker publishes nothing of an endpoint here; use /aws/sagemaker/Endpoints, /aws/sagemaker/InferenceComponents, AWS/SageMaker`},
	{"metric-unknown", "a dimension missing", metric(func(m *autoscaling.Metric) { delete(m.Dimensions, "VariantName") }),
		`Target.Policies[2].Metric.Dimensions: got "EndpointName": SageMaker publishes MemoryUtilization by EndpointName and VariantName; give exactly these dimensions`},
	{"metric-unknown", "a name misspelt", metric(func(m *autoscaling.Metric) { m.Name = "MemoryUtilisation" }),
		`Target.Policies[2].Metric.Name: got "MemoryUtilisation": SageMaker is not known to publish such a metric in /aws/sagemaker/Endpoints; did you mean MemoryUtilization?`},
	{"metric-unknown", "a name like no other", metric(func(m *autoscaling.Metric) { m.Name = "Happiness" }),
		`Target.Policies[2].Metric.Name: got "Happiness": SageMaker is not known to publish such a metric in /aws/sagemaker/Endpoints; copy the name from CloudWatch's console`},
	{"metric-unknown", "invocations of an asynchronous endpoint", func(s *subject) {
		s.Target.Asynchronous, s.Target.Policies, s.Target.StepPolicies = true, s.Target.Policies[:1], nil
	}, `Target.Policies[0].Metric: got "SageMakerVariantInvocationsPerInstance": an asynchronous endpoint does not publish it; track ApproximateBacklogSizePerInstance`},
	{"metric-unknown", "of one pool", metric(func(m *autoscaling.Metric) {
		m.Dimensions["InstanceType"] = "ml.c6i.2xlarge"
	}), ""},
	{"metric-unknown", "of one's own", metric(func(m *autoscaling.Metric) { m.Namespace, m.Dimensions = "Odds", nil }), ""},
	{"metric-unknown", "another service's", metric(func(m *autoscaling.Metric) { m.Namespace, m.Dimensions = "AWS/ApplicationELB", nil }), ""},

	{"frontend-burst", "thousands at once", func(s *subject) {
		s.Facts.PeakRequestsPerSecond = 12_000
		s.Target.MaxCapacity = 400
		s.Facts.Frontend.AccountConcurrency = 5000
	},
		`Facts.Frontend.ProvisionedConcurrency: got 0: a peak of 12000 requests a second needs 1200 environments at once, of which Lambda starts 1000 in 10s and refuses the rest; start 200 or more beforehand, or put the gateway on Fargate`},
	{"frontend-burst", "of several variants", func(s *subject) {
		s.Facts.Frontend.PeakRequestsPerSecond = 12_000
		s.Facts.Frontend.AccountConcurrency = 5000
	},
		`Facts.Frontend.ProvisionedConcurrency: got 0: a peak of 12000 requests a second needs 1200 environments at once, of which Lambda starts 1000 in 10s and refuses the rest; start 200 or more beforehand, or put the gateway on Fargate`},
	{"frontend-burst", "some started before", func(s *subject) {
		s.Facts.PeakRequestsPerSecond, s.Target.MaxCapacity = 12_000, 400
		s.Facts.Frontend.AccountConcurrency, s.Facts.Frontend.ProvisionedConcurrency = 5000, 200
		s.Target.ScheduledActions = nil
	}, ""},
	{"frontend-burst", "on Fargate", func(s *subject) {
		s.Facts.PeakRequestsPerSecond, s.Target.MaxCapacity, s.Facts.Frontend.Kind = 12_000, 400, autoscaling.FargateFrontend
		s.Target.ScheduledActions = nil
	}, ""},

	{"frontend-concurrency", "more than an account has", func(s *subject) {
		s.Facts.ServiceTime, s.Facts.Frontend.ProvisionedConcurrency = 200*time.Millisecond, 1000
	},
		`Facts.Frontend.AccountConcurrency: got 1000: a peak of 6000 requests a second needs 1200 environments, more than the 1000 that an account has unless it was raised; raise it to 1200 or more, or put the gateway on Fargate`},
	{"frontend-concurrency", "more than this account has", func(s *subject) { s.Facts.Frontend.AccountConcurrency = 500 },
		`Facts.Frontend.AccountConcurrency: got 500: a peak of 6000 requests a second needs 600 environments, more than the 500 that the account has; raise it to 600 or more, or put the gateway on Fargate`},
	{"frontend-concurrency", "more than reserved", func(s *subject) { s.Facts.Frontend.ReservedConcurrency = 599 },
		`Facts.Frontend.ReservedConcurrency: got 599: a peak of 6000 requests a second needs 600 environments, more than the 599 that are reserved for it; raise it to 600 or more, or put the gateway on Fargate`},
	{"frontend-concurrency", "just enough", func(s *subject) { s.Facts.Frontend.ReservedConcurrency = 600 }, ""},
	{"frontend-concurrency", "service time not known", func(s *subject) {
		s.Facts.Frontend.ReservedConcurrency, s.Facts.ConcurrencyPerInstance = 1, 0
	}, ""},

	{"frontend-payload", "over 1 MB", func(s *subject) { s.Facts.Frontend.PayloadBytes++ },
		`Facts.Frontend.PayloadBytes: got 1000001: a load balancer passes at most 1000000 bytes to a function and from it; send less, or put the gateway on Fargate`},
	{"frontend-payload", "on Fargate", func(s *subject) { s.Facts.Frontend.PayloadBytes++; s.Facts.Frontend.Kind = autoscaling.FargateFrontend }, ""},

	{"gpu-over-devices", "as if 100 were all", gpu("GPUUtilization", 60),
		`Target.Policies[2].TargetValue: got 60: GPUUtilization is a sum over GPUs, 0 to 400 on the 4 of ml.g5.12xlarge, so that this is 15 % of the instance; write 240 if 60 % of the instance is meant`},
	{"gpu-over-devices", "more than there is", gpu("GPUMemoryUtilization", 500),
		`Target.Policies[2].TargetValue: got 500: GPUMemoryUtilization is at most 400 on the 4 GPUs of ml.g5.12xlarge: it never gets there; set it below 400`},
	{"gpu-over-devices", "over all", gpu("GPUUtilization", 240), ""},
	{"gpu-over-devices", "normalized", gpu("GPUUtilizationNormalized", 60), ""},
	{"gpu-over-devices", "one", func(s *subject) { gpu("GPUUtilization", 60)(s); s.Variant.InstanceType = "ml.g5.2xlarge" }, ""},

	{"step-scale-in", "where tracking does not scale in", func(s *subject) {
		scaleInOff(0, 1)(s)
		s.Target.StepPolicies = append(s.Target.StepPolicies, removing(1, 10, -1))
	}, `Target.StepPolicies[2].Steps: the policy in removes capacity whatever target tracking, which is here too, would keep; let invocations-per-instance and concurrent-requests-per-instance scale in, by DisableScaleIn false, and then remove the policy`},
}

// removing removes change instances when a metric of one's own is below a
// threshold.
func removing(periods int, threshold float64, change int) autoscaling.StepScalingPolicy {
	return autoscaling.StepScalingPolicy{
		Name: "in", AdjustmentType: autoscaling.ChangeInCapacity, Cooldown: 10 * time.Minute,
		Steps: []autoscaling.Step{{UpperBound: ptr(0.0), Adjustment: change}},
		Alarm: autoscaling.Alarm{
			Metric: autoscaling.Metric{Namespace: "Odds", Name: "Bets", Statistic: autoscaling.Average},
			Period: time.Minute, Comparison: autoscaling.Below, Threshold: threshold, EvaluationPeriods: periods,
		},
	}
}

func concurrency() autoscaling.Metric {
	return autoscaling.Metric{
		Namespace: autoscaling.SageMakerNamespace, Name: "ConcurrentRequestsPerModel", Statistic: autoscaling.Average,
		Dimensions: map[string]string{"EndpointName": "odds", "VariantName": "main"},
	}
}

// byConcurrency scales by steps alone: out over 20 requests at a time, and in
// below a threshold.
func byConcurrency(s *subject, threshold float64, change int) {
	in := removing(1, threshold, change)
	in.Alarm.Metric = concurrency()
	s.Target.Policies = nil
	s.Target.StepPolicies = []autoscaling.StepScalingPolicy{s.Target.StepPolicies[0], in}
}

// byInvocations scales in by steps, over a period, next to the target.
func byInvocations(s *subject, period time.Duration) {
	in := removing(1, 13500, -1)
	m := concurrency()
	m.Name, m.Statistic = "InvocationsPerInstance", autoscaling.Sum
	in.Alarm.Metric, in.Alarm.Period = m, period
	s.Target.Policies, s.Target.StepPolicies = s.Target.Policies[:1], []autoscaling.StepScalingPolicy{in}
}

func night(s *subject) {
	s.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 2 * * ? *)", MaxCapacity: ptr(20)}}
	s.Facts.Events, s.Facts.PeakRequestsPerSecond = nil, 0
}

func cpu(target float64) func(*subject) {
	return func(s *subject) {
		s.Target.Policies = append(s.Target.Policies, slow(autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", *s.Variant), target)))
	}
}

func metric(change func(*autoscaling.Metric)) func(*subject) {
	return func(s *subject) {
		m := autoscalingtest.VariantMetric("MemoryUtilization", *s.Variant)
		change(&m)
		s.Target.Policies = append(s.Target.Policies, slow(autoscaling.Tracking("memory", m, 70)))
	}
}

func mathPolicy(m autoscaling.MetricMath) autoscaling.TargetTrackingPolicy {
	return slow(autoscaling.Tracking("math", m, 0.7))
}

func slow(p autoscaling.TargetTrackingPolicy) autoscaling.TargetTrackingPolicy {
	p.ScaleInCooldown = 10 * time.Minute
	return p
}

// noon is when a case is judged.
var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// action adds a scheduled action that sets the minimum, and takes the events' away.
func action(s *subject, schedule string, minimum int) {
	if len(s.Facts.Events) > 0 {
		s.Target.ScheduledActions, s.Facts.Events = nil, nil
	}
	names := []string{"one", "two", "three"}
	s.Target.ScheduledActions = append(s.Target.ScheduledActions, autoscaling.ScheduledAction{
		Name: names[len(s.Target.ScheduledActions)], Schedule: schedule, MinCapacity: &minimum})
}

// toZero makes an inference component of it, which scales to zero.
func toZero(s *subject) {
	s.Target = autoscaling.ComponentScaling{
		CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, StartTime: 6 * time.Minute},
		CopyScaling:  autoscaling.CopyScaling{MaxCapacity: 8, ScaleInCooldown: ptr(10 * time.Minute)},
	}.Target("odds")
	s.Variant, s.Facts = nil, autoscaling.Facts{}
}

// toBacklog makes an asynchronous variant of it, which scales to zero.
func toBacklog(s *subject, backlog float64) {
	s.Target = autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{
		MaxCapacity: 8, BacklogPerInstance: backlog, ScaleInCooldown: ptr(10 * time.Minute),
	}}.Target(*s.Variant)
	s.Facts = autoscaling.Facts{}
}

func perInstance(statistic autoscaling.Statistic) func(*subject) {
	return func(s *subject) {
		m := concurrency()
		m.Name, m.Statistic = "InvocationsPerInstance", statistic
		s.Target.Policies = append(s.Target.Policies, autoscaling.Tracking("own", m, 6000))
	}
}

// tracked adds a policy on a metric of the variant, or of the component.
func tracked(name string, target float64) func(*subject) {
	return func(s *subject) {
		m := concurrency()
		m.Name, m.Statistic = name, autoscaling.Sum
		s.Target.Policies = append(s.Target.Policies, autoscaling.Tracking("own", m, target))
	}
}

func predefined(m autoscaling.PredefinedMetric) func(*subject) {
	return func(s *subject) { s.Target.Policies = append(s.Target.Policies, autoscaling.Tracking("own", m, 6000)) }
}

func gpu(name string, target float64) func(*subject) {
	return func(s *subject) {
		s.Variant.InstanceType = "ml.g5.12xlarge"
		s.Target.Policies = append(s.Target.Policies, autoscaling.Tracking("gpu", autoscalingtest.VariantMetric(name, *s.Variant), target))
	}
}

func scaleInOff(policies ...int) func(*subject) {
	return func(s *subject) {
		for _, i := range policies {
			s.Target.Policies[i].DisableScaleIn = true
		}
	}
}

// onHost puts the copies on at most 2 instances of a type.
func onHost(instanceType string, on lint.Copy) func(*subject) {
	return func(s *subject) {
		toZero(s)
		s.Host = &autoscaling.Variant{InstanceType: instanceType, ManagedInstanceScaling: true, MaxInstanceCount: 2}
		s.Copy = on
	}
}
