package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// standing is what a variant has.
type standing struct {
	desired, current int32
	inService        bool
}

func (a *account) standing(ctx context.Context, variant string) (standing, error) {
	found, err := a.describe(ctx)
	if err != nil {
		return standing{}, err
	}
	for _, v := range found.ProductionVariants {
		if aws.ToString(v.VariantName) == variant {
			return standing{aws.ToInt32(v.DesiredInstanceCount), aws.ToInt32(v.CurrentInstanceCount),
				found.EndpointStatus == sagemakertypes.EndpointStatusInService}, nil
		}
	}
	return standing{}, fmt.Errorf("endpoint %s has no variant %s", a.environment.Endpoint.Name, variant)
}

// inService waits until the endpoint is in service: until then it refuses another
// change of capacity (fact C35).
func (a *account) inService(ctx context.Context, r *run, wait time.Duration) error {
	until := r.now().Add(wait)
	for {
		found, err := a.describe(ctx)
		if err != nil || found.EndpointStatus == sagemakertypes.EndpointStatusInService {
			return err
		}
		if wait > 0 && r.now().After(until) {
			return fmt.Errorf("endpoint %s is %s after %s", a.environment.Endpoint.Name, found.EndpointStatus, wait)
		}
		if err := r.pause(ctx, look); err != nil {
			return err
		}
	}
}

// still suspends the policies, and notes the instances, so that only the measurement
// changes them.
func (r *run) still(ctx context.Context, a *account, o measureOptions) (target, standing, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return t, standing{}, err
	}
	s, err := a.standing(ctx, t.Name)
	if err != nil {
		return t, s, err
	}
	if !s.inService || s.current != s.desired {
		return t, s, fmt.Errorf("endpoint %s is updating; measure when it is in service", a.environment.Endpoint.Name)
	}
	if s.current+o.add > t.max {
		return t, s, badInput{fmt.Errorf("--add: got %d: variant %s has %d instances of %d at most; add fewer, or measure "+
			"when it has scaled in", o.add, t.Name, s.current, t.max)}
	}
	d, err := suspendScaling(ctx, r, a, faultOptions{variant: t.Name})
	if err != nil {
		return t, s, err
	}
	if err := a.put(ctx, mark{"scaling-suspended", d.was}); err != nil {
		return t, s, err
	}
	if err := d.apply(ctx); err != nil {
		return t, s, err
	}
	return t, s, a.put(ctx, mark{measuredCount, fmt.Sprintf("variant=%s count=%d", t.Name, s.current)})
}

// startTimes measures how long instances take from the request until they serve.
func startTimes(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	t, s, err := r.still(ctx, a, o)
	if err != nil {
		return finding{}, err
	}
	var took []time.Duration
	for i := range o.repeat {
		if err := a.setCount(ctx, t.Name, s.current+o.add); err != nil {
			return finding{}, err
		}
		times, err := a.arrivals(ctx, r, t.Name, s.current, s.current+o.add, o.wait)
		if err != nil {
			return finding{}, err
		}
		took = append(took, times...)
		last := times[len(times)-1].Round(time.Second)
		r.tell(fmt.Sprintf("%d of %d: added %d, which took %s.", i+1, o.repeat, o.add, last))
		if i == o.repeat-1 {
			break // they are taken away with the rest
		}
		if err := a.setCount(ctx, t.Name, s.current); err != nil {
			return finding{}, err
		}
		if err := a.inService(ctx, r, o.wait); err != nil {
			return finding{}, err
		}
	}
	p50, p95 := problem.Duration(ranked(took, 0.5)), problem.Duration(ranked(took, 0.95))
	return finding{Value: p95, Seconds: seconds(took), Sentence: fmt.Sprintf(
		"Of %d instances of %s, one served %s after it was asked for, median; 95th percentile %s: write startTime: %[4]s.",
		len(took), t.Variant().InstanceType, p50, p95)}, nil
}

// arrivals waits until the variant has an instance count and the endpoint is in
// service, and returns after what time each instance was there.
func (a *account) arrivals(
	ctx context.Context, r *run, variant string, from, to int32, wait time.Duration,
) ([]time.Duration, error) {
	began := r.now()
	var times []time.Duration
	for {
		s, err := a.standing(ctx, variant)
		if err != nil {
			return nil, err
		}
		after := r.now().Sub(began)
		for int32(len(times)) < min(s.current, to)-from {
			times = append(times, after)
		}
		if s.inService && s.current == s.desired && s.current >= to {
			return times, nil
		}
		if s.inService && s.desired < to {
			return nil, fmt.Errorf("%d instances were asked for, and %d are desired now: something else has changed it, or "+
				"AWS has no more", to, s.desired)
		}
		if after > wait {
			return nil, fmt.Errorf("%d of %d instances are there after %s", s.current, to, wait)
		}
		if err := r.pause(ctx, look); err != nil {
			return nil, err
		}
	}
}

// ranked is the smallest time that a share of all does not exceed.
func ranked(all []time.Duration, share float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)].Round(time.Second)
}

func seconds(all []time.Duration) []float64 {
	var s []float64
	for _, d := range all {
		s = append(s, math.Round(d.Seconds()*10)/10)
	}
	return s
}
