package inference_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// updated is the template of an endpoint with an update of its own.
func updated(t *testing.T, u *autoscaling.Update) (template.Template, *inference.Endpoint) {
	t.Helper()
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Update: u,
		Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.g6.xlarge"}},
	})
	return template.Of(t, stack), endpoint
}

func TestUpdateKinds(t *testing.T) {
	share := func(kind string, value float64) object { return object{"Type": kind, "Value": value} }
	blueGreen := func(routing object, termination, timeout float64) object {
		return object{"BlueGreenUpdatePolicy": object{"TrafficRoutingConfiguration": routing,
			"TerminationWaitInSeconds": termination, "MaximumExecutionTimeoutInSeconds": timeout}}
	}
	for name, test := range map[string]struct {
		of   *autoscaling.Update
		want any
	}{
		"default": {nil, nil},
		"at once": {&autoscaling.Update{TerminationWait: 10 * time.Minute}, blueGreen(object{"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0.0}, 600, 7800)},
		"linear": {&autoscaling.Update{Linear: &autoscaling.Linear{Step: autoscaling.FleetShare{Percent: 25}, Wait: 5 * time.Minute}},
			blueGreen(object{"Type": "LINEAR", "LinearStepSize": share("CAPACITY_PERCENT", 25), "WaitIntervalInSeconds": 300.0}, 0, 8400)},
		"rolling": {&autoscaling.Update{Timeout: time.Hour, Rolling: &autoscaling.Rolling{Batch: autoscaling.FleetShare{Instances: 2},
			RollbackBatch: &autoscaling.FleetShare{Percent: 50}, Wait: time.Minute}},
			object{"RollingUpdatePolicy": object{"MaximumBatchSize": share("INSTANCE_COUNT", 2), "RollbackMaximumBatchSize": share("CAPACITY_PERCENT", 50),
				"WaitIntervalInSeconds": 60.0, "MaximumExecutionTimeoutInSeconds": 3600.0}}},
	} {
		got, _ := updated(t, test.of)
		properties := got.One(t, "AWS::SageMaker::Endpoint").Properties
		if diff := cmp.Diff(test.want, properties["DeploymentConfig"]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if properties["RetainAllVariantProperties"] != true || properties["RetainDeploymentConfig"] != nil {
			t.Errorf("%s: retained is %v, and the deployment configuration %v, want true and nothing", name,
				properties["RetainAllVariantProperties"], properties["RetainDeploymentConfig"])
		}
	}
}

// TestRollbackAlarms: an alarm for each threshold, and the model's role may describe
// them and those that are given, and no other.
func TestRollbackAlarms(t *testing.T) {
	got, endpoint := updated(t, &autoscaling.Update{TerminationWait: 10 * time.Minute, Rollback: &autoscaling.Rollback{
		Alarms:             []string{"complaints"},
		RollbackThresholds: autoscaling.RollbackThresholds{ErrorRate: 0.02, ModelLatency: 250 * time.Millisecond},
	}})
	if n := len(endpoint.RollbackAlarms); n != 2 {
		t.Errorf("got %d alarms, want 2", n)
	}
	dimensions := []any{object{"Name": "EndpointName", "Value": "odds"}, object{"Name": "VariantName", "Value": "main"}}
	stat := func(name string) object {
		return object{"Metric": object{"Namespace": "AWS/SageMaker", "MetricName": name, "Dimensions": dimensions}, "Stat": "Sum", "Period": 60.0}
	}
	common := func(description string, threshold float64, with object) object {
		out := object{"AlarmDescription": description + "; it rolls back an update of the endpoint", "Threshold": threshold,
			"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3.0, "DatapointsToAlarm": 2.0, "TreatMissingData": "notBreaching"}
		for key, value := range with {
			out[key] = value
		}
		return out
	}
	want := map[string]object{
		"ErrorRate": common("Share of 5xx errors among the requests of variant main of endpoint odds", 0.02, object{"Metrics": []any{
			object{"Id": "errors", "MetricStat": stat("Invocation5XXErrors"), "ReturnData": false},
			object{"Id": "invocations", "MetricStat": stat("Invocations"), "ReturnData": false},
			object{"Id": "rate", "Expression": "IF(invocations > 0, FILL(errors, 0) / invocations, 0)", "ReturnData": true},
		}}),
		"ModelLatency": common("p99 of the model latency of variant main of endpoint odds, in microseconds", 250_000, object{
			"Namespace": "AWS/SageMaker", "MetricName": "ModelLatency", "Dimensions": dimensions, "ExtendedStatistic": "p99", "Period": 60.0}),
	}
	alarms, ids := map[string]object{}, map[string]string{}
	for id, r := range got.Resources {
		if r.Type == "AWS::CloudWatch::Alarm" {
			name := strings.TrimRight(strings.TrimPrefix(id, "EndpointRollbackmain"), "0123456789ABCDEF")
			alarms[name], ids[name] = r.Properties, id
		}
	}
	if diff := cmp.Diff(want, alarms); diff != "" {
		t.Errorf("alarms (-want +got)\n%s", diff)
	}
	var allowed []any
	for _, s := range got.Statements() {
		if s["Action"] == "cloudwatch:DescribeAlarms" {
			allowed = append(allowed, s["Resource"])
		}
	}
	arns := []any{[]any{"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:complaints", getAtt(ids["ErrorRate"], "Arn"), getAtt(ids["ModelLatency"], "Arn")}}
	if diff := cmp.Diff(arns, allowed); diff != "" {
		t.Errorf("may be described (-want +got)\n%s", diff)
	}
}

// TestUpdateProblems: the rules are the model's, at the field of the construct.
func TestUpdateProblems(t *testing.T) {
	err := inference.EndpointProps{
		EndpointName: "odds", Variants: []inference.VariantProps{{Model: &inference.Model{}, InstanceType: "ml.inf1.xlarge"}},
		Update: &autoscaling.Update{Canary: &autoscaling.Canary{Size: autoscaling.FleetShare{Percent: 60}, Wait: time.Minute}},
	}.Validate()
	for _, want := range []string{"Update.Canary: SageMaker updates ml.inf1.xlarge all at once", "Update.Canary.Size.Percent: got 60"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
