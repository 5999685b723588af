package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// fewestUnits is the smallest reservation (fact F19).
const fewestUnits = 100

// The schedules of a measurement, in Scheduler's default group: the environment's role
// is for that.
var measuredSchedules = map[bool]string{true: actionPrefix + "reserve", false: actionPrefix + "release"}

// units is a load balancer's reservation.
type units struct {
	reserved, decreases int32
	provisioned         bool
	failed              string
}

func (a *account) units(ctx context.Context, balancer string) (units, error) {
	found, err := a.balancers.DescribeCapacityReservation(ctx,
		&elb.DescribeCapacityReservationInput{LoadBalancerArn: &balancer})
	if err != nil {
		return units{}, refused(err, "the load balancer's reservation cannot be read")
	}
	u := units{decreases: aws.ToInt32(found.DecreaseRequestsRemaining), provisioned: true}
	if found.MinimumLoadBalancerCapacity != nil {
		u.reserved = aws.ToInt32(found.MinimumLoadBalancerCapacity.CapacityUnits)
	}
	for _, zone := range found.CapacityReservationState {
		if zone.State == nil {
			continue
		}
		u.provisioned = u.provisioned && zone.State.Code == elbtypes.CapacityReservationStateEnumProvisioned
		if zone.State.Code == elbtypes.CapacityReservationStateEnumFailed {
			u.failed = aws.ToString(zone.State.Reason)
		}
	}
	return u, nil
}

// reservation measures whether EventBridge Scheduler may reserve and release capacity
// units, and whether a release is one of the two decreases a day (fact F27).
func reservation(ctx context.Context, r *run, a *account, o measureOptions) (finding, error) {
	balancer, target, err := a.capacitySchedule(ctx)
	if err != nil {
		return finding{}, err
	}
	before, err := a.units(ctx, balancer)
	switch {
	case err != nil:
		return finding{}, err
	case before.reserved > 0:
		return finding{}, badInput{fmt.Errorf("%d capacity units are reserved now; measure when none are", before.reserved)}
	case before.decreases == 0:
		return finding{}, badInput{errors.New("no decrease of the reservation is left today; measure tomorrow")}
	}
	if err := a.put(ctx, mark{measuredUnits, "balancer=" + balancer}); err != nil {
		return finding{}, err
	}
	reserve := fmt.Sprintf(`{"LoadBalancerArn":%q,"MinimumLoadBalancerCapacity":{"CapacityUnits":%d}}`, balancer,
		fewestUnits)
	err = a.schedule(ctx, true, target, nextMinute(r.now()), reserve)
	var failed smithy.APIError
	if errors.As(err, &failed) && failed.ErrorCode() == "ValidationException" {
		return finding{Value: "refused", Sentence: "EventBridge Scheduler refuses a schedule of ModifyCapacityReservation: " +
			failed.ErrorMessage()}, nil
	}
	if err != nil {
		return finding{}, refused(err, "a schedule cannot be made")
	}
	if _, err := r.units(ctx, a, balancer, 2*settled, "nothing was reserved",
		func(u units) bool { return u.reserved == fewestUnits }); err != nil {
		return finding{}, err
	}
	// AWS refuses a request until the one before is complete (fact F20).
	reserved, err := r.units(ctx, a, balancer, o.wait, "the units are not provisioned",
		func(u units) bool { return u.provisioned && u.reserved == fewestUnits })
	if err != nil {
		return finding{}, err
	}
	release := fmt.Sprintf(`{"LoadBalancerArn":%q,"ResetCapacityReservation":true}`, balancer)
	if err := a.schedule(ctx, false, target, nextMinute(r.now()), release); err != nil {
		return finding{}, refused(err, "a schedule cannot be made")
	}
	released, err := r.units(ctx, a, balancer, 2*settled, "nothing was released",
		func(u units) bool { return u.reserved == 0 })
	if err != nil {
		return finding{}, err
	}
	f := finding{Value: "accepted; a release is a decrease", Sentence: "is one of the two decreases a day"}
	if released.decreases >= reserved.decreases {
		f = finding{Value: "accepted; a release is no decrease", Sentence: "is none of the two decreases a day"}
	}
	f.Sentence = fmt.Sprintf("EventBridge Scheduler reserves and releases capacity units, and a release %s: %d were left "+
		"before it, %d after it.", f.Sentence, reserved.decreases, released.decreases)
	return f, nil
}

