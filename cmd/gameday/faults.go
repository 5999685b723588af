package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// dropFloor registers a lower minimum, as a deployment does that changes the scalable
// target (fact C24). Registering moves capacity into the bounds and, with a lower
// minimum, removes nothing (facts A39 and B7).
func dropFloor(ctx context.Context, r *run, a *account, o faultOptions) (deed, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return deed{}, err
	}
	lowest := int32(o.lowest)
	if lowest == 0 {
		lowest = int32(t.ScalableTarget().MinCapacity)
	}
	if lowest >= t.min {
		return deed{}, fmt.Errorf("--min: got %d: the minimum of variant %s is %d; give a lower one, or wait until a "+
			"floor is asserted", lowest, t.Name, t.min)
	}
	d := deed{
		says: fmt.Sprintf("The minimum of variant %s goes from %d to %d, as by a deployment.", t.Name, t.min, lowest),
		seen: "no instance goes at once; the next assertion brings the minimum back.",
		was:  fmt.Sprintf("variant=%s min=%d set=%d", t.Name, t.min, lowest),
		apply: func(ctx context.Context) error {
			return a.register(ctx, t.id, &lowest, nil)
		},
	}
	if at, floor, ok := nextAssertion(t, r.now()); ok {
		d.seen += fmt.Sprintf(" By the file that is at %s, to %d.", at.UTC().Format("Mon 2006-01-02 15:04 MST"), floor)
	} else {
		d.seen += " By the file none is to come."
	}
	began, back := r.now(), false
	d.watch = func(ctx context.Context) (string, error) {
		now, err := a.findTarget(ctx, t.Name)
		if err != nil || back || now.min == lowest {
			return "", err
		}
		back = true
		return fmt.Sprintf("The minimum is %d: an assertion has changed it after %s.", now.min,
			r.now().Sub(began).Round(time.Second)), nil
	}
	return d, nil
}

// nextAssertion is the next scheduled action of the file that sets the minimum.
func nextAssertion(t target, now time.Time) (at time.Time, floor int, ok bool) {
	for _, action := range t.ScalableTarget().ScheduledActions {
		expression, err := schedule.Parse(action.Schedule)
		if err != nil || action.MinCapacity == nil {
			continue
		}
		zone, err := schedule.ParseZone(action.Timezone)
		if err != nil {
			continue
		}
		if next, runs := expression.Next(now, zone); runs && (!ok || next.Before(at)) {
			at, floor, ok = next, *action.MinCapacity, true
		}
	}
	return at, floor, ok
}

// stopTask stops one task of the gateway.
func stopTask(ctx context.Context, _ *run, a *account, _ faultOptions) (deed, error) {
	g, err := a.findGateway(ctx)
	if err != nil {
		return deed{}, err
	}
	return stopTaskOf(ctx, a, g)
}

func stopTaskOf(ctx context.Context, a *account, g gateway) (deed, error) {
	if g.service == "" {
		return deed{}, fmt.Errorf("task-stopped: the gateway of %s is a function; this is for one on Fargate",
			a.environment.Name)
	}
	found, err := a.tasks.ListTasks(ctx, &ecs.ListTasksInput{Cluster: &g.cluster, ServiceName: &g.service})
	if err != nil {
		return deed{}, refused(err, "the tasks of the gateway cannot be listed")
	}
	if len(found.TaskArns) == 0 {
		return deed{}, fmt.Errorf("task-stopped: service %s runs no task", g.service)
	}
	task := found.TaskArns[0]
	return deed{
		says: fmt.Sprintf("Amazon ECS stops one of the %d tasks of the gateway: %s", len(found.TaskArns), task),
		seen: "no request fails; a new task serves within a minute or two. There is nothing to take back.",
		apply: func(ctx context.Context) error {
			_, err := a.tasks.StopTask(ctx, &ecs.StopTaskInput{Cluster: &g.cluster, Task: &task,
				Reason: aws.String("game day")})
			if err != nil {
				return refused(err, "the task cannot be stopped")
			}
			return nil
		},
	}, nil
}

