package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// state is what faults change, as AWS has it.
func state(t *testing.T) string {
	t.Helper()
	cfg := local.Config(region)
	found, err := applicationautoscaling.NewFromConfig(cfg).DescribeScalableTargets(t.Context(),
		&applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: scalingtypes.ServiceNamespaceSagemaker})
	if err != nil || len(found.ScalableTargets) != 1 {
		t.Fatalf("got targets %v, %v; want one", found, err)
	}
	one := found.ScalableTargets[0]
	text := fmt.Sprintf("min %d", aws.ToInt32(one.MinCapacity))
	if s := one.SuspendedState; s != nil && aws.ToBool(s.DynamicScalingOutSuspended) &&
		aws.ToBool(s.DynamicScalingInSuspended) && !aws.ToBool(s.ScheduledScalingSuspended) {
		text += ", suspended"
	}
	policies, err := iam.NewFromConfig(cfg).ListRolePolicies(t.Context(),
		&iam.ListRolePoliciesInput{RoleName: aws.String("gameday-gateway")})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range policies.PolicyNames {
		text += ", " + name
	}
	concurrency, err := lambda.NewFromConfig(cfg).GetFunctionConcurrency(t.Context(),
		&lambda.GetFunctionConcurrencyInput{FunctionName: aws.String("gameday-gateway")})
	if err != nil {
		t.Fatal(err)
	}
	if n := concurrency.ReservedConcurrentExecutions; n != nil {
		text += fmt.Sprintf(", reserved %d", *n)
	}
	a := testAccount(t)
	marks, err := a.marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks {
		text += ", marked " + m.name
	}
	return text
}

func testAccount(t *testing.T) *account {
	t.Helper()
	loaded, err := config.Load("testdata", "match")
	if err != nil {
		t.Fatal(err)
	}
	a, err := openAccount(t.Context(), loaded[0])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// assert sets the minimum, as a scheduled action does.
func assert(t *testing.T, lowest int32) {
	t.Helper()
	if err := testAccount(t).register(t.Context(), "endpoint/predictions-match/variant/main", &lowest, nil); err != nil {
		t.Fatal(err)
	}
}

func reserve(t *testing.T, n int32) {
	t.Helper()
	_, err := lambda.NewFromConfig(local.Config(region)).PutFunctionConcurrency(t.Context(),
		&lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("gameday-gateway"), ReservedConcurrentExecutions: &n})
	if err != nil {
		t.Fatal(err)
	}
}

// during is where a test looks at a fault, in place of its first pause.
type during struct {
	*run
	out bytes.Buffer
}

// played is a run at the height of the final, in London at 22:00, whose pauses call
// look and then have passed.
func played(t *testing.T, look func(pauses int) error) *during {
	t.Helper()
	d, now, pauses := &during{}, time.Date(2027, 5, 29, 21, 1, 0, 0, time.UTC), 0
	d.run = &run{env: "match", environments: "testdata", environment: testAccount(t).environment, yes: true,
		out: &d.out, now: func() time.Time { return now }}
	d.pause = func(_ context.Context, long time.Duration) error {
		pauses++
		now = now.Add(long)
		return look(pauses)
	}
	return d
}