// units waits until the reservation is as wanted.
func (r *run) units(
	ctx context.Context, a *account, balancer string, wait time.Duration, otherwise string, is func(units) bool,
) (units, error) {
	until := r.now().Add(wait)
	for {
		u, err := a.units(ctx, balancer)
		if err != nil || is(u) {
			return u, err
		}
		if u.failed != "" {
			return u, fmt.Errorf("AWS could not reserve the units: %s: nothing is known", u.failed)
		}
		if r.now().After(until) {
			return u, fmt.Errorf("%s within %s: nothing is known; the dead-letter queue of the environment's schedules says "+
				"why, such as a quota of 0 units", otherwise, problem.Duration(wait))
		}
		if err := r.pause(ctx, look); err != nil {
			return u, err
		}
	}
}

// capacitySchedule is the load balancer, and the target of the environment's own
// schedules, with its role and its dead-letter queue.
func (a *account) capacitySchedule(ctx context.Context) (balancer string, t *schedulertypes.Target, err error) {
	all, err := a.frontend(ctx)
	if err != nil {
		return "", nil, err
	}
	name := ""
	for _, resource := range all {
		id := aws.ToString(resource.PhysicalResourceId)
		switch kind := aws.ToString(resource.ResourceType); {
		case kind == "AWS::ElasticLoadBalancingV2::LoadBalancer":
			balancer = id
		case kind == "AWS::Scheduler::Schedule" &&
			strings.HasPrefix(aws.ToString(resource.LogicalResourceId), "CapacitySchedule"):
			name = id[strings.LastIndexAny(id, "/|")+1:]
		}
	}
	if balancer == "" || name == "" {
		return "", nil, badInput{fmt.Errorf("stack %s-frontend has no load balancer whose capacity units are scheduled; "+
			"deploy it with frontend.reserveLoadBalancerCapacity", a.environment.Name)}
	}
	found, err := a.schedules.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: &name})
	if err != nil {
		return "", nil, badInput{refused(err, "schedule "+name+" cannot be read")}
	}
	return balancer, found.Target, nil
}

// schedule makes a schedule that runs once, and is deleted then.
func (a *account) schedule(
	ctx context.Context, reserves bool, t *schedulertypes.Target, at time.Time, input string,
) error {
	_, err := a.schedules.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
		Name:                  aws.String(measuredSchedules[reserves]),
		ScheduleExpression:    aws.String("at(" + at.UTC().Format("2006-01-02T15:04:05") + ")"),
		FlexibleTimeWindow:    &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		ActionAfterCompletion: schedulertypes.ActionAfterCompletionDelete,
		Target: &schedulertypes.Target{Arn: t.Arn, RoleArn: t.RoleArn, Input: &input,
			DeadLetterConfig: t.DeadLetterConfig, RetryPolicy: &schedulertypes.RetryPolicy{
				MaximumEventAgeInSeconds: aws.Int32(300), MaximumRetryAttempts: aws.Int32(3)}},
	})
	return err
}

// releaseUnits deletes the schedules of a measurement and releases what they have
// reserved.
func releaseUnits(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	for _, name := range measuredSchedules {
		_, err := a.schedules.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: &name})
		if err != nil && !errors.As(err, new(*schedulertypes.ResourceNotFoundException)) {
			return "", refused(err, "schedule "+name+" cannot be deleted")
		}
	}
	balancer := m.of("balancer")
	u, err := a.units(ctx, balancer)
	if err != nil || u.reserved == 0 {
		return "no capacity units are reserved.", err
	}
	_, err = a.balancers.ModifyCapacityReservation(ctx, &elb.ModifyCapacityReservationInput{LoadBalancerArn: &balancer,
		ResetCapacityReservation: aws.Bool(true)})
	if err != nil {
		return "", refused(err, fmt.Sprintf("%d capacity units of %s cannot be released", u.reserved, balancer))
	}
	return "the capacity units are released.", nil
}
