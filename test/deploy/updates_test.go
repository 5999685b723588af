package deploy_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// updatesStand deploys an environment file whose updates are canaries: the alarms stand
// before the endpoint, which names them. No update is played.
func updatesStand(ctx context.Context, t *testing.T, local *localaws.AWS) {
	data, err := os.ReadFile(filepath.Join(root, "config", "testdata", "valid", "update.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	environments := t.TempDir()
	text := strings.NewReplacer("eu-west-1", region, "name: predictions", "name: canaries").Replace(string(data))
	if err := os.WriteFile(filepath.Join(environments, "update.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	// CDK's validator has it in test/synth.
	cdk := localaws.CDK{AWS: local, Dir: root, Region: region, App: app, Unvalidated: true, Output: t.TempDir(),
		Context: map[string]string{"env": "update", "environments": environments}}
	if output, err := cdk.Deploy(ctx, "update/inference"); err != nil {
		t.Fatalf("deploy: %v\n%s", err, output)
	}

	config := local.Config(region)
	resources, err := cloudformation.NewFromConfig(config).DescribeStackResources(ctx,
		&cloudformation.DescribeStackResourcesInput{StackName: aws.String("update-inference")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range resources.StackResources {
		if *r.ResourceType == "AWS::CloudWatch::Alarm" && strings.Contains(*r.LogicalResourceId, "Rollback") {
			names = append(names, *r.PhysicalResourceId)
		}
	}
	alarms, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: names})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != 4 || len(alarms.MetricAlarms) != len(names) {
		t.Errorf("of the alarms %q %d stand, want 4", names, len(alarms.MetricAlarms))
	}
	for _, a := range alarms.MetricAlarms {
		if len(a.AlarmActions) != 0 {
			t.Errorf("the alarm %s sets off %q, want nothing but a rollback", *a.AlarmName, a.AlarmActions)
		}
	}
}
