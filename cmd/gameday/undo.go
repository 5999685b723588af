package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// undo takes back everything that is marked.
func (r *run) undo(ctx context.Context, args []string, problems io.Writer) error {
	if _, err := r.parse(r.flags("undo", problems), args, false); err != nil {
		return err
	}
	a, err := openAccount(ctx, r.environment)
	if err != nil {
		return err
	}
	marks, err := a.marks(ctx)
	if err != nil {
		return asBadInput(err)
	}
	if len(marks) == 0 {
		fmt.Fprintf(r.out, "Nothing of %s is to be taken back.\n", r.env)
		return nil
	}
	var wrong []error
	for _, m := range marks {
		wrong = append(wrong, r.takeBack(ctx, a, m))
	}
	return errors.Join(wrong...)
}

// undoers take back what a mark says. They may be called where nothing was done yet,
// or where all of it was taken back.
var undoers = map[string]func(context.Context, *run, *account, mark) (string, error){
	"floor-dropped": raiseFloor, "scaling-suspended": resumeScaling, "credentials-denied": allowCredentials,
	"throttled": unthrottle, measuredCount: restoreCount, measuredMinimum: raiseFloor, measuredActions: deleteActions,
	measuredUnits: releaseUnits, measuredPolicy: deletePolicy,
}

// takeBack takes back what a mark says, and removes the mark.
func (r *run) takeBack(ctx context.Context, a *account, m mark) error {
	undo := undoers[m.name]
	if undo == nil {
		return fmt.Errorf("tag %s%s: got %q: this gameday does not know it; take it back with the one that made it",
			markPrefix, m.name, m.was)
	}
	said, err := undo(ctx, r, a, m)
	if err != nil {
		return fmt.Errorf("%s is not taken back: %w", m.name, err)
	}
	if err := a.remove(ctx, m.name); err != nil {
		return err
	}
	r.tell(m.name + ": " + said)
	return nil
}

// raiseFloor restores a minimum that was set here, unless something else has changed
// it since. A floor that was released meanwhile stays released: the calendar says what
// holds now.
func raiseFloor(ctx context.Context, r *run, a *account, m mark) (string, error) {
	was, err := m.number("min")
	if err != nil {
		return "", err
	}
	set, err := m.number("set")
	if err != nil {
		return "", err
	}
	t, err := a.findTarget(ctx, m.of("variant"))
	if err != nil {
		return "", err
	}
	if t.min != set {
		return fmt.Sprintf("the minimum is %d, which is left as it is.", t.min), nil
	}
	if c := t.VariantScaling().Calendar(); len(c.Events) > 0 {
		holds := c.MinCapacity
		for _, f := range c.Floors() {
			if now := r.now(); !f.From.After(now) && f.To.After(now) {
				holds = f.MinCapacity
			}
		}
		was = min(was, int32(holds))
	}
	if err := a.register(ctx, t.id, &was, nil); err != nil {
		return "", err
	}
	return fmt.Sprintf("the minimum is %d again.", was), nil
}

func resumeScaling(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	t, err := a.findTarget(ctx, m.of("variant"))
	if err != nil {
		return "", err
	}
	is := func(key string) *bool { return aws.Bool(m.of(key) == "true") }
	if err := a.register(ctx, t.id, nil, &scalingtypes.SuspendedState{DynamicScalingInSuspended: is("in"),
		DynamicScalingOutSuspended: is("out"), ScheduledScalingSuspended: is("scheduled")}); err != nil {
		return "", err
	}
	return "the policies are as before.", nil
}

func allowCredentials(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	role := m.of("role")
	_, err := a.roles.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role,
		PolicyName: aws.String(denyPolicy)})
	if err != nil && !errors.As(err, new(*iamtypes.NoSuchEntityException)) {
		return "", refused(err, "role "+role+" cannot be changed")
	}
	return "role " + role + " may call the endpoint again.", nil
}

