// Package deploy_test deploys environment local to a local AWS with the real
// CDK CLI, and believes only what the AWS SDK reads back.
package deploy_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const (
	root        = "../.."
	region      = "us-east-1"
	endpoint    = "predictions-local"
	resourceID  = "endpoint/predictions-local/variant/main"
	dimension   = "sagemaker:variant:DesiredInstanceCount"
	certificate = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
)

// TestDeployment takes one environment through its life. The steps build on
// each other.
func TestDeployment(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	local := start(ctx, t)
	// TestMakeLocal deploys the same file with CDK's validator.
	cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Output: t.TempDir(), Unvalidated: true}
	if output, err := cdk.Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	deploy := func(t *testing.T, environments string) string {
		t.Helper()
		cdk.Context = map[string]string{"env": "local", "environments": environments}
		output, err := cdk.Deploy(ctx, "local/*")
		if err != nil {
			t.Fatalf("deploy: %v\n%s", err, output)
		}
		return output
	}
	read := func(t *testing.T) localaws.Snapshot {
		t.Helper()
		s, err := local.Snapshot(ctx, region)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	step := func(name string, f func(t *testing.T)) {
		t.Helper()
		if !t.Run(name, f) {
			t.FailNow()
		}
	}

	var first localaws.Snapshot
	step("a first deployment stands as the file says", func(t *testing.T) {
		deploy(t, "config/environments")
		first = read(t)
		endpointStands(t, first, 2)
		scalingStands(t, first, 12, actions())
		loadBalancerStands(t, first)
	})
	step("the gateway answers", func(t *testing.T) { gatewayAnswers(ctx, t, local, gatewayFunction(t, first)) })
	step("the same deployment again changes nothing", func(t *testing.T) {
		output := deploy(t, "config/environments")
		if n := strings.Count(output, "(no changes)"); n != 4 {
			t.Errorf("got %d stacks without changes, want 4\n%s", n, output)
		}
		if diff := cmp.Diff(first, read(t)); diff != "" {
			t.Error(diff)
		}
	})
	step("a changed deployment changes what it names, and keeps the fleet that scaling has made", func(t *testing.T) {
		scaleOut(ctx, t, local, 9)
		deploy(t, changed(t))
		got := read(t)
		endpointStands(t, got, 9)
		if got.Endpoints[0].ConfigName == first.Endpoints[0].ConfigName {
			t.Error("the endpoint has its old configuration, want one with the new model")
		}
		scalingStands(t, got, 14, actions()[1:])
	})
	step("nothing is left after it is destroyed", func(t *testing.T) {
		cdk.Assembly = cdk.Output // what was deployed last
		if output, err := cdk.Run(ctx, "destroy", "--force", "local/*"); err != nil {
			t.Fatalf("destroy: %v\n%s", err, output)
		}
		got := read(t)
		if len(got.Stacks) != 1 || got.Stacks[0].Name != "CDKToolkit" {
			t.Errorf("got stacks %v, want only the CDK's own", got.Stacks)
		}
		got.Stacks = nil
		if diff := cmp.Diff(localaws.Snapshot{}, got); diff != "" {
			t.Error(diff)
		}
		nothingInTheNetwork(ctx, t, local)
	})
}

