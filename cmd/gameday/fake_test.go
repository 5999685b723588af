package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// fakeAWS is an endpoint of one variant with its scalable target, on a clock of its
// own: changes of capacity take time, and scheduled actions run.
type fakeAWS struct {
	now time.Time
	// updates is how long each change of capacity takes, in turn; the last one goes on.
	updates []time.Duration
	// late is how long after their times actions run.
	late time.Duration
	// refusesPast, forgets and retries are what AWS may do: refuse an action in the
	// past, delete one that has run, and raise a floor that was refused.
	refusesPast, forgets, retries bool
	// denied is an action that is not allowed.
	denied string

	desired, current, lowest int32
	updating                 time.Time // until when
	suspended                *scalingtypes.SuspendedState
	tags                     map[string]string
	front                    *fakeFront
	policy                   *fakePolicy
	// present says that target tracking multiplies the present capacity in a cooldown.
	present    bool
	metric     float64
	actions    []action
	activities []scalingtypes.ScalingActivity
	calls      []string
}

type action struct {
	name   string
	at     time.Time
	lowest int32
	ran    bool
}

func newFake() *fakeAWS {
	return &fakeAWS{now: time.Date(2027, 4, 1, 12, 0, 20, 0, time.UTC), updates: []time.Duration{5 * time.Minute},
		late: 7 * time.Second, desired: 2, current: 2, lowest: 2, tags: map[string]string{}}
}

func (f *fakeAWS) busy() bool { return f.now.Before(f.updating) }

// pass lets time pass, second by second.
func (f *fakeAWS) pass(ctx context.Context, d time.Duration) error {
	for end := f.now.Add(d); f.now.Before(end); f.now = f.now.Add(time.Second) {
		if !f.busy() {
			f.current = f.desired
		}
		for i := range f.actions {
			if a := &f.actions[i]; !a.ran && !f.now.Before(a.at.Add(f.late)) {
				a.ran = true
				f.run(*a)
			}
		}
		if f.forgets {
			f.actions = slices.DeleteFunc(f.actions, func(a action) bool { return a.ran })
		}
		if f.policy != nil {
			f.policy.decide(f)
		}
		if f.retries && !f.busy() && f.desired < f.lowest {
			f.capacity(f.lowest)
		}
	}
	if !f.busy() {
		f.current = f.desired
	}
	return ctx.Err()
}

func (f *fakeAWS) run(a action) {
	f.lowest = a.lowest
	cause := "scheduled action name " + a.name + " was triggered"
	f.activities = append(f.activities, scalingtypes.ScalingActivity{Cause: &cause, StartTime: aws.Time(f.now),
		StatusCode: scalingtypes.ScalingActivityStatusCodeSuccessful})
	if f.desired >= f.lowest {
		return
	}
	status := scalingtypes.ScalingActivityStatusCodeFailed
	if !f.busy() {
		f.capacity(f.lowest)
		status = scalingtypes.ScalingActivityStatusCodeSuccessful
	}
	f.activities = append(f.activities, scalingtypes.ScalingActivity{StartTime: aws.Time(f.now), StatusCode: status,
		Cause: aws.String("minimum capacity was set")})
}

func (f *fakeAWS) capacity(n int32) {
	f.desired, f.updating = n, f.now.Add(f.updates[0])
	if len(f.updates) > 1 {
		f.updates = f.updates[1:]
	}
}

// call notes a call, and refuses what is not allowed.
func (f *fakeAWS) call(service, operation string) error {
	f.calls = append(f.calls, operation)
	if f.denied != operation {
		return nil
	}
	return &smithy.OperationError{ServiceID: service, OperationName: operation,
		Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}}
}

func (f *fakeAWS) DescribeEndpoint(context.Context, *sagemaker.DescribeEndpointInput, ...func(*sagemaker.Options)) (
	*sagemaker.DescribeEndpointOutput, error) {
	status := sagemakertypes.EndpointStatusInService
	if f.busy() {
		status = sagemakertypes.EndpointStatusUpdating
	}
	return &sagemaker.DescribeEndpointOutput{EndpointArn: aws.String("arn:endpoint"), EndpointStatus: status,
		ProductionVariants: []sagemakertypes.ProductionVariantSummary{{VariantName: aws.String("main"),
			DesiredInstanceCount: aws.Int32(f.desired), CurrentInstanceCount: aws.Int32(f.current)}},
	}, f.call("SageMaker", "DescribeEndpoint")
}

func (f *fakeAWS) UpdateEndpointWeightsAndCapacities(
	_ context.Context, in *sagemaker.UpdateEndpointWeightsAndCapacitiesInput, _ ...func(*sagemaker.Options),
) (*sagemaker.UpdateEndpointWeightsAndCapacitiesOutput, error) {
	if f.busy() {
		return nil, &smithy.GenericAPIError{Code: "ValidationException", Message: "Cannot update in-progress endpoint"}
	}
	if err := f.call("SageMaker", "UpdateEndpointWeightsAndCapacities"); err != nil {
		return nil, err
	}
	f.capacity(*in.DesiredWeightsAndCapacities[0].DesiredInstanceCount)
	return nil, nil
}

