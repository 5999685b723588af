package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// The policy of the measurement, and its metric. At the target nothing scales.
const (
	burstPolicy    = actionPrefix + "cooldown"
	burstNamespace = "SageMakerInference/GameDay"
	burstMetric    = "Burst"
	burstTarget    = 100
	// calm is where neither alarm of the policy goes off (fact A11).
	calm = 0.95 * burstTarget
	// firstBurst and secondBurst are far enough apart: of 2 instances the first makes
	// 3, and the second 4 if it multiplies the capacity before, and 6 if it multiplies
	// the present one.
	firstBurst, secondBurst = 1.5 * burstTarget, 2 * burstTarget
	// burstCooldown is longer than the second burst takes to be seen.
	burstCooldown = time.Hour
)

// cooldown measures which capacity target tracking multiplies during a scale-out
// cooldown (facts A20 and I6).
func cooldown(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return finding{}, err
	}
	s, err := a.standing(ctx, t.Name)
	if err != nil {
		return finding{}, err
	}
	first := ceiling(s.current, firstBurst)
	switch most := ceiling(first, secondBurst); {
	case s.current < 2:
		return finding{}, badInput{fmt.Errorf("variant %s has %d instance; both readings ask for as many unless it has 2 or "+
			"more", t.Name, s.current)}
	case !s.inService || s.current != s.desired:
		return finding{}, badInput{fmt.Errorf("endpoint %s is updating; measure when it is in service",
			a.environment.Endpoint.Name)}
	case aws.ToBool(t.suspended.DynamicScalingOutSuspended):
		return finding{}, badInput{fmt.Errorf("scaling of variant %s is suspended; resume it first", t.Name)}
	case most > t.max:
		return finding{}, badInput{fmt.Errorf("variant %s has %d instances, may have %d, and this needs room for %d; "+
			"measure when it has scaled in", t.Name, s.current, t.max, most)}
	}
	if err := a.put(ctx, mark{measuredCount, fmt.Sprintf("variant=%s count=%d", t.Name, s.current)}); err != nil {
		return finding{}, err
	}
	if err := a.put(ctx, mark{measuredPolicy, "variant=" + t.Name}); err != nil {
		return finding{}, err
	}
	if err := a.putBurstPolicy(ctx, t); err != nil {
		return finding{}, err
	}
	made, err := r.burst(ctx, a, t, firstBurst, s.current, o.wait)
	if err != nil {
		return finding{}, err
	}
	if made < s.current || made > first {
		return finding{}, fmt.Errorf("a metric of 1.5 times the target made %d instances of %d, where %d were expected: "+
			"something else scales too, and nothing is known", made, s.current, first)
	}
	// The cooldown begins when the activity has succeeded (fact A22).
	if err := r.calm(ctx, a, t, o.wait); err != nil {
		return finding{}, err
	}
	got, err := r.burst(ctx, a, t, secondBurst, made, o.wait)
	if err != nil {
		return finding{}, err
	}
	f := finding{Sentence: fmt.Sprintf("In a scale-out cooldown that began with %d instances and made %d of them, a "+
		"metric of twice the target made %d: target tracking multiplies ", s.current, made, got)}
	// A datapoint that has some of the calm in it counts for less, but for more than the
	// first burst's.
	switch {
	case got > made && got <= ceiling(s.current, secondBurst):
		f.Value = "CapacityBefore"
		f.Sentence += "the capacity before the activity; the reading is cooldown-base=before."
	case got > ceiling(s.current, secondBurst) && got >= ceiling(made, firstBurst) && got <= ceiling(made, secondBurst):
		f.Value = "PresentCapacity"
		f.Sentence += "the present capacity; the reading is cooldown-base=present."
	default:
		return finding{}, fmt.Errorf("a metric of twice the target made %d instances of %d, where %d or %d were expected: "+
			"something else scales too, and nothing is known", got, made, ceiling(s.current, secondBurst),
			ceiling(made, secondBurst))
	}
	return f, nil
}