func start(ctx context.Context, t *testing.T) *localaws.AWS {
	t.Helper()
	python, err := localaws.Prepare(ctx, root, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	local, err := localaws.Start(ctx, localaws.Options{Dir: root, Python: python, CertificateARNs: []string{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	return local
}

// actions are the scheduled actions of config/environments/local.yaml, by name.
func actions() []localaws.ScheduledAction {
	action := func(name, schedule string, floor int) localaws.ScheduledAction {
		return localaws.ScheduledAction{Name: name, ResourceID: resourceID, Dimension: dimension,
			Schedule: schedule, Timezone: "Europe/London", Min: &floor}
	}
	return []localaws.ScheduledAction{
		action("evening-floor", "cron(30 17 ? * MON-FRI *)", 4),
		action("evening-release", "cron(30 23 ? * MON-FRI *)", 2),
		action("final-floor", "at(2027-05-29T18:00:00)", 10),
		action("final-release", "at(2027-05-30T08:00:00)", 2),
	}
}

func endpointStands(t *testing.T, got localaws.Snapshot, instances int) {
	t.Helper()
	if len(got.Endpoints) != 1 {
		t.Fatalf("got endpoints %v, want one", got.Endpoints)
	}
	e := got.Endpoints[0]
	if e.Name != endpoint || e.Status != "InService" || len(e.Variants) != 1 {
		t.Fatalf("got %+v, want %s in service with one variant", e, endpoint)
	}
	v := e.Variants[0]
	if v.Name != "main" || v.InstanceType != "ml.c6i.large" || v.CurrentInstances != instances || v.DesiredInstances != instances {
		t.Errorf("got %+v, want %d × ml.c6i.large", v, instances)
	}
}

func scalingStands(t *testing.T, got localaws.Snapshot, maximum int, actions []localaws.ScheduledAction) {
	t.Helper()
	targets := []localaws.ScalableTarget{{ResourceID: resourceID, Dimension: dimension, Min: 2, Max: maximum}}
	if diff := cmp.Diff(targets, got.ScalableTargets); diff != "" {
		t.Error(diff)
	}
	policies := []localaws.ScalingPolicy{{
		Name: "invocations-per-instance", Type: "TargetTrackingScaling", ResourceID: resourceID, Dimension: dimension,
		Tracking: &localaws.TargetTracking{
			Metric: "SageMakerVariantInvocationsPerInstance", Target: 100 * 0.7 * 60,
			ScaleOutCooldown: time.Minute, ScaleInCooldown: 5 * time.Minute,
		},
	}}
	if diff := cmp.Diff(policies, got.ScalingPolicies); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(actions, got.ScheduledActions); diff != "" {
		t.Error(diff)
	}
}

func loadBalancerStands(t *testing.T, got localaws.Snapshot) {
	t.Helper()
	if len(got.LoadBalancers) != 1 || len(got.TargetGroups) != 1 {
		t.Fatalf("got %d load balancers and %d target groups, want one of each", len(got.LoadBalancers), len(got.TargetGroups))
	}
	group, function := got.TargetGroups[0], gatewayFunction(t, got)
	if diff := cmp.Diff([]string{function.ARN + ":live"}, group.Targets); diff != "" {
		t.Errorf("the target group leads elsewhere: %s", diff)
	}
	if group.HealthCheckPath != "/ping" || !group.HealthCheckEnabled {
		t.Errorf("got health check %q, %v", group.HealthCheckPath, group.HealthCheckEnabled)
	}
	want := map[string]string{"ENDPOINT_NAME": endpoint, "MAX_BODY_BYTES": "1000000", "REQUEST_TIMEOUT": "1m10s"}
	if diff := cmp.Diff(want, function.Environment); diff != "" {
		t.Error(diff)
	}
	if got.LoadBalancers[0].Scheme != "internal" {
		t.Errorf("got scheme %q", got.LoadBalancers[0].Scheme)
	}
	forward := localaws.Rule{
		Priority:   "10",
		Conditions: []localaws.Condition{{Field: "path-pattern", Values: []string{"/invocations", "/endpoints/predictions-local/invocations", "/ping"}}},
		Actions:    []localaws.Action{{Type: "forward", TargetGroupARNs: []string{group.ARN}}},
	}
	listeners := map[int]localaws.Listener{
		443: {Protocol: "HTTPS", Port: 443, Certificates: []string{certificate}, Rules: []localaws.Rule{forward,
			{Priority: "default", Actions: []localaws.Action{{Type: "fixed-response", FixedResponse: "404"}}}}},
		80: {Protocol: "HTTP", Port: 80, Rules: []localaws.Rule{
			{Priority: "default", Actions: []localaws.Action{{Type: "redirect", Redirect: "HTTP_301 HTTPS://#{host}:443/#{path}?#{query}"}}}}},
	}
	if n := len(got.LoadBalancers[0].Listeners); n != len(listeners) {
		t.Errorf("got %d listeners, want %d", n, len(listeners))
	}
	for _, l := range got.LoadBalancers[0].Listeners {
		l.ARN = ""
		if diff := cmp.Diff(listeners[l.Port], l); diff != "" {
			t.Error(diff)
		}
	}
}

// gatewayFunction is the function that is told an endpoint.
func gatewayFunction(t *testing.T, got localaws.Snapshot) localaws.Function {
	t.Helper()
	for _, f := range got.Functions {
		if f.Environment["ENDPOINT_NAME"] != "" {
			return f
		}
	}
	t.Fatalf("no gateway among the functions %v", got.Functions)
	return localaws.Function{}
}

// scaleOut is what Application Auto Scaling does when a policy fires.
func scaleOut(ctx context.Context, t *testing.T, local *localaws.AWS, instances int32) {
	t.Helper()
	_, err := sagemaker.NewFromConfig(local.Config(region)).UpdateEndpointWeightsAndCapacities(ctx, &sagemaker.UpdateEndpointWeightsAndCapacitiesInput{
		EndpointName:                aws.String(endpoint),
		DesiredWeightsAndCapacities: []types.DesiredWeightAndCapacity{{VariantName: aws.String("main"), DesiredInstanceCount: &instances}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// changed is the environment with a higher maximum, one scheduled action fewer
// and another image.
func changed(t *testing.T) (dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "config", "environments", "local.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, c := range []struct{ old, new string }{
		{"maxCapacity: 12", "maxCapacity: 14"},
		{"predictions:1.0.0", "predictions:1.0.1"},
		{"  - name: evening-floor\n    schedule: cron(30 17 ? * MON-FRI *)\n    timezone: Europe/London\n    minCapacity: 4\n", ""},
	} {
		if n := strings.Count(text, c.old); n != 1 {
			t.Fatalf("local.yaml holds %q %d times, want once", c.old, n)
		}
		text = strings.Replace(text, c.old, c.new, 1)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "local.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}
