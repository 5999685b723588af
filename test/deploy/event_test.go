package deploy_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

const (
	final     = "\n  - {name: final, timezone: Europe/London, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00, peakInstances: 10}"
	nextMatch = "\n  - {name: next-match, timezone: Europe/London, starts: 2027-06-05T20:00, ends: 2027-06-05T22:00, peakInstances: 8}"
	lastMatch = "\n  - {name: last-match, timezone: Europe/London, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 6}"
)

// TestDeploymentDuringAnEvent deploys again and again while an event is on. The
// base minimum is 2, the event's floor 10, the maximum 14, and a policy has
// scaled out to 12: no deployment takes an instance or the maximum away, and
// the floor is back after the next assertion. The steps build on each other.
func TestDeploymentDuringAnEvent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	e := duringEvent{local: start(ctx, t)}
	if output, err := (localaws.CDK{AWS: e.local, Dir: root, Region: region}).Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	step := func(name string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, f) {
			t.FailNow()
		}
	}

	file := eventFile(t)
	step("the event begins", func(t *testing.T) {
		e.mustDeploy(ctx, t, file)
		e.stands(ctx, t, 2, 2)
		e.now = time.Date(2027, 5, 29, 19, 0, 0, 0, time.UTC) // 20:00 in London
		e.assertFloor(ctx, t)
		e.stands(ctx, t, 10, 10)
		scaleOut(ctx, t, e.local, 12)
	})
	step("next week's match is added", func(t *testing.T) {
		file = replace(t, file, final, final+nextMatch)
		e.mustDeploy(ctx, t, file)
		// The scalable target has changed, and has its own minimum again (fact C24).
		e.stands(ctx, t, 2, 12)
		e.assertFloor(ctx, t)
		e.stands(ctx, t, 10, 12)
	})
	step("a deployment fails and is rolled back", func(t *testing.T) {
		fails := replace(t, file, nextMatch, nextMatch+lastMatch)
		fails = replace(t, fails, "ml.c6i.large", "ml.c6i.xlarge") // fact C9
		output, _, err := e.deploy(ctx, t, fails)
		if err == nil || !strings.Contains(output, "is a registered scalable target") {
			t.Fatalf("got %v, want the change of the instance type refused\n%s", err, output)
		}
		e.isRolledBack(ctx, t, "is a registered scalable target")
		e.stands(ctx, t, 10, 12)
		// This one has failed before it came to the scalable target. A rollback from
		// further on registers the bounds of the template before.
		e.register(ctx, t, aws.Int32(2), aws.Int32(14))
		e.stands(ctx, t, 2, 12)
		e.assertFloor(ctx, t)
		e.stands(ctx, t, 10, 12)
	})
	step("it is set right, and the target of the policy is changed", func(t *testing.T) {
		file = replace(t, file, nextMatch, nextMatch+lastMatch)
		file = replace(t, file, "safetyFactor: 0.7", "safetyFactor: 0.6")
		e.mustDeploy(ctx, t, file)
		e.stands(ctx, t, 2, 12)
		if got := e.target(ctx, t); got != 100*0.6*60 {
			t.Errorf("the policy tracks %v, want %v", got, 100*0.6*60)
		}
		e.assertFloor(ctx, t)
		e.stands(ctx, t, 10, 12)
	})
	step("a new model leaves the scalable target alone", func(t *testing.T) {
		before := e.template
		config := e.snapshot(ctx, t).Endpoints[0].ConfigName
		e.mustDeploy(ctx, t, replace(t, file, "predictions:1.0.0", "predictions:1.0.1"))
		e.stands(ctx, t, 10, 12) // without another assertion
		if e.snapshot(ctx, t).Endpoints[0].ConfigName == config {
			t.Error("the endpoint has its old configuration, want one with the new model")
		}
		if before, after := scalableTarget(t, before), scalableTarget(t, e.template); before != after {
			t.Errorf("the scalable target was\n%s\nand is\n%s", before, after)
		}
	})
	step("a canary whose alarm fires is rolled back, and goes on when it does not", func(t *testing.T) {
		before := e.snapshot(ctx, t)
		canary := e.canary(ctx, t, replace(t, file, "predictions:1.0.0", "predictions:1.0.2"))
		e.alarmIs(ctx, t, cloudwatchtypes.StateValueAlarm)
		if output, err := canary(); err == nil || !strings.Contains(output, "in ALARM is "+rollbackAlarm) {
			t.Fatalf("got %v, want a rollback because of the alarm\n%s", err, output)
		}
		e.isRolledBack(ctx, t, rollbackAlarm)
		e.stands(ctx, t, 10, 12)
		if diff := gocmp.Diff(before.Endpoints, e.snapshot(ctx, t).Endpoints); diff != "" {
			t.Errorf("the endpoint (-before +after)\n%s", diff)
		}
		e.alarmIs(ctx, t, cloudwatchtypes.StateValueOk)
		if output, err := canary(); err != nil {
			t.Fatalf("deploy: %v\n%s", err, output)
		}
		e.stands(ctx, t, 10, 12)
		if now := e.snapshot(ctx, t).Endpoints[0]; now.ConfigName == before.Endpoints[0].ConfigName {
			t.Errorf("got %+v, want another configuration", now)
		}
	})
}

// duringEvent is a deployment at an instant of an event.
type duringEvent struct {
	local    *localaws.AWS
	now      time.Time
	template string // the one of the scalable target that was deployed last
}

