package autoscaling

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ReadScalableTarget is the target that an AWS::ApplicationAutoScaling::ScalableTarget
// with these properties describes: the way back from ScalableTarget.CloudFormation.
// Its policies are other resources, to be read by themselves, and whether its
// endpoint is asynchronous is not said there. The properties are resolved, with
// values in place of references. It returns every property that this model
// cannot hold, as a problem at the property's path.
func ReadScalableTarget(properties map[string]any) (ScalableTarget, error) {
	r := newReader(properties)
	t := ScalableTarget{
		ResourceID:  r.text("ResourceId", required),
		Dimension:   Dimension(r.text("ScalableDimension", required)),
		MinCapacity: r.count("MinCapacity", required),
		MaxCapacity: r.count("MaxCapacity", required),
		RoleARN:     r.text("RoleARN", optional),
	}
	if namespace := r.text("ServiceNamespace", required); namespace != "" && namespace != t.Dimension.Namespace() {
		r.add("ServiceNamespace", namespace, "the dimension "+string(t.Dimension)+" is of another service", "write "+t.Dimension.Namespace())
	}
	for _, a := range r.list("ScheduledActions", optional) {
		t.ScheduledActions = append(t.ScheduledActions, a.scheduledAction())
	}
	for i, a := range t.ScheduledActions {
		t.ScheduledActions[i].AllowLowerMax = t.LowersMax(a)
	}
	if s, ok := r.object("SuspendedState", optional); ok {
		t.SuspendedState = &SuspendedState{
			ScaleIn:   s.flag("DynamicScalingInSuspended"),
			ScaleOut:  s.flag("DynamicScalingOutSuspended"),
			Scheduled: s.flag("ScheduledScalingSuspended"),
		}
		s.done()
	}
	return t, r.end()
}

func (r reader) scheduledAction() ScheduledAction {
	a := ScheduledAction{
		Name:     r.text("ScheduledActionName", required),
		Schedule: r.text("Schedule", required),
		Timezone: r.text("Timezone", optional),
	}
	if bounds, ok := r.object("ScalableTargetAction", optional); ok {
		a.MinCapacity, a.MaxCapacity = bounds.optionalCount("MinCapacity"), bounds.optionalCount("MaxCapacity")
		bounds.done()
	}
	r.done()
	return a
}

// ReadTargetTrackingPolicy is the policy that an
// AWS::ApplicationAutoScaling::ScalingPolicy with these resolved properties
// describes: the way back from TargetTrackingPolicy.CloudFormation. Which target
// it belongs to is left to the reader of the template. The error is as of
// ReadScalableTarget.
func ReadTargetTrackingPolicy(properties map[string]any) (TargetTrackingPolicy, error) {
	r := newReader(properties)
	p := TargetTrackingPolicy{Name: r.policy(targetTracking)}
	if c, ok := r.object("TargetTrackingScalingPolicyConfiguration", required); ok {
		p.Metric = c.trackedMetric()
		p.TargetValue = c.number("TargetValue", required)
		p.ScaleOutCooldown, p.ScaleInCooldown = c.cooldown("ScaleOutCooldown"), c.cooldown("ScaleInCooldown")
		p.DisableScaleIn = c.flag("DisableScaleIn")
		c.done()
	}
	return p, r.end()
}

// policy reads what policies of all types have, and returns the name.
func (r reader) policy(kind string) string {
	switch got := r.text("PolicyType", required); got {
	case "", kind:
	case predictiveScaling:
		r.add("PolicyType", got, "SageMaker has target tracking, step and scheduled scaling, but no predictive scaling (AWS takes such a policy for other services)",
			"remove it, and give known surges as events")
	default:
		r.add("PolicyType", got, "this policy is not of the type "+kind, "read it as what it is")
	}
	// Which target: one of the two is there, often as a reference.
	for _, key := range []string{"ScalingTargetId", "ResourceId", "ScalableDimension", "ServiceNamespace"} {
		r.skip(key)
	}
	return r.text("PolicyName", required)
}

func (r reader) trackedMetric() TrackedMetric {
	predefined, known := r.object("PredefinedMetricSpecification", optional)
	customized, custom := r.object("CustomizedMetricSpecification", optional)
	switch {
	case known == custom:
		r.add("", nil, "a policy tracks a predefined metric or a customized one", "give one of the two specifications")
		return nil
	case known:
		defer predefined.done()
		return PredefinedMetric(predefined.text("PredefinedMetricType", required))
	case customized.has("Metrics"):
		defer customized.done()
		math, _ := customized.metricMath()
		return math
	default:
		defer customized.done()
		return customized.metric("Statistic")
	}
}

