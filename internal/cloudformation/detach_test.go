package cloudformation_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

func body(t *testing.T, text string) map[string]any {
	t.Helper()
	var template map[string]any
	if err := json.Unmarshal([]byte(text), &template); err != nil {
		t.Fatal(err)
	}
	return template
}

func bodyOf(t *testing.T, file string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, string(data))
}

// TestDetachOfTheApp: prod loses its target, policies and step alarm, and
// nothing else changes.
func TestDetachOfTheApp(t *testing.T) {
	t.Parallel()
	const file = "../../test/snapshots/prod/inference.json"
	given, want := bodyOf(t, file), bodyOf(t, file)
	scaling := func(id string, _ any) bool { return strings.HasPrefix(id, "Scaling") }
	maps.DeleteFunc(want["Resources"].(map[string]any), scaling)
	got, err := cloudformation.Detach(given, "predictions-prod", "main")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if diff := cmp.Diff(bodyOf(t, file), given); diff != "" {
		t.Errorf("the given template changed (-before +after)\n%s", diff)
	}
	if left := slices.Sorted(maps.Keys(got["Resources"].(map[string]any))); len(left) != 6 {
		t.Errorf("got %q, want model, role, its two policies, configuration and endpoint", left)
	}
}

// twoVariants has main, with everything that may refer to it, and next, which
// stays as it is. WITH stands for further resources.
const twoVariants = `{
  "Parameters": {"Count": {"Type": "Number"}},
  "Resources": {
    "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {
      "EndpointName": "odds", "EndpointConfigName": "one"}},
    "Main": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "DependsOn": "Endpoint", "Properties": {
      "MinCapacity": {"Ref": "Count"}, "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/main"}}},
    "MainTracks": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {
      "ScalingTargetId": {"Ref": "Main"}}},
    "MainSteps": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "DependsOn": ["Main", "MainTracks"],
      "Properties": {"ResourceId": "endpoint/odds/variant/main", "PolicyName": "steps"}},
    "MainAlarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [{"Ref": "MainSteps"}]}},
    "Told": {"Type": "AWS::CloudWatch::Alarm", "DependsOn": "MainSteps", "Properties": {
      "AlarmActions": [{"Fn::GetAtt": ["MainSteps", "Arn"]}, "arn:aws:sns:eu-west-1:123456789012:told"],
      "OKActions": [{"Ref": "MainSteps"}], "InsufficientDataActions": []}},
    "Watched": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
      "AlarmActions": [{"Ref": "MainSteps"}], "Threshold": 1}},
    "Composite": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {
      "AlarmRule": {"Fn::Sub": "ALARM(\"${Watched}\")"}}},
    "Next": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "DependsOn": ["Main", "Endpoint", "MainTracks"],
      "Properties": {"ResourceId": "endpoint/odds/variant/next"}},
    "NextSteps": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {
      "ScalingTargetId": {"Ref": "Next"}}},
    "NextAlarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
      "AlarmActions": [{"Ref": "NextSteps"}], "OKActions": []}}
    WITH
  },
  "Outputs": {"Policy": {"Value": {"Fn::GetAtt": "MainSteps.Arn"}}, "Name": {"Value": "Main"}}
}`

// TestDetach: what refers to the scaling loses the reference and no more, the
// other variant and other alarms stay.
func TestDetach(t *testing.T) {
	t.Parallel()
	given := strings.Replace(twoVariants, "WITH", "", 1)
	want := body(t, given)
	resources := want["Resources"].(map[string]any)
	for _, id := range []string{"Main", "MainTracks", "MainSteps", "MainAlarm"} {
		delete(resources, id)
	}
	resources["Told"] = body(t, `{"Type": "AWS::CloudWatch::Alarm", "Properties": {
		"AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:told"], "InsufficientDataActions": []}}`)
	resources["Watched"] = body(t, `{"Type": "AWS::CloudWatch::Alarm", "Properties": {"Threshold": 1}}`)
	resources["Next"].(map[string]any)["DependsOn"] = []any{"Endpoint"}
	delete(want["Outputs"].(map[string]any), "Policy")
	got, err := cloudformation.Detach(body(t, given), "odds", "main")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v (-want +got)\n%s", err, diff)
	}
	// A second variant is detached from what is left of the first.
	got, err = cloudformation.Detach(got, "odds", "next")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Composite", "Endpoint", "Told", "Watched"},
		slices.Sorted(maps.Keys(got["Resources"].(map[string]any)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDetachRefuses(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return strings.Replace(twoVariants, "WITH", more, 1) }
	for _, test := range []struct{ name, given, variant, want string }{
		{
			"another variant", with(""), "other",
			`Resources: got "endpoint/odds/variant/other": no scalable target has this resource ID; ` +
				`name one that does: endpoint/odds/variant/main, endpoint/odds/variant/next`,
		},
		{
			"nothing scales", `{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}`, "main",
			`Resources: got "endpoint/odds/variant/main": no scalable target has this resource ID; ` +
				`nothing scales in this template: deploy without detaching`,
		},
		{
			"others need it", with(`,
				"Tells": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::Sub": "of ${Main}"}}},
				"Acts": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [
					{"Fn::If": ["Live", {"Ref": "MainSteps"}, {"Ref": "AWS::NoValue"}]}]}}`), "main",
			`Resources.Acts: got "MainSteps": the scaling cannot be left out: this resource refers to it; ` +
				"remove the reference, deploy, and detach the variant then\n" +
				`Resources.Tells: got "Main": the scaling cannot be left out: this resource refers to it; ` +
				"remove the reference, deploy, and detach the variant then",
		},
		{
			"nothing else", `{"Resources": {"Main": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget",
				"Properties": {"ResourceId": "endpoint/odds/variant/main"}}}}`, "main",
			"Resources: the stack has nothing but this scaling, and a stack without resources is refused; " +
				"delete the stack instead, and deploy it again after the endpoint's update",
		},
		{
			"no template", `{"Ressources": {}}`, "main",
			"got Ressources: this is not a CloudFormation template: it has no Resources; " +
				"give a template, JSON or YAML, or a cloud assembly's folder",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := cloudformation.Detach(body(t, test.given), "odds", test.variant)
			if got != nil || err == nil || err.Error() != test.want {
				t.Errorf("got %v, and\n%v\nwant\n%s", got, err, test.want)
			}
		})
	}
}
