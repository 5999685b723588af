package lint_test

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// surroundingCases are of the rules that judge a target together with what stands around it,
// its values against what the metric can be, and what its policies and actions come to.
var surroundingCases = []lintCase{
	{"count-not-retained", "no retention", func(s *subject) { s.Around.ResetBy = lint.NotRetained },
		`Endpoint.RetainAllVariantProperties: an update of the endpoint sets the instance count to 6 again, whatever scaling has made of it; set it to true`},
	{"count-not-retained", "all but the count", func(s *subject) { s.Around.ResetBy, s.Variant.InitialInstanceCount = lint.Excluded, 0 },
		`Endpoint.ExcludeRetainedVariantProperties: an update of the endpoint sets the instance count to the initial one again, whatever scaling has made of it; remove DesiredInstanceCount from it`},
	{"count-not-retained", "copies", func(s *subject) { toZero(s); s.Around.ResetBy = lint.NotRetained }, ""},
	{"count-not-retained", "retained", func(*subject) {}, ""},

	{"initial-below-min", "and not retained", func(s *subject) { s.Around.ResetBy, s.Variant.InitialInstanceCount = lint.NotRetained, 1 },
		`Variant.InitialInstanceCount: got 1: each update of the endpoint starts with it again, below the minimum of 6 instances; set RetainAllVariantProperties of the endpoint to true, or set this to 6`},
	{"initial-below-min", "and retained", func(s *subject) { s.Variant.InitialInstanceCount = 1 }, ""},
	{"initial-below-min", "at the minimum", func(s *subject) { s.Around.ResetBy = lint.NotRetained }, ""},

	{"endpoint-missing", "misspelt", func(s *subject) { s.Around.OtherEndpoints = []string{"news", "Odds-live"} },
		`Target.ResourceID: got "endpoint/odds/variant/main": the template has no endpoint of this name, it has news, Odds-live; refer to the endpoint that is meant, such as news, or acknowledge that it is made elsewhere`},
	{"endpoint-missing", "a component", func(s *subject) { toZero(s); s.Around.OtherEndpoints = []string{"chat"} },
		`Target.ResourceID: got "inference-component/odds": the template has no inference component of this name, it has chat; refer to the inference component that is meant, such as chat, or acknowledge that it is made elsewhere`},
	{"endpoint-missing", "nothing read", func(*subject) {}, ""},

	{"target-unordered", "a literal name", func(s *subject) { s.Around.Endpoint, s.Around.Unordered = "Endpoint", true },
		`Target.ResourceID: got "endpoint/odds/variant/main": the template does not say that the target comes after Endpoint; add DependsOn: Endpoint to the scalable target, or make the resource ID of a reference to it`},
	{"target-unordered", "after it", func(s *subject) { s.Around.Endpoint = "Endpoint" }, ""},

	{"zero-without-wake-up", "copies", func(s *subject) { toZero(s); s.Target.StepPolicies = nil },
		`Target.MinCapacity: got 0: without a copy every request is refused, and no policy starts one; add a step policy of 1 copy whose alarm goes off at 1 NoCapacityInvocationFailures or more`},
	{"zero-without-wake-up", "a backlog", func(s *subject) { toBacklog(s, 5); s.Target.StepPolicies = nil },
		`Target.MinCapacity: got 0: without an instance, up to 5 requests wait until more come; add a step policy of 1 instance whose alarm goes off at 1 HasBacklogWithoutCapacity or more`},
	{"zero-without-wake-up", "a percentage of none", func(s *subject) {
		toBacklog(s, 5)
		s.Target.Policies, s.Target.StepPolicies[0].AdjustmentType = nil, autoscaling.PercentChangeInCapacity
	}, `Target.MinCapacity: got 0: no policy starts an instance for requests that wait; add a step policy of 1 instance whose alarm goes off at 1 HasBacklogWithoutCapacity or more`},
	{"zero-without-wake-up", "by an action", func(s *subject) {
		toZero(s)
		s.Target.MinCapacity, s.Target.StepPolicies = 2, nil
		s.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 1 * * ? *)", MinCapacity: ptr(0)},
			{Name: "final", Schedule: "at(2027-05-29T18:00:00)", MinCapacity: ptr(4)}}
	}, `Target.ScheduledActions[0].MinCapacity: got 0: without a copy every request is refused, and no policy starts one; add a step policy of 1 copy whose alarm goes off at 1 NoCapacityInvocationFailures or more`},
	{"zero-without-wake-up", "until the morning", func(s *subject) {
		toZero(s)
		s.Target.StepPolicies = nil
		s.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "morning", Schedule: "cron(0 7 * * ? *)", MinCapacity: ptr(1)}}
	}, ""},
	{"zero-without-wake-up", "a backlog under one request", func(s *subject) { toBacklog(s, 0.5); s.Target.StepPolicies = nil }, ""},
	{"zero-without-wake-up", "woken up", func(s *subject) { toBacklog(s, 5) }, ""},
	{"zero-without-wake-up", "copies woken up", toZero, ""},

	{"wake-up-tracked", "a backlog", func(s *subject) {
		toBacklog(s, 5)
		s.Target.Policies[0].Metric = s.Target.StepPolicies[0].Alarm.Metric.(autoscaling.Metric)
	}, `Target.Policies[0].Metric.Name: got "HasBacklogWithoutCapacity": it is 0 as soon as there is one of the instances, so that it is near no target; let an alarm on it set off a step policy, and track ApproximateBacklogSizePerInstance`},
	{"wake-up-tracked", "failures", func(s *subject) {
		toZero(s)
		s.Target.Policies[0].Metric = s.Target.StepPolicies[0].Alarm.Metric.(autoscaling.Metric)
	}, `Target.Policies[0].Metric.Name: got "NoCapacityInvocationFailures": it is 0 as soon as there is one of the copies, so that it is near no target; let an alarm on it set off a step policy, and track SageMakerInferenceComponentInvocationsPerCopy`},
	{"wake-up-tracked", "an alarm", toZero, ""},

	{"action-past", "a date", func(s *subject) { action(s, "at(2025-05-29T18:00:00)", 8); s.Now = noon },
		`Target.ScheduledActions[0].Schedule: got "at(2025-05-29T18:00:00)": the action one has run for the last time before 2026-11-26 12:00 UTC; remove it, or give it a time to come`},
	{"action-past", "a year", func(s *subject) { action(s, "cron(0 18 ? 5 * 2025)", 8); s.Now = noon },
		`Target.ScheduledActions[0].Schedule: got "cron(0 18 ? 5 * 2025)": the action one has run for the last time before 2026-11-26 12:00 UTC; remove it, or give it a time to come`},
	{"action-past", "the time is not known", func(s *subject) { action(s, "at(2025-05-29T18:00:00)", 8) }, ""},
	{"action-past", "later today", func(s *subject) { action(s, "at(2026-11-26T12:01:00)", 8); s.Now = noon }, ""},
	{"action-past", "a rate", func(s *subject) { action(s, "rate(1 hour)", 8); s.Now = noon }, ""},

	{"floor-never-released", "every evening", func(s *subject) { action(s, "cron(0 18 ? * * *)", 8) },
		`Target.ScheduledActions[0].MinCapacity: got 8: no action lowers the minimum after one has raised it, so that it stays over the 6 of the target; add an action that sets the minimum to 6 afterwards`},
	{"floor-never-released", "before it", func(s *subject) {
		action(s, "at(2027-05-29T18:00:00)", 8)
		action(s, "at(2027-05-28T18:00:00)", 6)
	}, `Target.ScheduledActions[0].MinCapacity: got 8: no action lowers the minimum after one has raised it, so that it stays over the 6 of the target; add an action that sets the minimum to 6 afterwards`},
	{"floor-never-released", "once of every evening", func(s *subject) {
		action(s, "cron(0 18 ? * * *)", 8)
		action(s, "at(2027-05-30T18:00:00)", 6)
	}, `Target.ScheduledActions[0].MinCapacity: got 8: no action lowers the minimum after one has raised it, so that it stays over the 6 of the target; add an action that sets the minimum to 6 afterwards`},
	{"floor-never-released", "in two steps", func(s *subject) {
		action(s, "at(2027-05-29T18:00:00)", 10)
		action(s, "at(2027-05-29T20:00:00)", 8)
		action(s, "cron(0 23 * * ? *)", 6)
	}, ""},
	{"floor-never-released", "every night", func(s *subject) { action(s, "cron(0 18 ? * * *)", 8); action(s, "cron(0 23 ? * * *)", 6) }, ""},
	{"floor-never-released", "lower than the target's", func(s *subject) { action(s, "cron(0 18 ? * * *)", 5) }, ""},

	{"invocations-statistic", "an average", perInstance(autoscaling.Average),
		`Target.Policies[2].Metric.Statistic: got "Average": each request adds 1 ÷ instances, so that this is about that share, and not requests; write Sum, or track SageMakerVariantInvocationsPerInstance`},
	{"invocations-statistic", "samples", perInstance(autoscaling.SampleCount),
		`Target.Policies[2].Metric.Statistic: got "SampleCount": this counts the requests of all instances together; write Sum, or track SageMakerVariantInvocationsPerInstance`},
	{"invocations-statistic", "an alarm", func(s *subject) {
		perInstance(autoscaling.Maximum)(s)
		s.Target.StepPolicies[0].Alarm.Metric, s.Target.Policies = s.Target.Policies[2].Metric.(autoscaling.Metric), s.Target.Policies[:2]
	}, `Target.StepPolicies[0].Alarm.Metric.Statistic: got "Maximum": each request adds 1 ÷ instances, so that this is about that share, and not requests; write Sum, or track SageMakerVariantInvocationsPerInstance`},
	{"invocations-statistic", "a sum", perInstance(autoscaling.Sum), ""},

	{"total-tracked", "of instances", tracked("Invocations", 6000),
		`Target.Policies[2].Metric.Name: got "Invocations": it counts for all instances together, which more of them do not lower; track SageMakerVariantInvocationsPerInstance`},
	{"total-tracked", "of copies", func(s *subject) { toZero(s); tracked("Invocations", 6000)(s) },
		`Target.Policies[2].Metric.Name: got "Invocations": it counts for all copies together, which more of them do not lower; track SageMakerInferenceComponentInvocationsPerCopy`},
	{"total-tracked", "a backlog", tracked("ApproximateBacklogSize", 5),
		`Target.Policies[2].Metric.Name: got "ApproximateBacklogSize": it counts for all instances together, which more of them do not lower; track ApproximateBacklogSizePerInstance`},
	{"total-tracked", "a share", tracked("InvocationsPerInstance", 6000), ""},

	{"latency-unit", "milliseconds", tracked("ModelLatency", 200),
		`Target.Policies[2].TargetValue: got 200: ModelLatency is in microseconds, so that this is 0.2 ms; write 200000 if 200 ms are meant`},
	{"latency-unit", "seconds", tracked("OverheadLatency", 0.2),
		`Target.Policies[2].TargetValue: got 0.2: OverheadLatency is in microseconds, so that this is 0.0002 ms; write 200000 if 0.2 s are meant`},
	{"latency-unit", "either", tracked("ModelLatency", 5),
		`Target.Policies[2].TargetValue: got 5: ModelLatency is in microseconds, so that this is 0.005 ms; write 5000 if 5 ms are meant, or 5000000 if 5 s are meant`},
	{"latency-unit", "another unit", func(s *subject) {
		tracked("ModelLatency", 200_000)(s)
		m := s.Target.Policies[2].Metric.(autoscaling.Metric)
		m.Unit = "Milliseconds"
		s.Target.Policies[2].Metric = m
	}, `Target.Policies[2].Metric.Unit: got "Milliseconds": ModelLatency is published in Microseconds, and no value is found in another unit; leave the unit out`},
	{"latency-unit", "an alarm", func(s *subject) {
		tracked("ModelLatency", 200_000)(s)
		s.Target.StepPolicies[0].Alarm.Metric, s.Target.StepPolicies[0].Alarm.Threshold = s.Target.Policies[2].Metric.(autoscaling.Metric), 300
	}, `Target.StepPolicies[0].Alarm.Threshold: got 300: ModelLatency is in microseconds, so that this is 0.3 ms; write 300000 if 300 ms are meant`},
	{"latency-unit", "a millisecond", tracked("ModelLatency", 1000), ""},

	{"predefined-metric-unknown", "misspelt", predefined("SageMakerVariantInvocationPerInstance"),
		`Target.Policies[2].Metric: got "SageMakerVariantInvocationPerInstance": no predefined metric of this name is known for sagemaker:variant:DesiredInstanceCount; use SageMakerVariantInvocationsPerInstance`},
	{"predefined-metric-unknown", "cut off", predefined("SageMakerVariantConcurrentRequestsPerModel"),
		`Target.Policies[2].Metric: got "SageMakerVariantConcurrentRequestsPerModel": no predefined metric of this name is known for sagemaker:variant:DesiredInstanceCount; use SageMakerVariantConcurrentRequestsPerModelHighResolution`},
	{"predefined-metric-unknown", "of another dimension", predefined(autoscaling.ComponentInvocationsPerCopy), ""},

	{"min-equals-max", "with policies", func(s *subject) { s.Target.MaxCapacity, s.Target.ScheduledActions = 6, nil },
		`Target.MaxCapacity: got 6: the minimum is 6 too, so that the 4 policies have nothing to decide; raise it to 7 or more, or remove the policies`},
	{"min-equals-max", "with one policy", func(s *subject) {
		s.Target.MaxCapacity, s.Target.Policies, s.Target.StepPolicies, s.Target.ScheduledActions = 6, s.Target.Policies[:1], nil, nil
	}, `Target.MaxCapacity: got 6: the minimum is 6 too, so that the policy has nothing to decide; raise it to 7 or more, or remove the policy`},
	{"min-equals-max", "but at night", func(s *subject) { s.Target.MaxCapacity = 6; action(s, "cron(0 1 * * ? *)", 4) }, ""},
	{"min-equals-max", "without policies", func(s *subject) {
		s.Target.MaxCapacity, s.Target.Policies, s.Target.StepPolicies, s.Target.ScheduledActions = 6, nil, nil, nil
	}, ""},

	{"scale-in-disabled", "on every policy", scaleInOff(0, 1),
		`Target.Policies[0].DisableScaleIn: got true: no policy removes capacity, so that what a peak has added stays, up to 40 instances; leave it out of invocations-per-instance, or add a step policy that scales in`},
	{"scale-in-disabled", "on one of two", scaleInOff(0), ""},
	{"scale-in-disabled", "steps alone", func(s *subject) { s.Target.Policies = nil },
		`Target.StepPolicies: got "emergency": no policy removes capacity, so that what a peak has added stays, up to 40 instances; add a step policy that scales in, with an alarm of its own`},
	{"scale-in-disabled", "steps alone, to an exact capacity", func(s *subject) {
		s.Target.Policies = nil
		s.Target.StepPolicies[0].AdjustmentType = autoscaling.ExactCapacity
	}, ""},
	{"scale-in-disabled", "a wake-up alone", func(s *subject) {
		s.Target.Policies = nil
		s.Target.StepPolicies[0].Alarm.Metric = autoscaling.Metric{
			Namespace: "AWS/SageMaker", Name: autoscaling.HasBacklogWithoutCapacity, Statistic: autoscaling.Average,
		}
	}, ""},
	{"scale-in-disabled", "in by steps", func(s *subject) {
		scaleInOff(0, 1)(s)
		s.Target.StepPolicies = append(s.Target.StepPolicies, removing(1, 10, -1))
	}, ""},

	{"policies-fight", "two step policies", func(s *subject) { byConcurrency(s, 30, -1) },
		`Target.StepPolicies[1].Alarm.Threshold: got 30: from 20 to 30 in removes capacity and emergency adds it; set it below 20`},
	{"policies-fight", "a total of one's own", func(s *subject) {
		byConcurrency(s, 30, -1)
		m := autoscaling.Metric{Namespace: "Odds", Name: "Bets", Statistic: autoscaling.Average}
		s.Target.StepPolicies[0].Alarm.Metric, s.Target.StepPolicies[1].Alarm.Metric = m, m
	}, `Target.StepPolicies[1].Alarm.Threshold: got 30: from 20 to 30 in removes capacity and emergency adds it; set it below 20`},
	{"policies-fight", "against a target", func(s *subject) { byInvocations(s, time.Minute); s.Target.StepPolicies[0].Alarm.Threshold = 20_000 },
		`Target.StepPolicies[0].Alarm.Threshold: got 20000: from 14400 to 20000 in removes capacity and invocations-per-instance adds it; set it below 14400`},
	{"policies-fight", "a gap", func(s *subject) { byConcurrency(s, 10, -1) }, ""},

	{"copies-over-instances", "by accelerators", onHost("ml.g5.12xlarge", lint.Copy{Accelerators: 2, MinMemoryMB: 1024}),
		`Target.MaxCapacity: got 8: the 2 managed instances of ml.g5.12xlarge have room for 4 copies at most, as a copy takes 2 of the 4 accelerators of one; lower it to 4, or raise the maximum of the managed instances to 4 or more`},
	{"copies-over-instances", "by memory", onHost("ml.g5.12xlarge", lint.Copy{Accelerators: 1, MinMemoryMB: 96 * 1024}),
		`Target.MaxCapacity: got 8: the 2 managed instances of ml.g5.12xlarge have room for 2 copies at most, as a copy takes 98304 of the 196608 MB of one; lower it to 2, or raise the maximum of the managed instances to 8 or more`},
	{"copies-over-instances", "by cores", onHost("ml.c6i.xlarge", lint.Copy{CPUCores: 1.5}),
		`Target.MaxCapacity: got 8: the 2 managed instances of ml.c6i.xlarge have room for 4 copies at most, as a copy takes 1.5 of the 4 cores of one; lower it to 4, or raise the maximum of the managed instances to 4 or more`},
	{"copies-over-instances", "just enough", onHost("ml.g5.12xlarge", lint.Copy{Accelerators: 1}), ""},
	{"copies-over-instances", "the host is not known", toZero, ""},
}
