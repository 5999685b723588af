package stacks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUpdate: the endpoint says how its fleet is exchanged, and names the alarms that
// are given and those that are made, which depend on nothing.
func TestUpdate(t *testing.T) {
	got, _, _ := synthesized(t, "update")
	names := map[string]string{} // of the alarms, by what watches what
	thresholds := map[string]any{}
	for id, r := range got.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" || !strings.HasPrefix(id, "EndpointRollback") {
			continue
		}
		name := strings.TrimRight(strings.TrimPrefix(id, "EndpointRollback"), "0123456789ABCDEF")
		names[name], thresholds[name] = id, r.Properties["Threshold"]
		text, err := json.Marshal(r.Properties)
		if err != nil || strings.Contains(string(text), "Fn::GetAtt") || strings.Contains(string(text), "Ref") {
			t.Errorf("%s refers to a resource: %s", id, text)
		}
	}
	want := map[string]any{"mainErrorRate": 0.02, "mainModelLatency": 400_000.0, "largeErrorRate": 0.02, "largeModelLatency": 900_000.0}
	if diff := cmp.Diff(want, thresholds); diff != "" {
		t.Errorf("thresholds (-want +got)\n%s", diff)
	}
	alarm := func(name string) any { return map[string]any{"AlarmName": map[string]any{"Ref": names[name]}} }
	deployment := map[string]any{
		"BlueGreenUpdatePolicy": map[string]any{
			"TrafficRoutingConfiguration": map[string]any{
				"Type": "CANARY", "CanarySize": map[string]any{"Type": "CAPACITY_PERCENT", "Value": 20.0}, "WaitIntervalInSeconds": 600.0,
			},
			"TerminationWaitInSeconds": 300.0, "MaximumExecutionTimeoutInSeconds": 7200.0,
		},
		"AutoRollbackConfiguration": map[string]any{"Alarms": []any{
			map[string]any{"AlarmName": "predictions-complaints"},
			alarm("mainErrorRate"), alarm("mainModelLatency"), alarm("largeErrorRate"), alarm("largeModelLatency"),
		}},
	}
	endpoint := got.One(t, "AWS::SageMaker::Endpoint").Properties
	if diff := cmp.Diff(deployment, endpoint["DeploymentConfig"]); diff != "" {
		t.Errorf("the deployment configuration (-want +got)\n%s", diff)
	}
	excluded := []any{map[string]any{"VariantPropertyType": "DesiredWeight"}}
	if diff := cmp.Diff(excluded, endpoint["ExcludeRetainedVariantProperties"]); diff != "" || endpoint["RetainAllVariantProperties"] != true {
		t.Errorf("what is retained is %v, without (-want +got)\n%s", endpoint["RetainAllVariantProperties"], diff)
	}
}
