package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// fakePolicy tracks a target: its alarm wants 3 minutes above it.
type fakePolicy struct {
	target   float64
	cooldown time.Duration
	above    time.Time // since when
	// base is the capacity before the activity that began the cooldown, until its end.
	base  int32
	until time.Time
}

func (p *fakePolicy) decide(f *fakeAWS) {
	if f.metric <= p.target {
		p.above = time.Time{}
		return
	}
	if p.above.IsZero() {
		p.above = f.now
	}
	if f.now.Sub(p.above) < 3*time.Minute || f.busy() {
		return
	}
	base := f.desired
	if f.now.Before(p.until) && !f.present {
		base = p.base
	}
	if wanted := ceiling(base, f.metric); wanted > f.desired {
		p.base = f.desired
		f.capacity(wanted)
		p.until = f.updating.Add(p.cooldown)
	}
}

func (f *fakeAWS) PutScalingPolicy(
	_ context.Context, in *applicationautoscaling.PutScalingPolicyInput, _ ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.PutScalingPolicyOutput, error) {
	c := in.TargetTrackingScalingPolicyConfiguration
	if in.PolicyType == scalingtypes.PolicyTypeTargetTrackingScaling && *c.DisableScaleIn {
		f.policy = &fakePolicy{target: *c.TargetValue, cooldown: time.Duration(*c.ScaleOutCooldown) * time.Second}
	}
	return nil, f.call("Application Auto Scaling", "PutScalingPolicy")
}

func (f *fakeAWS) DeleteScalingPolicy(
	context.Context, *applicationautoscaling.DeleteScalingPolicyInput, ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.DeleteScalingPolicyOutput, error) {
	if f.policy == nil {
		return nil, &scalingtypes.ObjectNotFoundException{}
	}
	f.policy = nil
	return nil, f.call("Application Auto Scaling", "DeleteScalingPolicy")
}

func (f *fakeAWS) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (
	*cloudwatch.PutMetricDataOutput, error) {
	f.metric = *in.MetricData[0].Value
	return nil, f.call("CloudWatch", "PutMetricData")
}

func TestCooldown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		aws func(*fakeAWS)
		// value is the finding's, failed the error's text.
		value, failed string
	}{
		"the capacity before":     {func(*fakeAWS) {}, `"CapacityBefore"`, ""},
		"the present capacity":    {func(f *fakeAWS) { f.present = true }, `"PresentCapacity"`, ""},
		"of 4 instances, before":  {func(f *fakeAWS) { f.desired, f.current = 4, 4 }, `"CapacityBefore"`, ""},
		"of 4 instances, present": {func(f *fakeAWS) { f.desired, f.current, f.present = 4, 4, true }, `"PresentCapacity"`, ""},
		"1 instance":              {func(f *fakeAWS) { f.desired, f.current = 1, 1 }, "", "both readings ask for as many"},
		"no room": {func(f *fakeAWS) { f.desired, f.current = 5, 5 }, "",
			"variant main has 5 instances, may have 12, and this needs room for 16"},
		"suspended": {func(f *fakeAWS) {
			f.suspended = &scalingtypes.SuspendedState{DynamicScalingOutSuspended: aws.Bool(true)}
		}, "",
			"scaling of variant main is suspended"},
		"no permission":              {func(f *fakeAWS) { f.denied = "PutMetricData" }, "", "the credentials do not allow cloudwatch:PutMetricData"},
		"another policy that scales": {func(f *fakeAWS) { f.lowest, f.retries = 7, true }, "", "something else scales too"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			c.aws(f)
			before := f.desired
			out, err := f.measure(t.Context(), t, "cooldown", usual)
			if c.failed != "" && (err == nil || !strings.Contains(err.Error(), c.failed)) || c.failed == "" && err != nil {
				t.Fatalf("got %v, want %q\n%s", err, c.failed, out)
			}
			if c.value != "" && !strings.Contains(out, `"parameter":"Reading.CooldownBase","fact":"I6","value":`+c.value) {
				t.Errorf("want %s in\n%s", c.value, out)
			}
			if f.desired != before || f.policy != nil || len(f.tags) > 0 {
				t.Errorf("left: %d desired, policy %v, marks %v", f.desired, f.policy, f.tags)
			}
		})
	}
}