func unthrottle(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	function := m.of("function")
	if m.of("reserved") == "none" {
		_, err := a.functions.DeleteFunctionConcurrency(ctx,
			&lambda.DeleteFunctionConcurrencyInput{FunctionName: &function})
		if err != nil {
			return "", refused(err, "the concurrency of function "+function+" cannot be restored")
		}
		return "the function has no reserved concurrency, as before.", nil
	}
	was, err := m.number("reserved")
	if err != nil {
		return "", err
	}
	_, err = a.functions.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: &function,
		ReservedConcurrentExecutions: &was})
	if err != nil {
		return "", refused(err, "the concurrency of function "+function+" cannot be restored")
	}
	return fmt.Sprintf("the reserved concurrency is %d again.", was), nil
}

// What measurements mark. Marks are taken back in the order of their names: actions
// before what they set, and the policies last.
const (
	measuredCount   = "number-raised"
	measuredMinimum = "minimum-raised"
	measuredActions = "actions-put"
	measuredUnits   = "units-reserved"
	measuredPolicy  = "burst-policy-put"
)

// restoreCount sets a variant's instances to what they were.
func restoreCount(ctx context.Context, r *run, a *account, m mark) (string, error) {
	was, err := m.number("count")
	if err != nil {
		return "", err
	}
	if s, err := a.standing(ctx, m.of("variant")); err == nil && !s.inService {
		r.tell("the endpoint is updating, and takes no other change until it is in service. Ctrl-C ends the waiting; " +
			"then the undo command is due.")
	}
	if err := a.inService(ctx, r, 0); err != nil {
		return "", err
	}
	if err := a.setCount(ctx, m.of("variant"), was); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d instances are desired again.", was), nil
}

// setCount asks for a number of instances, as scaling does (fact C23).
func (a *account) setCount(ctx context.Context, variant string, n int32) error {
	_, err := a.endpoint.UpdateEndpointWeightsAndCapacities(ctx, &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{
		EndpointName: aws.String(a.environment.Endpoint.Name),
		DesiredWeightsAndCapacities: []sagemakertypes.DesiredWeightAndCapacity{
			{VariantName: &variant, DesiredInstanceCount: &n}},
	})
	if err != nil {
		return refused(err, fmt.Sprintf("%d instances of variant %s cannot be asked for", n, variant))
	}
	return nil
}

// actionPrefix begins the names of the scheduled actions that measurements put.
const actionPrefix = "gameday-"

// deleteActions deletes the scheduled actions of measurements.
func deleteActions(ctx context.Context, _ *run, a *account, m mark) (string, error) {
	t, err := a.findTarget(ctx, m.of("variant"))
	if err != nil {
		return "", err
	}
	all, err := a.actions(ctx, t)
	if err != nil {
		return "", err
	}
	for _, name := range all {
		_, err := a.scaling.DeleteScheduledAction(ctx, &applicationautoscaling.DeleteScheduledActionInput{
			ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id, ScheduledActionName: &name,
			ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		})
		if err != nil && !errors.As(err, new(*scalingtypes.ObjectNotFoundException)) {
			return "", refused(err, "scheduled action "+name+" cannot be deleted")
		}
	}
	return "no scheduled action of a measurement is left.", nil
}

// actions are the names of the scheduled actions of measurements that AWS lists.
func (a *account) actions(ctx context.Context, t target) ([]string, error) {
	var names []string
	in := &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker, ResourceId: &t.id,
		ScalableDimension: scalingtypes.ScalableDimensionSageMakerVariantDesiredInstanceCount,
	}
	for {
		page, err := a.scaling.DescribeScheduledActions(ctx, in)
		if err != nil {
			return nil, refused(err, "the scheduled actions of variant "+t.Name+" cannot be read")
		}
		for _, action := range page.ScheduledActions {
			if name := aws.ToString(action.ScheduledActionName); strings.HasPrefix(name, actionPrefix) {
				names = append(names, name)
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return names, nil
		}
	}
}
