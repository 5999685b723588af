package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
)

// fakeTasks has the tasks of a gateway on Fargate: moto runs none.
type fakeTasks struct {
	tasks
	arns    []string
	stopped string
	err     error
}

func (f *fakeTasks) ListTasks(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (
	*ecs.ListTasksOutput, error) {
	return &ecs.ListTasksOutput{TaskArns: f.arns}, nil
}

func (f *fakeTasks) StopTask(_ context.Context, in *ecs.StopTaskInput, _ ...func(*ecs.Options)) (
	*ecs.StopTaskOutput, error) {
	f.stopped = aws.ToString(in.Cluster) + " " + aws.ToString(in.Task)
	return nil, f.err
}

func TestTaskStopped(t *testing.T) {
	t.Parallel()
	f := &fakeTasks{arns: []string{"arn:1", "arn:2"}}
	on := gateway{cluster: "cluster", service: "gateway"}
	d, err := stopTaskOf(t.Context(), &account{tasks: f}, on)
	if err != nil || !strings.Contains(d.says, "one of the 2 tasks") || d.was != "" {
		t.Fatalf("got %+v, %v", d, err)
	}
	if err := d.apply(t.Context()); err != nil || f.stopped != "cluster arn:1" {
		t.Errorf("got %q stopped, %v", f.stopped, err)
	}
	f.err = &smithy.OperationError{ServiceID: "ECS", OperationName: "StopTask",
		Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: x is not authorized"}}
	want := "the task cannot be stopped: the credentials do not allow ecs:StopTask; allow it, or use others"
	if err := d.apply(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	f.arns = nil
	if _, err := stopTaskOf(t.Context(), &account{tasks: f}, on); err == nil ||
		err.Error() != "task-stopped: service gateway runs no task" {
		t.Errorf("got %v, want that there is none", err)
	}
}

// The action is AWS's where it names one, and else the operation.
func TestRefused(t *testing.T) {
	t.Parallel()
	call := func(code, message string) error {
		return &smithy.OperationError{ServiceID: "Scheduler", OperationName: "CreateSchedule",
			Err: &smithy.GenericAPIError{Code: code, Message: message}}
	}
	for want, err := range map[string]error{
		"x: the credentials do not allow iam:PassRole; allow it, or use others": call("AccessDeniedException",
			"User: arn:aws:iam::123456789012:user/a is not authorized to perform: iam:PassRole on resource: b"),
		"x: the credentials do not allow scheduler:CreateSchedule; allow it, or use others": call("AccessDenied", "no"),
		"x: ValidationException: wrong":                        call("ValidationException", "wrong"),
		"x: operation error Scheduler: CreateSchedule, broken": &smithy.OperationError{ServiceID: "Scheduler", OperationName: "CreateSchedule", Err: errors.New("broken")},
	} {
		if got := refused(err, "x").Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What is not allowed is named, and so is that its undoing is not allowed either.
func TestFaultIsNotAllowed(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.denied = "RegisterScalableTarget"
	e := testAccount(t).environment
	var out bytes.Buffer
	r := &run{env: "match", environment: e, environments: "testdata", yes: true, out: &out,
		now: func() time.Time { return f.now }, pause: f.pass}
	err := r.play(t.Context(), &account{environment: e, endpoint: f, scaling: f}, faults()[3], faultOptions{lasts: time.Minute})
	const denied = "cannot be changed: the credentials do not allow application-autoscaling:RegisterScalableTarget; " +
		"allow it, or use others"
	if err == nil || strings.Count(err.Error(), denied) != 2 ||
		!strings.Contains(err.Error(), "the fault may stand: scaling-suspended is not taken back: ") {
		t.Errorf("got %v", err)
	}
	if f.tags["gameday:scaling-suspended"] == "" {
		t.Error("the mark is gone, and what it is for may stand")
	}
}