// eventFile is environment local with an event in place of its schedule.
func eventFile(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "config", "environments", "local.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(data), "\nschedule:\n")
	_, after, more := strings.Cut(after, "\n\n")
	if !found || !more {
		t.Fatal("local.yaml has no schedule, followed by an empty line")
	}
	return replace(t, before+"\nevents:"+final+"\n\n"+after, "maxCapacity: 12", "maxCapacity: 14")
}

func replace(t *testing.T, file, old, new string) string {
	t.Helper()
	if n := strings.Count(file, old); n != 1 {
		t.Fatalf("the file holds %q %d times, want once\n%s", old, n, file)
	}
	return strings.Replace(file, old, new, 1)
}

func (e *duringEvent) deploy(ctx context.Context, t *testing.T, file string) (output, template string, err error) {
	t.Helper()
	cdk := e.cdk(t, file)
	output, err = cdk.Deploy(ctx, "local/inference")
	data, readErr := os.ReadFile(inferenceTemplate(t, cdk.Output))
	if readErr != nil {
		t.Fatalf("%v\n%s", readErr, output)
	}
	return output, string(data), err
}

// cdk is the CLI for this file as environment local.
func (e *duringEvent) cdk(t *testing.T, file string) localaws.CDK {
	t.Helper()
	environments := t.TempDir()
	if err := os.WriteFile(filepath.Join(environments, "local.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	// CDK's validator has events in test/synth.
	return localaws.CDK{AWS: e.local, Dir: root, Region: region, App: app, Unvalidated: true, Output: t.TempDir(),
		Context: map[string]string{"env": "local", "environments": environments}}
}

// inferenceTemplate is the path of the one template that was synthesized into dir.
func inferenceTemplate(t *testing.T, dir string) string {
	t.Helper()
	templates, _ := filepath.Glob(filepath.Join(dir, "assembly-local", "*inference*.template.json"))
	if len(templates) != 1 {
		t.Fatalf("got templates %q, want one", templates)
	}
	return templates[0]
}

func (e *duringEvent) mustDeploy(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	output, template, err := e.deploy(ctx, t, file)
	if err != nil {
		t.Fatalf("deploy: %v\n%s", err, output)
	}
	e.template = template
}

func (e *duringEvent) snapshot(ctx context.Context, t *testing.T) localaws.Snapshot {
	t.Helper()
	s, err := e.local.Snapshot(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stands holds the minimum and the fleet against what the AWS SDK reads; the
// maximum is always the file's.
func (e *duringEvent) stands(ctx context.Context, t *testing.T, minimum, fleet int) {
	t.Helper()
	got := e.snapshot(ctx, t)
	endpointStands(t, got, fleet)
	want := []localaws.ScalableTarget{{ResourceID: resourceID, Dimension: dimension, Min: minimum, Max: 14}}
	if !slices.Equal(got.ScalableTargets, want) {
		t.Errorf("got %+v, want %+v", got.ScalableTargets, want)
	}
}

// target is what the policy on invocations tracks.
func (e *duringEvent) target(ctx context.Context, t *testing.T) float64 {
	t.Helper()
	for _, p := range e.snapshot(ctx, t).ScalingPolicies {
		if p.Name == "invocations-per-instance" {
			return p.Tracking.Target
		}
	}
	t.Fatal("no policy tracks invocations")
	return 0
}

// assertFloor goes on to the next instant, this one included, at which the
// deployed scheduled actions are due, and does what they would: nothing here
// runs them. It is no more than 5 minutes away.
func (e *duringEvent) assertFloor(ctx context.Context, t *testing.T) {
	t.Helper()
	due := map[time.Time][]localaws.ScheduledAction{}
	var next time.Time
	for _, a := range e.snapshot(ctx, t).ScheduledActions {
		expression, err := schedule.Parse(a.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := schedule.ParseZone(a.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := expression.Next(e.now.Add(-time.Second), zone)
		if !ok {
			continue
		}
		at = at.UTC()
		due[at] = append(due[at], a)
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if next.IsZero() || next.Sub(e.now) > 5*time.Minute {
		t.Fatalf("the next assertion after %v is at %v, want it within 5 minutes", e.now, next)
	}
	for _, a := range due[next] {
		if a.Min == nil || a.Max != nil {
			t.Errorf("got %+v, want an action that sets the minimum alone", a)
		}
		e.register(ctx, t, toInt32(a.Min), toInt32(a.Max))
	}
	e.now = next.Add(time.Minute) // a deployment comes between two assertions
}

// register is what Application Auto Scaling does when a scheduled action is due.
func (e *duringEvent) register(ctx context.Context, t *testing.T, minimum, maximum *int32) {
	t.Helper()
	_, err := applicationautoscaling.NewFromConfig(e.local.Config(region)).RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespaceSagemaker, ResourceId: aws.String(resourceID),
		ScalableDimension: types.ScalableDimensionSageMakerVariantDesiredInstanceCount,
		MinCapacity:       minimum, MaxCapacity: maximum,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func toInt32(n *int) *int32 {
	if n == nil {
		return nil
	}
	return aws.Int32(int32(*n))
}

// scalableTarget is the properties of the scalable target as a template spells them.
func scalableTarget(t *testing.T, template string) string {
	t.Helper()
	var parsed struct {
		Resources map[string]struct {
			Type       string
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(template), &parsed); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, r := range parsed.Resources {
		if r.Type == "AWS::ApplicationAutoScaling::ScalableTarget" {
			found = append(found, string(r.Properties))
		}
	}
	if len(found) != 1 {
		t.Fatalf("got %d scalable targets, want one", len(found))
	}
	return found[0]
}
