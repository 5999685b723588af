package deploy_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// variantsStand deploys an environment file with two variants and policies of
// every kind, and reads back what the file says of each variant.
func variantsStand(ctx context.Context, t *testing.T, local *localaws.AWS) {
	data, err := os.ReadFile(filepath.Join(root, "config", "testdata", "valid", "policies.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	environments := t.TempDir()
	text := strings.ReplaceAll(string(data), "eu-west-1", region)
	if err := os.WriteFile(filepath.Join(environments, "policies.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(environments, "policies")
	if err != nil {
		t.Fatal(err)
	}
	// CDK's validator has it in test/synth.
	cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Unvalidated: true, Output: t.TempDir(),
		Context: map[string]string{"env": "policies", "environments": environments}}
	if output, err := (localaws.CDK{AWS: local, Dir: root, Region: region}).Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	if output, err := cdk.Deploy(ctx, "policies/inference"); err != nil {
		t.Fatalf("deploy: %v\n%s", err, output)
	}

	snapshot, err := local.Snapshot(ctx, region)
	if err != nil {
		t.Fatal(err)
	}
	client := applicationautoscaling.NewFromConfig(local.Config(region))
	steps := 0
	for _, v := range loaded[0].ProductionVariants() {
		want := v.ScalableTarget()
		steps += len(want.StepPolicies)
		var actions, standing []string
		for _, a := range want.ScheduledActions {
			actions = append(actions, a.Name)
		}
		for _, a := range snapshot.ScheduledActions {
			if a.ResourceID == want.ResourceID {
				standing = append(standing, a.Name)
			}
		}
		slices.Sort(actions)
		slices.Sort(standing)
		if diff := cmp.Diff(actions, standing); diff != "" || len(actions) == 0 {
			t.Errorf("the actions of %s (-want +got)\n%s", v.Name, diff)
		}
		want.ScheduledActions = nil // deployed reads what else there is
		if diff := cmp.Diff(want, deployed(ctx, t, client, want)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", v.Name, diff)
		}
	}

	alarms, err := cloudwatch.NewFromConfig(local.Config(region)).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(alarms.MetricAlarms) != steps || steps == 0 {
		t.Errorf("%d alarms stand, want one for each of %d step policies", len(alarms.MetricAlarms), steps)
	}
	for _, a := range alarms.MetricAlarms {
		if len(a.AlarmActions) != 1 || !strings.Contains(a.AlarmActions[0], "endpoint/predictions/variant/main") {
			t.Errorf("the alarm %s sets off %q, want a policy of main", *a.AlarmName, a.AlarmActions)
		}
	}
}