// metric reads a metric of which a key holds the statistic: "Statistic", or ""
// where another object does.
func (r reader) metric(statistic string) Metric {
	m := Metric{Namespace: r.text("Namespace", required), Name: r.text("MetricName", required)}
	for _, d := range r.list("Dimensions", optional) {
		m.Dimensions = append(m.Dimensions, MetricDimension{Name: d.text("Name", required), Value: d.text("Value", required)})
		d.done()
	}
	if statistic != "" {
		m.Statistic = Statistic(r.text(statistic, required))
		m.Unit = r.text("Unit", optional)
	}
	return m
}

// metricMath reads queries, and the period of their metrics, 0 where they have none.
func (r reader) metricMath() (m MetricMath, period time.Duration) {
	first := true
	for _, q := range r.list("Metrics", required) {
		query := MetricQuery{
			ID: q.text("Id", required), Label: q.text("Label", optional),
			Expression: q.text("Expression", optional), ReturnData: q.flagOr("ReturnData", true),
		}
		if stat, ok := q.object("MetricStat", optional); ok {
			if metric, ok := stat.object("Metric", required); ok {
				read := metric.metric("")
				read.Statistic, read.Unit = Statistic(stat.text("Stat", required)), stat.text("Unit", optional)
				query.Metric = &read
				metric.done()
			}
			switch own := stat.seconds("Period", 0); {
			case first:
				period, first = own, false
			case own != period:
				stat.add("Period", own, fmt.Sprintf("the metrics of one alarm have one period here, and another's is %s", period), "use one period")
			}
			stat.done()
		}
		q.done()
		m.Queries = append(m.Queries, query)
	}
	return m, period
}

// ReadStepScalingPolicy is the policy that an
// AWS::ApplicationAutoScaling::ScalingPolicy and the AWS::CloudWatch::Alarm that
// sets it off describe, by their resolved properties: the way back from
// StepScalingPolicy.CloudFormation and Alarm.CloudFormation. That the alarm's
// action is the policy is left to the reader of the template. The error is as
// of ReadScalableTarget, with "Alarm." before the paths of the alarm.
func ReadStepScalingPolicy(policy, alarm map[string]any) (StepScalingPolicy, error) {
	r := newReader(policy)
	p := StepScalingPolicy{Name: r.policy(stepScaling)}
	if c, ok := r.object("StepScalingPolicyConfiguration", required); ok {
		p.AdjustmentType = AdjustmentType(c.text("AdjustmentType", required))
		for _, s := range c.list("StepAdjustments", required) {
			p.Steps = append(p.Steps, Step{
				LowerBound: s.optionalNumber("MetricIntervalLowerBound"),
				UpperBound: s.optionalNumber("MetricIntervalUpperBound"),
				Adjustment: s.count("ScalingAdjustment", required),
			})
			s.done()
		}
		p.Cooldown = c.cooldown("Cooldown")
		p.MinAdjustmentMagnitude = c.count("MinAdjustmentMagnitude", optional)
		p.Aggregation = Aggregation(c.text("MetricAggregationType", optional))
		c.done()
	}
	read, err := readAlarm(alarm)
	p.Alarm = read
	return p, append(problem.From(r.end()), problem.From(err).In("Alarm")...).Err()
}

func readAlarm(properties map[string]any) (Alarm, error) {
	r := newReader(properties)
	r.skip("AlarmActions")
	a := Alarm{
		Description:       r.text("AlarmDescription", optional),
		Comparison:        Comparison(r.text("ComparisonOperator", required)),
		Threshold:         r.number("Threshold", required),
		EvaluationPeriods: r.count("EvaluationPeriods", required),
		DatapointsToAlarm: r.count("DatapointsToAlarm", optional),
		MissingData:       MissingData(r.text("TreatMissingData", optional)),
	}
	switch {
	case r.has("Metrics"):
		a.Metric, a.Period = r.metricMath()
	case r.has("ExtendedStatistic"):
		a.Metric, a.Period = r.metric("ExtendedStatistic"), r.seconds("Period", 0)
	default:
		a.Metric, a.Period = r.metric("Statistic"), r.seconds("Period", 0)
	}
	return a, r.end()
}
