package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/smithy-go"
)

// fakeFront is a frontend stack whose load balancer's units are scheduled, with
// EventBridge Scheduler.
type fakeFront struct {
	*fakeAWS
	resources []types.StackResourceSummary
	schedules map[string]*scheduler.CreateScheduleInput

	units, decreases int32
	since            time.Time // of the reservation; it is provisioned after a minute
	// free says that a release is no decrease; quota that of units; refuses that
	// Scheduler does not take the operation.
	free    bool
	quota   int32
	refuses bool
	// reserved is called when units are. Default: nil.
	reserved func()
}

const balancerARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/match/0123456789abcdef"

func newFakeFront() *fakeFront {
	resource := func(id, kind, physical string) types.StackResourceSummary {
		return types.StackResourceSummary{LogicalResourceId: &id, ResourceType: &kind, PhysicalResourceId: &physical}
	}
	f := &fakeFront{fakeAWS: newFake(), decreases: 2, quota: 15000, schedules: map[string]*scheduler.CreateScheduleInput{},
		resources: []types.StackResourceSummary{
			resource("LoadBalancerC797D0FC", "AWS::ElasticLoadBalancingV2::LoadBalancer", balancerARN),
			resource("CapacityScheduleFinal", "AWS::Scheduler::Schedule", "match-reserve"),
		}}
	f.front = f
	return f
}

func (f *fakeFront) pass(ctx context.Context, d time.Duration) error {
	for end := f.now.Add(d); f.now.Before(end); {
		if err := f.fakeAWS.pass(ctx, time.Second); err != nil {
			return err
		}
		for name, s := range f.schedules {
			at, err := time.Parse("at(2006-01-02T15:04:05)", *s.ScheduleExpression)
			if err != nil {
				return err
			}
			if !f.now.Before(at) {
				delete(f.schedules, name)
				f.reserve(*s.Target.Input)
			}
		}
	}
	return nil
}

func (f *fakeFront) reserve(input string) {
	var in struct {
		LoadBalancerArn             string
		MinimumLoadBalancerCapacity struct{ CapacityUnits int32 }
		ResetCapacityReservation    bool
	}
	if json.Unmarshal([]byte(input), &in) != nil || in.LoadBalancerArn != balancerARN {
		return
	}
	switch n := in.MinimumLoadBalancerCapacity.CapacityUnits; {
	case in.ResetCapacityReservation && f.now.Sub(f.since) > time.Minute: // else PriorRequestNotComplete
		f.units = 0
		if !f.free {
			f.decreases--
		}
	case n > 0 && n <= f.quota:
		f.units, f.since = n, f.now
		if f.reserved != nil {
			f.reserved()
		}
	}
}

func (f *fakeFront) ListStackResources(context.Context, *cloudformation.ListStackResourcesInput,
	...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error) {
	return &cloudformation.ListStackResourcesOutput{StackResourceSummaries: f.resources}, nil
}

func (f *fakeFront) DescribeCapacityReservation(context.Context, *elb.DescribeCapacityReservationInput,
	...func(*elb.Options)) (*elb.DescribeCapacityReservationOutput, error) {
	out := &elb.DescribeCapacityReservationOutput{DecreaseRequestsRemaining: &f.decreases}
	if f.units > 0 {
		code := elbtypes.CapacityReservationStateEnumPending
		if f.now.Sub(f.since) > time.Minute {
			code = elbtypes.CapacityReservationStateEnumProvisioned
		}
		out.MinimumLoadBalancerCapacity = &elbtypes.MinimumLoadBalancerCapacity{CapacityUnits: &f.units}
		out.CapacityReservationState = []elbtypes.ZonalCapacityReservationState{
			{State: &elbtypes.CapacityReservationStatus{Code: code}}}
	}
	return out, nil
}

func (f *fakeFront) ModifyCapacityReservation(_ context.Context, in *elb.ModifyCapacityReservationInput,
	_ ...func(*elb.Options)) (*elb.ModifyCapacityReservationOutput, error) {
	if aws.ToBool(in.ResetCapacityReservation) {
		f.units = 0
	}
	return nil, nil
}

func (f *fakeFront) GetSchedule(_ context.Context, in *scheduler.GetScheduleInput, _ ...func(*scheduler.Options)) (
	*scheduler.GetScheduleOutput, error) {
	if *in.Name != "match-reserve" {
		return nil, &schedulertypes.ResourceNotFoundException{}
	}
	return &scheduler.GetScheduleOutput{Target: &schedulertypes.Target{
		Arn:     aws.String("arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyCapacityReservation"),
		RoleArn: aws.String("arn:aws:iam::123456789012:role/schedule")}}, nil
}

func (f *fakeFront) CreateSchedule(_ context.Context, in *scheduler.CreateScheduleInput, _ ...func(*scheduler.Options)) (
	*scheduler.CreateScheduleOutput, error) {
	if f.refuses {
		return nil, &smithy.GenericAPIError{Code: "ValidationException", Message: "this operation is not supported"}
	}
	f.schedules[*in.Name] = in
	return nil, nil
}

func (f *fakeFront) DeleteSchedule(_ context.Context, in *scheduler.DeleteScheduleInput, _ ...func(*scheduler.Options)) (
	*scheduler.DeleteScheduleOutput, error) {
	if f.schedules[*in.Name] == nil {
		return nil, &schedulertypes.ResourceNotFoundException{}
	}
	delete(f.schedules, *in.Name)
	return nil, nil
}

func TestReservation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		aws func(*fakeFront)
		// value is the finding's, failed the error's text.
		value, failed string
	}{
		"a release is a decrease":    {func(*fakeFront) {}, "accepted; a release is a decrease", ""},
		"a release is none":          {func(f *fakeFront) { f.free = true }, "accepted; a release is no decrease", ""},
		"Scheduler refuses":          {func(f *fakeFront) { f.refuses = true }, "refused", ""},
		"no quota":                   {func(f *fakeFront) { f.quota = 0 }, "", "nothing was reserved within 10m: nothing is known"},
		"units are reserved already": {func(f *fakeFront) { f.units = 500 }, "", "500 capacity units are reserved now"},
		"no decrease is left":        {func(f *fakeFront) { f.decreases = 0 }, "", "measure tomorrow"},
		"no schedule": {func(f *fakeFront) { f.resources = f.resources[:1] }, "",
			"deploy it with frontend.reserveLoadBalancerCapacity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeFront()
			c.aws(f)
			before := f.units
			out, err := f.measure(t.Context(), t, "reservation", usual)
			if c.failed != "" && (err == nil || !strings.Contains(err.Error(), c.failed)) || c.failed == "" && err != nil {
				t.Fatalf("got %v, want %q\n%s", err, c.failed, out)
			}
			if c.value != "" && !strings.Contains(out, `"parameter":"facts","fact":"F27","value":"`+c.value+`"`) {
				t.Errorf("want %s in\n%s", c.value, out)
			}
			if f.units != before || len(f.schedules) > 0 || len(f.tags) > 0 {
				t.Errorf("left: %d units, schedules %v, marks %v", f.units, f.schedules, f.tags)
			}
		})
	}
}

// Interrupted while units are reserved, it releases them.
func TestInterruptedReservation(t *testing.T) {
	t.Parallel()
	f := newFakeFront()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.reserved = cancel
	if _, err := f.measure(ctx, t, "reservation", usual); err == nil {
		t.Error("want that it was interrupted")
	}
	if f.units != 0 || len(f.schedules) > 0 || len(f.tags) > 0 {
		t.Errorf("left: %d units, schedules %v, marks %v", f.units, f.schedules, f.tags)
	}
}