// denyPolicy is the inline policy of credentials-denied.
const denyPolicy = "gameday-credentials-denied"

// denyCredentials takes the permission to call the endpoint from the gateway's role.
func denyCredentials(ctx context.Context, _ *run, a *account, _ faultOptions) (deed, error) {
	g, err := a.findGateway(ctx)
	if err != nil {
		return deed{}, err
	}
	role, err := a.role(ctx, g)
	if err != nil {
		return deed{}, err
	}
	e := a.environment
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Deny", "Action": "sagemaker:InvokeEndpoint",
		"Resource": autoscaling.EndpointARN(a.partition, e.Region, e.Account, e.Endpoint.Name),
	}}})
	if err != nil {
		return deed{}, err
	}
	return deed{
		says: fmt.Sprintf("Role %s gets the policy %s: it may not call endpoint %s.", role, denyPolicy, e.Endpoint.Name),
		seen: "within seconds each request is answered 501 GatewayNotAuthorized, and GatewayErrors counts them.",
		was:  "role=" + role,
		apply: func(ctx context.Context) error {
			_, err := a.roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role,
				PolicyName: aws.String(denyPolicy), PolicyDocument: aws.String(string(document))})
			if err != nil {
				return refused(err, "role "+role+" cannot be changed")
			}
			return nil
		},
	}, nil
}

// suspendScaling suspends what policies do, through the API (fact C25).
func suspendScaling(ctx context.Context, _ *run, a *account, o faultOptions) (deed, error) {
	t, err := a.findTarget(ctx, o.variant)
	if err != nil {
		return deed{}, err
	}
	was := suspendedText(t.suspended)
	suspended := t.suspended
	suspended.DynamicScalingInSuspended, suspended.DynamicScalingOutSuspended = aws.Bool(true), aws.Bool(true)
	return deed{
		says:  fmt.Sprintf("The policies of variant %s neither scale out nor in.", t.Name),
		seen:  "capacity stays as it is, but for floors; the gateway sheds what is too much.",
		was:   "variant=" + t.Name + " " + was,
		apply: func(ctx context.Context) error { return a.register(ctx, t.id, nil, &suspended) },
	}, nil
}

func suspendedText(s scalingtypes.SuspendedState) string {
	return fmt.Sprintf("in=%t out=%t scheduled=%t", aws.ToBool(s.DynamicScalingInSuspended),
		aws.ToBool(s.DynamicScalingOutSuspended), aws.ToBool(s.ScheduledScalingSuspended))
}

// throttle leaves the gateway's function one environment.
func throttle(ctx context.Context, _ *run, a *account, _ faultOptions) (deed, error) {
	g, err := a.findGateway(ctx)
	if err != nil {
		return deed{}, err
	}
	if g.function == "" {
		return deed{}, fmt.Errorf("throttled: the gateway of %s runs on Fargate; this is for a function",
			a.environment.Name)
	}
	found, err := a.functions.GetFunctionConcurrency(ctx,
		&lambda.GetFunctionConcurrencyInput{FunctionName: &g.function})
	if err != nil {
		return deed{}, refused(err, "the concurrency of function "+g.function+" cannot be read")
	}
	was := "none"
	if n := found.ReservedConcurrentExecutions; n != nil {
		was = fmt.Sprint(*n)
	}
	return deed{
		says: fmt.Sprintf("Function %s has 1 environment at a time; its reserved concurrency was %s.", g.function, was),
		seen: "all but one request at a time fail, without Retry-After (fact F29).",
		was:  fmt.Sprintf("function=%s reserved=%s", g.function, was),
		apply: func(ctx context.Context) error {
			_, err := a.functions.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{
				FunctionName: &g.function, ReservedConcurrentExecutions: aws.Int32(1)})
			if err != nil {
				return refused(err, "the concurrency of function "+g.function+" cannot be lowered")
			}
			return nil
		},
	}, nil
}