func (f *fakeAWS) ListTags(context.Context, *sagemaker.ListTagsInput, ...func(*sagemaker.Options)) (
	*sagemaker.ListTagsOutput, error) {
	out := &sagemaker.ListTagsOutput{}
	for k, v := range f.tags {
		out.Tags = append(out.Tags, sagemakertypes.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	return out, f.call("SageMaker", "ListTags")
}

var tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`)

func (f *fakeAWS) AddTags(_ context.Context, in *sagemaker.AddTagsInput, _ ...func(*sagemaker.Options)) (
	*sagemaker.AddTagsOutput, error) {
	for _, tag := range in.Tags {
		if !tagValue.MatchString(*tag.Value) {
			return nil, fmt.Errorf("SageMaker takes no tag %q", *tag.Value)
		}
		f.tags[*tag.Key] = *tag.Value
	}
	return nil, f.call("SageMaker", "AddTags")
}

func (f *fakeAWS) DeleteTags(_ context.Context, in *sagemaker.DeleteTagsInput, _ ...func(*sagemaker.Options)) (
	*sagemaker.DeleteTagsOutput, error) {
	for _, key := range in.TagKeys {
		delete(f.tags, key)
	}
	return nil, f.call("SageMaker", "DeleteTags")
}

func (f *fakeAWS) DescribeScalableTargets(
	context.Context, *applicationautoscaling.DescribeScalableTargetsInput, ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.DescribeScalableTargetsOutput, error) {
	return &applicationautoscaling.DescribeScalableTargetsOutput{ScalableTargets: []scalingtypes.ScalableTarget{{
		MinCapacity: aws.Int32(f.lowest), MaxCapacity: aws.Int32(12), SuspendedState: f.suspended}},
	}, f.call("Application Auto Scaling", "DescribeScalableTargets")
}

func (f *fakeAWS) RegisterScalableTarget(
	_ context.Context, in *applicationautoscaling.RegisterScalableTargetInput, _ ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.RegisterScalableTargetOutput, error) {
	if in.MinCapacity != nil {
		f.lowest = *in.MinCapacity
	}
	if in.SuspendedState != nil {
		f.suspended = in.SuspendedState
	}
	return nil, f.call("Application Auto Scaling", "RegisterScalableTarget")
}

func (f *fakeAWS) PutScheduledAction(
	_ context.Context, in *applicationautoscaling.PutScheduledActionInput, _ ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.PutScheduledActionOutput, error) {
	at, err := time.Parse("at(2006-01-02T15:04:05)", *in.Schedule)
	if err != nil {
		return nil, err
	}
	if f.refusesPast && at.Before(f.now) {
		return nil, &smithy.GenericAPIError{Code: "ValidationException", Message: "the time is in the past"}
	}
	f.actions = append(f.actions, action{name: *in.ScheduledActionName, at: at, lowest: *in.ScalableTargetAction.MinCapacity})
	return nil, f.call("Application Auto Scaling", "PutScheduledAction")
}

func (f *fakeAWS) DeleteScheduledAction(
	_ context.Context, in *applicationautoscaling.DeleteScheduledActionInput, _ ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.DeleteScheduledActionOutput, error) {
	f.actions = slices.DeleteFunc(f.actions, func(a action) bool { return a.name == *in.ScheduledActionName })
	return nil, f.call("Application Auto Scaling", "DeleteScheduledAction")
}

func (f *fakeAWS) DescribeScheduledActions(
	context.Context, *applicationautoscaling.DescribeScheduledActionsInput, ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.DescribeScheduledActionsOutput, error) {
	out := &applicationautoscaling.DescribeScheduledActionsOutput{}
	for _, a := range f.actions {
		out.ScheduledActions = append(out.ScheduledActions, scalingtypes.ScheduledAction{ScheduledActionName: &a.name})
	}
	return out, f.call("Application Auto Scaling", "DescribeScheduledActions")
}

func (f *fakeAWS) DescribeScalingActivities(
	context.Context, *applicationautoscaling.DescribeScalingActivitiesInput, ...func(*applicationautoscaling.Options),
) (*applicationautoscaling.DescribeScalingActivitiesOutput, error) {
	latest := slices.Clone(f.activities)
	slices.Reverse(latest)
	return &applicationautoscaling.DescribeScalingActivitiesOutput{ScalingActivities: latest},
		f.call("Application Auto Scaling", "DescribeScalingActivities")
}

// measure runs a measurement on the fake.
func (f *fakeAWS) measure(ctx context.Context, t *testing.T, name string, o measureOptions) (out string, err error) {
	t.Helper()
	loaded, err := config.Load("testdata", "match")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	r := &run{env: "match", environments: "testdata", environment: loaded[0], yes: true, out: &b,
		now: func() time.Time { return f.now }, pause: f.pass}
	a := &account{environment: loaded[0], endpoint: f, scaling: f, metrics: f}
	if f.front != nil {
		a.stacks, a.balancers, a.schedules, r.pause = f.front, f.front, f.front, f.front.pass
	}
	i := slices.IndexFunc(measurements(), func(m measurement) bool { return m.name == name })
	if i < 0 {
		return "", errors.New("there is no measurement " + name)
	}
	err = r.find(ctx, a, measurements()[i], o)
	return strings.TrimSpace(b.String()), err
}