// TestFaults plays each fault, interrupts it, kills the program in it, and takes it
// back.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ fault, before, stands string }{
		{"floor-dropped", "min 6", "min 2, marked floor-dropped"},
		{"credentials-denied", "min 6", "min 6, gameday-credentials-denied, marked credentials-denied"},
		{"scaling-suspended", "min 6", "min 6, suspended, marked scaling-suspended"},
		{"throttled", "min 6", "min 6, reserved 1, marked throttled"},
		{"throttled", "min 6, reserved 40", "min 6, reserved 1, marked throttled"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			assert(t, 6)
			if strings.Contains(c.before, "40") {
				reserve(t, 40)
			}
			is := func(want string) {
				t.Helper()
				if got := state(t); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			args := []string{c.fault, "--environments", "testdata", "--env", "match", "--yes", "--for", "7s"}
			is(c.before)

			d := played(t, func(int) error { is(c.stands); return nil })
			if err := d.fault(t.Context(), args, io.Discard); err != nil {
				t.Fatal(err)
			}
			is(c.before)
			for _, want := range []string{"To be seen: ", "undo --env match --environments testdata\n", ": begun.\n"} {
				if !strings.Contains(d.out.String(), want) {
					t.Errorf("want %q in\n%s", want, &d.out)
				}
			}

			// Ctrl-C.
			ctx, cancel := context.WithCancel(t.Context())
			d = played(t, func(int) error { is(c.stands); cancel(); return ctx.Err() })
			if err := d.fault(ctx, args, io.Discard); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want that it was interrupted", err)
			}
			is(c.before)

			// Killed, and run again: what stood before is known from the first time.
			kill(t, args)
			is(c.stands)
			d = played(t, func(int) error { is(c.stands); return nil })
			if err := d.fault(t.Context(), args, io.Discard); err != nil {
				t.Fatal(err)
			}
			if want := "An earlier run has left this fault; it is taken back first.\n"; !strings.Contains(d.out.String(), want) {
				t.Errorf("want %q in\n%s", want, &d.out)
			}
			is(c.before)

			// Killed, and taken back, and taken back again.
			kill(t, args)
			d = played(t, nil)
			for range 2 {
				if err := d.undo(t.Context(), []string{"--env", "match", "--environments", "testdata"}, io.Discard); err != nil {
					t.Fatal(err)
				}
				is(c.before)
			}
			if !strings.HasSuffix(d.out.String(), "Nothing of match is to be taken back.\n") {
				t.Errorf("got\n%s", &d.out)
			}
		})
	}
	assert(t, 2)
	if _, err := lambda.NewFromConfig(local.Config(region)).DeleteFunctionConcurrency(t.Context(),
		&lambda.DeleteFunctionConcurrencyInput{FunctionName: aws.String("gameday-gateway")}); err != nil {
		t.Fatal(err)
	}
}

// kill ends a run while its fault stands.
func kill(t *testing.T, args []string) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the fault was over before it was killed")
		}
	}()
	_ = played(t, func(int) error { panic("killed") }).fault(t.Context(), args, io.Discard)
}

// An assertion that brings the floor back is told, and not undone.
func TestFloorIsAssertedAgain(t *testing.T) {
	assert(t, 6)
	d := played(t, func(pauses int) error {
		if pauses == 2 {
			assert(t, 8)
		}
		return nil
	})
	args := []string{"floor-dropped", "--environments", "testdata", "--env", "match", "--yes", "--for", "20s"}
	if err := d.fault(t.Context(), args, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The minimum of variant main goes from 6 to 2, as by a deployment. ",
		" By the file that is at Sat 2027-05-29 21:05 UTC, to 6. ", " The minimum is 8: an assertion has changed it after 10s. ",
		"floor-dropped: the minimum is 8, which is left as it is. "} {
		if !strings.Contains(strings.ReplaceAll(d.out.String(), "\n", " "), want) {
			t.Errorf("want %q in\n%s", want, &d.out)
		}
	}
	if got := state(t); got != "min 8" {
		t.Errorf("got %s, want min 8", got)
	}
	assert(t, 2)
}

// A floor that was released while it was dropped stays released.
func TestReleasedFloor(t *testing.T) {
	assert(t, 6)
	args := []string{"floor-dropped", "--environments", "testdata", "--env", "match", "--yes"}
	kill(t, args)
	d := played(t, nil)
	d.now = func() time.Time { return time.Date(2027, 5, 31, 12, 0, 0, 0, time.UTC) }
	if err := d.undo(t.Context(), []string{"--env", "match", "--environments", "testdata"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := state(t); got != "min 2" {
		t.Errorf("got %s, want the minimum between events", got)
	}
}

// A pause ends with its context.
func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want that it ended", err)
		}
		if err := sleep(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
	})
}