// ceiling is what target tracking asks for (fact A27).
func ceiling(capacity int32, metric float64) int32 {
	return int32((float64(capacity)*metric + burstTarget - 1) / burstTarget)
}

// burst publishes a metric until another number of instances is desired, and returns
// that.
func (r *run) burst(
	ctx context.Context, a *account, t target, value float64, from int32, wait time.Duration,
) (int32, error) {
	until := r.now().Add(wait)
	for {
		if err := a.publish(ctx, value); err != nil {
			return 0, err
		}
		s, err := a.standing(ctx, t.Name)
		if err != nil {
			return 0, err
		}
		if s.desired != from {
			r.tell(fmt.Sprintf("metric %g: %d instances are desired, %d before.", value, s.desired, from))
			return s.desired, nil
		}
		if r.now().After(until) {
			return 0, fmt.Errorf("a metric of %g with a target of %d has scaled nothing out within %s: nothing is known",
				value, burstTarget, problem.Duration(wait))
		}
		if err := r.pause(ctx, look); err != nil {
			return 0, err
		}
	}
}

// calm publishes a metric at which nothing scales until the endpoint is in service.
func (r *run) calm(ctx context.Context, a *account, t target, wait time.Duration) error {
	until := r.now().Add(wait)
	for {
		if err := a.publish(ctx, calm); err != nil {
			return err
		}
		s, err := a.standing(ctx, t.Name)
		if err != nil || s.inService && s.current == s.desired {
			return err
		}
		if r.now().After(until) {
			return fmt.Errorf("%d of %d instances are there after %s", s.current, s.desired, problem.Duration(wait))
		}
		if err := r.pause(ctx, look); err != nil {
			return err
		}
	}
}

func (a *account) publish(ctx context.Context, value float64) error {
	_, err := a.metrics.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(burstNamespace),
		MetricData: []cloudwatchtypes.MetricDatum{{MetricName: aws.String(burstMetric), Value: &value,
			Dimensions: a.burstDimensions()}}})
	if err != nil {
		return refused(err, "the metric of the measurement cannot be published")
	}
	return nil
}

func (a *account) burstDimensions() []cloudwatchtypes.Dimension {
	return []cloudwatchtypes.Dimension{{Name: aws.String("EndpointName"), Value: &a.environment.Endpoint.Name}}
}

// putBurstPolicy puts the policy: it scales out only.
func (a *account) putBurstPolicy(ctx context.Context, t target) error {
	_, err := a.scaling.PutScalingPolicy(ctx, &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String(burstPolicy), PolicyType: scalingtypes.PolicyTypeTargetTrackingScaling,
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id,
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		TargetTrackingScalingPolicyConfiguration: &scalingtypes.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(burstTarget), DisableScaleIn: aws.Bool(true),
			ScaleOutCooldown: aws.Int32(int32(burstCooldown.Seconds())),
			CustomizedMetricSpecification: &scalingtypes.CustomizedMetricSpecification{
				Namespace: aws.String(burstNamespace), MetricName: aws.String(burstMetric),
				Statistic:  scalingtypes.MetricStatisticAverage,
				Dimensions: []scalingtypes.MetricDimension{{Name: aws.String("EndpointName"), Value: &a.environment.Endpoint.Name}},
			},
		},
	})
	if err != nil {
		return refused(err, "the policy of the measurement cannot be put")
	}
	return nil
}

// deletePolicy deletes the policy of a measurement, with its alarms.
func deletePolicy(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	t, err := a.findTarget(ctx, m.of("variant"))
	if err != nil {
		return "", err
	}
	_, err = a.scaling.DeleteScalingPolicy(ctx, &applicationautoscaling.DeleteScalingPolicyInput{
		PolicyName: aws.String(burstPolicy), ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id,
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
	})
	if err != nil && !errors.As(err, new(*scalingtypes.ObjectNotFoundException)) {
		return "", refused(err, "policy "+burstPolicy+" cannot be deleted")
	}
	return "policy " + burstPolicy + " is gone.", nil
}
