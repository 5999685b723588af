package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// standing is a scalable target as Application Auto Scaling has it.
type standing struct {
	min, max  int
	suspended autoscaling.SuspendedState
}

// readTargets reads the targets of things of one namespace, by their resource IDs. What is
// not registered is left out.
func readTargets(ctx context.Context, cfg aws.Config, all ...scaled) (map[string]standing, error) {
	found := map[string]standing{}
	client := applicationautoscaling.NewFromConfig(cfg)
	for _, s := range all {
		answer, err := client.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
			ServiceNamespace:  types.ServiceNamespace(s.target.Dimension.Namespace()),
			ResourceIds:       []string{s.target.ResourceID},
			ScalableDimension: types.ScalableDimension(s.target.Dimension),
		})
		if err != nil {
			return nil, account.Error("application-autoscaling:DescribeScalableTargets", err)
		}
		for _, t := range answer.ScalableTargets {
			is := standing{min: int(aws.ToInt32(t.MinCapacity)), max: int(aws.ToInt32(t.MaxCapacity))}
			if state := t.SuspendedState; state != nil {
				is.suspended = autoscaling.SuspendedState{
					ScaleIn:   aws.ToBool(state.DynamicScalingInSuspended),
					ScaleOut:  aws.ToBool(state.DynamicScalingOutSuspended),
					Scheduled: aws.ToBool(state.ScheduledScalingSuspended),
				}
			}
			found[s.target.ResourceID] = is
		}
	}
	return found, nil
}

// readTarget reads one target, which has to be registered.
func readTarget(ctx context.Context, cfg aws.Config, s scaled) (standing, error) {
	found, err := readTargets(ctx, cfg, s)
	if err != nil {
		return standing{}, err
	}
	is, ok := found[s.target.ResourceID]
	if !ok {
		return is, fmt.Errorf("%s is not registered with Application Auto Scaling as %s: deploy the environment first",
			s, s.target.ResourceID)
	}
	return is, nil
}

// How often and how long a registration is tried, and read back.
var (
	registrationAttempts = 8
	registrationBackoff  = 10 * time.Second
	readBackEvery        = time.Second
	readBackFor          = time.Minute
)

// register sets the minimum of a target and what is suspended, in one call, and leaves the
// maximum alone: it moves the capacity into the bounds at once (fact A39). All states are
// sent, as they shall stand. The call is retried while other changes of the target are in
// progress, or calls are throttled; then the target is read until it stands.
func register(ctx context.Context, cfg aws.Config, s scaled, min int, suspended autoscaling.SuspendedState) error {
	client := applicationautoscaling.NewFromConfig(cfg, func(o *applicationautoscaling.Options) {
		o.Retryer = retry.AddWithErrorCodes(retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = registrationAttempts, registrationBackoff
			o.RateLimiter = unlimited{} // the attempts are the bound
		}), "ConcurrentUpdateException")
	})
	_, err := client.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace:  types.ServiceNamespace(s.target.Dimension.Namespace()),
		ResourceId:        &s.target.ResourceID,
		ScalableDimension: types.ScalableDimension(s.target.Dimension),
		MinCapacity:       aws.Int32(int32(min)),
		SuspendedState: &types.SuspendedState{
			DynamicScalingInSuspended:  &suspended.ScaleIn,
			DynamicScalingOutSuspended: &suspended.ScaleOut,
			ScheduledScalingSuspended:  &suspended.Scheduled,
		},
	})
	if err != nil {
		return account.Error("application-autoscaling:RegisterScalableTarget", err)
	}
	for end := time.Now().Add(readBackFor); ; {
		is, err := readTarget(ctx, cfg, s)
		if err != nil {
			return failedError{fmt.Errorf("the registration of %s was accepted, and cannot be read back: %w", s, err)}
		}
		if is.min == min && is.suspended == suspended {
			return nil
		}
		if time.Now().After(end) {
			return failedError{fmt.Errorf("the registration of %s was accepted, and after %s the minimum is %d, not %d: "+
				"something else sets it; look with final status, and run it again", s, readBackFor, is.min, min)}
		}
		if err := pause(ctx, readBackEvery); err != nil {
			return err
		}
	}
}

// unlimited is a rate limiter that always allows a retry.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }

// pause waits, unless the run ends before.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
