package autoscaling_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// everyPolicy is a valid target with policies of all kinds.
func everyPolicy() autoscaling.ScalableTarget {
	t := autoscalingtest.Kinds()["invocations-and-concurrency"]
	t.Policies = append(t.Policies, autoscalingtest.Kinds()["utilization"].Policies[0], autoscalingtest.Kinds()["metric-math"].Policies[0])
	t.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(variant, 8), autoscaling.OfferedLoadPolicy("odds")}
	return t
}

func TestEveryPolicyAtOnce(t *testing.T) {
	t.Parallel()
	if ps := everyPolicy().Validate(); ps != nil {
		t.Error(ps)
	}
}

// TestPolicyRules breaks one thing at a time in everyPolicy.
func TestPolicyRules(t *testing.T) {
	t.Parallel()
	type target = autoscaling.ScalableTarget
	step := func(change func(*autoscaling.StepScalingPolicy)) func(*target) {
		return func(t *target) { change(&t.StepPolicies[0]) }
	}
	steps := func(steps ...autoscaling.Step) func(*target) {
		return step(func(p *autoscaling.StepScalingPolicy) { p.Steps = steps })
	}
	falling := func(steps ...autoscaling.Step) func(*target) {
		return step(func(p *autoscaling.StepScalingPolicy) { p.Steps, p.Alarm.Comparison = steps, autoscaling.Below })
	}
	alarm := func(change func(*autoscaling.Alarm)) func(*target) {
		return step(func(p *autoscaling.StepScalingPolicy) { change(&p.Alarm) })
	}
	tracks := func(m autoscaling.TrackedMetric) func(*target) {
		return func(t *target) { t.Policies[0].Metric = m }
	}
	metric := func(change func(*autoscaling.Metric)) func(*target) {
		return func(t *target) {
			m := autoscalingtest.VariantMetric("CPUUtilization", autoscaling.Variant{EndpointName: "odds", Name: "other"})
			change(&m)
			t.Policies[0].Metric = m
		}
	}
	queries := func(change func([]autoscaling.MetricQuery)) func(*target) {
		return func(t *target) {
			m := autoscalingtest.Pools()
			change(m.Queries)
			t.Policies[3].Metric = m
		}
	}
	others := func(t *target) { t.Policies, t.StepPolicies = nil, nil }
	at := ptr[float64]
	for _, test := range []struct {
		name   string
		change func(*target)
		want   string
	}{
		{"a component's metric on a variant", tracks(autoscaling.ComponentInvocationsPerCopy),
			`Policies[0].Metric: got "SageMakerInferenceComponentInvocationsPerCopy": this metric is for a target of dimension sagemaker:inference-component:DesiredCopyCount, and the target's is sagemaker:variant:DesiredInstanceCount; track a metric whose name begins with SageMakerVariant`},
		{"a serverless metric on instances", tracks(autoscaling.VariantProvisionedConcurrencyUtilization),
			`Policies[0].Metric: got "SageMakerVariantProvisionedConcurrencyUtilization": this metric is for a target of dimension sagemaker:variant:DesiredProvisionedConcurrency, and the target's is sagemaker:variant:DesiredInstanceCount; track a metric whose name begins with SageMakerVariant` + "\n" +
				`Policies[0].TargetValue: got 4200: the utilization of provisioned concurrency is a share, at most 1; such as 0.7`},
		{"another service's metric", tracks(autoscaling.PredefinedMetric("ALBRequestCountPerTarget")),
			`Policies[0].Metric: got "ALBRequestCountPerTarget": a predefined metric for this target begins with SageMakerVariant; use one of SageMaker's, or give namespace and name of a Metric`},
		{"a metric that AWS may add", tracks(autoscaling.PredefinedMetric("SageMakerVariantTokensPerSecond")), ""},
		{"no metric", tracks(nil), `Policies[0].Metric: a policy needs a metric; use SageMakerVariantInvocationsPerInstance`},
		{"an empty metric", tracks(autoscaling.PredefinedMetric("")), `Policies[0].Metric: a policy needs a metric; use SageMakerVariantInvocationsPerInstance`},
		{"two policies on one metric", func(t *target) { t.Policies[1].Metric = autoscalingtest.VariantMetric("CPUUtilization", variant) },
			`Policies[2].Metric: got "/aws/sagemaker/Endpoints CPUUtilization": Policies[1] tracks the same metric, which AWS refuses; keep one of the two`},
		{"one metric of two variants", metric(func(*autoscaling.Metric) {}), ""},
		{"one name for both kinds", func(t *target) { t.StepPolicies[0].Name = "invocations" },
			`StepPolicies[0].Name: got "invocations": Policies[0] has the same name; give each policy a name of its own`},
		{"a name that cannot be printed", func(t *target) { t.Policies[0].Name = "a\tb" },
			`Policies[0].Name: got "a\tb": the name of a policy has 1 to 256 characters that can be printed; name what it tracks, such as "invocations-per-instance"`},
		{"no name", step(func(p *autoscaling.StepScalingPolicy) { p.Name = "" }),
			`StepPolicies[0].Name: a policy needs a name; name the occasion, such as "emergency"`},

		{"a metric of nothing", metric(func(m *autoscaling.Metric) { *m = autoscaling.Metric{} }),
			`Policies[0].Metric.Namespace: a metric has a namespace; such as "AWS/SageMaker"` + "\n" +
				`Policies[0].Metric.Name: a metric has a name of 1 to 255 characters; such as "CPUUtilization"` + "\n" +
				`Policies[0].Metric.Statistic: a metric has a statistic; such as Average`},
		{"a namespace with a colon before", metric(func(m *autoscaling.Metric) { m.Namespace = ":odds" }),
			`Policies[0].Metric.Namespace: got ":odds": a namespace has at most 255 characters and does not begin with a colon; such as "AWS/SageMaker"`},
		{"dimensions", metric(func(m *autoscaling.Metric) { m.Dimensions = map[string]string{"A": "", "": "2"} }),
			`Policies[0].Metric.Dimensions[""]: got "": the name of a dimension has 1 to 255 characters and does not begin with a colon; such as "EndpointName"` + "\n" +
				`Policies[0].Metric.Dimensions["A"]: the value of a dimension has 1 to 1024 characters; give what the metric is published with`},
		{"too many dimensions", metric(func(m *autoscaling.Metric) {
			m.Dimensions = map[string]string{}
			for i := range 31 {
				m.Dimensions[fmt.Sprint(i)] = "v"
			}
		}), `Policies[0].Metric.Dimensions: got 31: a metric has at most 30 dimensions; give those that it is published with`},
		{"a percentile is not tracked", metric(func(m *autoscaling.Metric) { m.Statistic = "p99" }),
			`Policies[0].Metric.Statistic: got "p99": a tracked metric has the statistic Average, Minimum, Maximum, Sum or SampleCount; use one of them, or MetricMath, which takes others`},

		{"metric math of nothing", func(t *target) { t.Policies[3].Metric = autoscaling.MetricMath{} },
			`Policies[3].Metric.Queries: got 0: metric math has 1 to 20 queries; give the metrics and the expression over them`},
		{"metric math without a metric", func(t *target) {
			t.Policies[3].Metric = autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{{ID: "a", Expression: "1", ReturnData: true}}}
		}, `Policies[3].Metric.Queries: got 0: 1 to 10 of the queries are metrics; compute from metrics as they were published`},
		{"two results", queries(func(q []autoscaling.MetricQuery) { q[0].ReturnData = true }),
			`Policies[3].Metric.Queries: got 2: exactly one query is the result; set ReturnData on the last expression, and nowhere else`},
		{"an unknown name", queries(func(q []autoscaling.MetricQuery) { q[2].Expression = "FILL(large, 0) + tiny + 'other'" }),
			`Policies[3].Metric.Queries[2].Expression: got "FILL(large, 0) + tiny + 'other'": the expression speaks of "tiny", which is no other query's ID; name queries by their IDs`},
		{"an expression of itself", queries(func(q []autoscaling.MetricQuery) { q[2].Expression = "load + 1" }),
			`Policies[3].Metric.Queries[2].Expression: got "load + 1": the expression speaks of "load", which is no other query's ID; name queries by their IDs`},
		{"IDs", queries(func(q []autoscaling.MetricQuery) {
			q[0].ID, q[2].ID, q[2].Expression = "small", "Load", "FILL(small, 0)"
		}),
			`Policies[3].Metric.Queries[1].ID: got "small": Queries[0] has the same ID; give each query an ID of its own` + "\n" +
				`Policies[3].Metric.Queries[2].ID: got "Load": an ID begins with a small letter and has letters, digits and underscores; such as "m1"`},
		{"neither metric nor expression", queries(func(q []autoscaling.MetricQuery) { q[2].Expression = "" }),
			`Policies[3].Metric.Queries[2].Expression: a query is a metric or an expression; give one of the two`},
		{"metric and expression", queries(func(q []autoscaling.MetricQuery) { q[0].Expression = "small" }),
			`Policies[3].Metric.Queries[0].Expression: got "small": a query is a metric or an expression, not both; make two queries of them`},
		{"a query's metric", queries(func(q []autoscaling.MetricQuery) { q[0].Metric.Statistic = "median" }),
			`Policies[3].Metric.Queries[0].Metric.Statistic: got "median": this is not a statistic of CloudWatch; such as Average, Maximum or p99`},

		{"no steps", steps(), `StepPolicies[0].Steps: got 0: a policy has 1 to 20 steps; join neighbouring steps`},
		{"a step without bounds", steps(autoscaling.Step{Adjustment: 1}),
			`StepPolicies[0].Steps[0].LowerBound: a step has at least one bound; begin at 0 to scale out, end at 0 to scale in`},
		{"a gap", steps(autoscaling.Step{LowerBound: at(20), Adjustment: 2}, autoscaling.Step{LowerBound: at(0), UpperBound: at(10), Adjustment: 1}),
			`StepPolicies[0].Steps[0].LowerBound: got 20: between this step and Steps[1], which ends at 10, is a gap; let it begin where the other ends`},
		{"an overlap", steps(autoscaling.Step{LowerBound: at(0), UpperBound: at(10), Adjustment: 1}, autoscaling.Step{LowerBound: at(5), Adjustment: 2}),
			`StepPolicies[0].Steps[1].LowerBound: got 5: the step overlaps Steps[0], which ends at 10; let it begin where the other ends`},
		{"two steps without end", steps(autoscaling.Step{LowerBound: at(0), Adjustment: 1}, autoscaling.Step{LowerBound: at(5), Adjustment: 2}),
			`StepPolicies[0].Steps[1].LowerBound: got 5: the step overlaps Steps[0], which ends at no bound; let it begin where the other ends`},
		{"an end above the threshold", steps(autoscaling.Step{LowerBound: at(0), UpperBound: at(10), Adjustment: 1}),
			`StepPolicies[0].Steps[0].UpperBound: got 10: steps above the threshold go on without end; leave the highest bound out`},
		{"an end below the threshold", falling(autoscaling.Step{LowerBound: at(-10), UpperBound: at(0), Adjustment: -1}),
			`StepPolicies[0].Steps[0].LowerBound: got -10: steps below the threshold go on without end; leave the lowest bound out`},
		{"a late first step", steps(autoscaling.Step{LowerBound: at(1), Adjustment: 1}),
			`StepPolicies[0].Steps[0].LowerBound: got 1: between the threshold and the first step the alarm would do nothing; begin at 0, and raise the alarm's threshold where that is too early`},
		{"a late first step down", falling(autoscaling.Step{UpperBound: at(-1), Adjustment: -1}),
			`StepPolicies[0].Steps[0].UpperBound: got -1: between the threshold and the first step the alarm would do nothing; end at 0, and lower the alarm's threshold where that is too early`},
		{"a step that is never reached", steps(autoscaling.Step{UpperBound: at(0), Adjustment: -1}, autoscaling.Step{LowerBound: at(0), Adjustment: 1}),
			`StepPolicies[0].Steps[0].UpperBound: got 0: the step lies below the threshold, where the alarm does not go off; remove the step`},
		{"a step down that is never reached", falling(autoscaling.Step{UpperBound: at(0), Adjustment: -1}, autoscaling.Step{LowerBound: at(0), Adjustment: 1}),
			`StepPolicies[0].Steps[1].LowerBound: got 0: the step lies above the threshold, where the alarm does not go off; remove the step`},
		{"a step the wrong way round", steps(autoscaling.Step{LowerBound: at(5), UpperBound: at(5), Adjustment: 1}),
			`StepPolicies[0].Steps[0].UpperBound: got 5: the step ends where it begins, at 5, or before; give a greater bound`},
		{"a bound of NaN", steps(autoscaling.Step{LowerBound: at(math.NaN()), Adjustment: 1}),
			`StepPolicies[0].Steps[0].LowerBound: got NaN: a bound is a number, counted from the threshold; leave it out for a step without end`},
		{"a step of nothing", steps(autoscaling.Step{LowerBound: at(0)}),
			`StepPolicies[0].Steps[0].Adjustment: got 0: the step changes nothing; give the change, or begin the steps later`},
		{"too many steps", step(func(p *autoscaling.StepScalingPolicy) {
			p.Steps = nil
			for i := range 20 {
				p.Steps = append(p.Steps, autoscaling.Step{LowerBound: at(float64(i)), UpperBound: at(float64(i + 1)), Adjustment: i + 1})
			}
			p.Steps = append(p.Steps, autoscaling.Step{LowerBound: at(20), Adjustment: 30})
		}), `StepPolicies[0].Steps: got 21: a policy has 1 to 20 steps; join neighbouring steps`},
		{"an exact capacity outside", step(func(p *autoscaling.StepScalingPolicy) {
			p.AdjustmentType, p.MinAdjustmentMagnitude = autoscaling.ExactCapacity, 0
			p.Steps = []autoscaling.Step{{LowerBound: at(0), Adjustment: 41}}
		}), `StepPolicies[0].Steps[0].Adjustment: got 41: the capacity is kept within the target's bounds of 2 to 40 instances; give a capacity within them`},
		{"an unknown comparison", alarm(func(a *autoscaling.Alarm) { a.Comparison = ">" }),
			`StepPolicies[0].Alarm.Comparison: got ">": a comparison is GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold; use GreaterThanOrEqualToThreshold to scale out`},
		{"an unknown adjustment", step(func(p *autoscaling.StepScalingPolicy) {
			p.AdjustmentType, p.MinAdjustmentMagnitude, p.Aggregation = "Percent", 0, "Sum"
		}),
			`StepPolicies[0].AdjustmentType: got "Percent": an adjustment is ChangeInCapacity, PercentChangeInCapacity or ExactCapacity; use PercentChangeInCapacity` + "\n" +
				`StepPolicies[0].Aggregation: got "Sum": an aggregation is Average, Minimum or Maximum; leave it out for Average`},
		{"a least change of units", step(func(p *autoscaling.StepScalingPolicy) { p.AdjustmentType = autoscaling.ChangeInCapacity }),
			`StepPolicies[0].MinAdjustmentMagnitude: got 1: only PercentChangeInCapacity has a least change; leave it out, or change AdjustmentType`},
		{"a least change below zero", step(func(p *autoscaling.StepScalingPolicy) { p.MinAdjustmentMagnitude = -1 }),
			`StepPolicies[0].MinAdjustmentMagnitude: got -1: the fewest units to change are 1 or more; leave it out`},
		{"a step policy's cooldown", step(func(p *autoscaling.StepScalingPolicy) { p.Cooldown = -time.Second }),
			`StepPolicies[0].Cooldown: got -1s: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`},

		{"an alarm of nothing", alarm(func(a *autoscaling.Alarm) { *a = autoscaling.Alarm{} }),
			`StepPolicies[0].Alarm.Metric: an alarm watches a metric; give a Metric or a MetricMath` + "\n" +
				`StepPolicies[0].Alarm.Period: got 0s: a period is 10s, 30s or a whole number of minutes; use 1m, or 10s with a high-resolution metric` + "\n" +
				`StepPolicies[0].Alarm.Comparison: a comparison is GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold; use GreaterThanOrEqualToThreshold to scale out` + "\n" +
				`StepPolicies[0].Alarm.EvaluationPeriods: got 0: an alarm looks at 1 datapoint or more; set it to 1 or more`},
		{"a period of a metric of minutes", alarm(func(a *autoscaling.Alarm) { a.Metric = autoscalingtest.VariantMetric("CPUUtilization", variant) }),
			`StepPolicies[0].Alarm.Period: got 10s: /aws/sagemaker/Endpoints CPUUtilization has one value a minute, so that most periods would be without one; use 1m, or a high-resolution metric, such as ConcurrentRequestsPerModel`},
		{"a period of metric math over minutes", alarm(func(a *autoscaling.Alarm) {
			m := autoscalingtest.Pools()
			m.Queries[1].Metric.Name, m.Queries[2].Label = "ModelLatency", ""
			a.Metric = m
		}), `StepPolicies[0].Alarm.Period: got 10s: (FILL(large, 0) / 32 + FILL(small, 0) / 8) / 2 has one value a minute, so that most periods would be without one; use 1m, or a high-resolution metric, such as ConcurrentRequestsPerModel`},
		{"10 seconds of a metric of one's own", alarm(func(a *autoscaling.Alarm) {
			a.Metric = autoscaling.Metric{Namespace: "Odds", Name: "Players", Statistic: autoscaling.Sum}
		}), ""},
		{"90 seconds", alarm(func(a *autoscaling.Alarm) { a.Period = 90 * time.Second }),
			`StepPolicies[0].Alarm.Period: got 1m30s: a period is 10s, 30s or a whole number of minutes; use 1m, or 10s with a high-resolution metric`},
		{"more than a day", alarm(func(a *autoscaling.Alarm) { a.Period, a.EvaluationPeriods = 30*time.Minute, 49 }),
			`StepPolicies[0].Alarm.EvaluationPeriods: got 49: an alarm with periods of 30m looks back 24h at most; set it to 48 or less`},
		{"two days of hours", alarm(func(a *autoscaling.Alarm) { a.Period, a.EvaluationPeriods = time.Hour, 48 }), ""},
		{"M over N", alarm(func(a *autoscaling.Alarm) { a.DatapointsToAlarm = 4 }),
			`StepPolicies[0].Alarm.DatapointsToAlarm: got 4: of 3 datapoints that are looked at, 1 to 3 can breach; set it from 1 to 3`},
		{"a threshold without end", alarm(func(a *autoscaling.Alarm) { a.Threshold = math.Inf(1) }),
			`StepPolicies[0].Alarm.Threshold: got +Inf: a threshold is a number; derive it from a load test`},
		{"missing data", alarm(func(a *autoscaling.Alarm) { a.MissingData = "zero" }),
			`StepPolicies[0].Alarm.MissingData: got "zero": a missing value is missing, ignore, breaching or notBreaching; use missing, CloudWatch's default`},
		{"a long description", alarm(func(a *autoscaling.Alarm) { a.Description = strings.Repeat("a", 1025) }),
			`StepPolicies[0].Alarm.Description: got 1025: a description has at most 1024 characters; shorten it`},
		{"an alarm's percentile", alarm(func(a *autoscaling.Alarm) {
			a.Metric = autoscaling.Metric{Namespace: "Odds", Name: "Wait", Statistic: "p99.9"}
		}), ""},

		{"min 0 of a component", func(t *target) { *t = autoscalingtest.Kinds()["inference-component"] }, ""},
		{"min below 0", func(t *target) { *t = autoscalingtest.Kinds()["inference-component"]; t.MinCapacity = -1 },
			`MinCapacity: got -1: the minimum is 0 copies or more; set it to 0 or more`},
		{"min 0 of a serverless variant", func(t *target) {
			*t = autoscalingtest.Kinds()["provisioned-concurrency"]
			t.MinCapacity = 0
			t.ScheduledActions = []autoscaling.ScheduledAction{{Name: "night", Schedule: "rate(1 day)", MinCapacity: ptr(0)}}
		}, `MinCapacity: got 0: the minimum is 1 requests at a time or more; set it to 1 or more` + "\n" +
			`ScheduledActions[0].MinCapacity: got 0: the minimum is 1 requests at a time or more; set it to 1 or more`},
		{"a night at 0 of an asynchronous variant", func(t *target) {
			*t = autoscalingtest.Kinds()["asynchronous"]
			t.ScheduledActions = []autoscaling.ScheduledAction{{Name: "night", Schedule: "rate(1 day)", MinCapacity: ptr(0)}}
		}, ""},
		{"an asynchronous component", func(t *target) { *t = autoscalingtest.Kinds()["inference-component"]; t.Asynchronous = true },
			`Asynchronous: got true: an asynchronous endpoint has variants with instances; leave it out`},
		{"a component under a variant's dimension", func(t *target) { others(t); t.ResourceID = "inference-component/odds" },
			`ResourceID: got "inference-component/odds": this is not what sagemaker:variant:DesiredInstanceCount is counted of; such as "endpoint/predictions/variant/main"`},
		{"an unknown dimension", func(t *target) { others(t); t.Dimension = "sagemaker:variant:Count" },
			`Dimension: got "sagemaker:variant:Count": SageMaker scales by sagemaker:variant:DesiredInstanceCount, sagemaker:variant:DesiredProvisionedConcurrency or sagemaker:inference-component:DesiredCopyCount; use one of them`},
		{"another service's dimension", func(t *target) {
			others(t)
			t.Dimension, t.ResourceID = "ecs:service:DesiredCount", "service/gateway/gateway"
		}, ""},
		{"copies the wrong way round", func(t *target) { *t = autoscalingtest.Kinds()["inference-component"]; t.MinCapacity = 9 },
			`MaxCapacity: got 8: the maximum is below the minimum of 9 copies; raise it to 9 or more, or lower the minimum`},
		{"51 policies of both kinds", func(t *target) {
			t.Policies, t.StepPolicies = t.Policies[:1], nil
			for i := range autoscaling.MaxPolicies {
				p := autoscaling.EmergencyPolicy(variant, 8)
				p.Name = fmt.Sprint("emergency-", i)
				t.StepPolicies = append(t.StepPolicies, p)
			}
		}, `Policies: got 51: a scalable target has at most 50 policies; remove some`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			target := everyPolicy()
			test.change(&target)
			if diff := cmp.Diff(test.want, target.Validate().Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A fleet that sheds a share s can carry 1−s of what comes; after the step it
// can carry all of it, and no step is far over what its upper end needs.
func TestOfferedLoadIsCarriedAfterOneStep(t *testing.T) {
	t.Parallel()
	p := autoscaling.OfferedLoadPolicy("odds")
	for tenths := 10; tenths < 1000; tenths++ {
		shed := float64(tenths) / 10
		var taken *autoscaling.Step
		for i, s := range p.Steps {
			if d := shed - p.Alarm.Threshold; (s.LowerBound == nil || d >= *s.LowerBound) && (s.UpperBound == nil || d < *s.UpperBound) {
				taken = &p.Steps[i]
			}
		}
		if taken == nil {
			t.Fatalf("no step at %g %%", shed)
		}
		needed := 100 * shed / (100 - shed)
		if shed <= 95 && float64(taken.Adjustment) < needed {
			t.Errorf("at %g %% shed %d %% are added, and %g are needed", shed, taken.Adjustment, needed)
		}
		if upper := math.Min(math.Ceil(shed/10+1e-9)*10, 95); shed < 95 && float64(taken.Adjustment) > 100*upper/(100-upper)+1 {
			t.Errorf("at %g %% shed %d %% are added, more than %g %% would need", shed, taken.Adjustment, upper)
		}
	}
}
