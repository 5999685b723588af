package deploy_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// rollbackAlarm is the name of the alarm that rolls a canary back.
const rollbackAlarm = "endpoint-errors"

// canary synthesizes the file, and makes the endpoint's update a canary that
// rollbackAlarm rolls back. What it returns deploys that.
func (e *duringEvent) canary(ctx context.Context, t *testing.T, file string) func() (output string, err error) {
	t.Helper()
	cdk := e.cdk(t, file)
	if output, err := cdk.Run(ctx, "synth", "--quiet", "local/inference"); err != nil {
		t.Fatalf("synth: %v\n%s", err, output)
	}
	path := inferenceTemplate(t, cdk.Output)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := replace(t, string(data), `"RetainAllVariantProperties": true`, `"RetainAllVariantProperties": true,
    "DeploymentConfig": {
     "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {
      "Type": "CANARY", "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10}, "WaitIntervalInSeconds": 300}},
     "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "`+rollbackAlarm+`"}]}
    }`)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cdk.Assembly = cdk.Output
	return func() (string, error) { return cdk.Deploy(ctx, "local/inference") }
}

// alarmIs puts rollbackAlarm into a state.
func (e *duringEvent) alarmIs(ctx context.Context, t *testing.T, state cloudwatchtypes.StateValue) {
	t.Helper()
	client, name := cloudwatch.NewFromConfig(e.local.Config(region)), aws.String(rollbackAlarm)
	_, err := client.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: name, Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocation5XXErrors"),
		Statistic: cloudwatchtypes.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
		Threshold: aws.Float64(5), ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: name, StateValue: state, StateReason: aws.String("test"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// isRolledBack wants the last deployment rolled back because of reason.
func (e *duringEvent) isRolledBack(ctx context.Context, t *testing.T, reason string) {
	t.Helper()
	stacks := e.snapshot(ctx, t).Stacks
	for _, s := range stacks {
		rolledBack := s.Status == "UPDATE_ROLLBACK_COMPLETE" && strings.Contains(s.StatusReason, reason)
		if s.Name == "local-inference" && rolledBack {
			return
		}
	}
	t.Errorf("got %+v, want local-inference rolled back because of %q", stacks, reason)
}
