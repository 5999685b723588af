package cloudformation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"go.yaml.in/yaml/v4"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// asTemplate writes a target as constructs/scaling does: its policies refer to
// it, and their alarms to them. Keys are in order, so that the policies are. suffix
// ends the logical IDs.
func asTemplate(target autoscaling.ScalableTarget, suffix string) map[string]any {
	ref := func(id string) any { return map[string]any{"Ref": id} }
	targetID := "Target" + suffix
	resources := map[string]any{
		targetID: map[string]any{
			"Type":       "AWS::ApplicationAutoScaling::ScalableTarget",
			"Properties": target.CloudFormation(),
		},
	}
	for i, p := range target.Policies {
		resources[fmt.Sprintf("Tracking%d", i)+suffix] = map[string]any{
			"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": p.CloudFormation(ref(targetID))}
	}
	for i, p := range target.StepPolicies {
		id := fmt.Sprintf("Step%d", i) + suffix
		resources[id] = map[string]any{
			"Type":       "AWS::ApplicationAutoScaling::ScalingPolicy",
			"Properties": p.CloudFormation(ref(targetID)),
		}
		resources["AlarmOf"+id] = map[string]any{
			"Type":       "AWS::CloudWatch::Alarm",
			"Properties": p.Alarm.CloudFormation(ref(id)),
		}
	}
	return map[string]any{"Resources": resources}
}

// TestReadWhatIsWritten: any model comes back from a template, JSON or YAML.
func TestReadWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := autoscalingtest.AnyTarget().Filter(func(t autoscaling.ScalableTarget) bool {
			return t.Dimension.Namespace() == autoscaling.ServiceNamespace
		}).Draw(rt, "target")
		written := asTemplate(want, "")
		if rapid.Bool().Draw(rt, "in a loop") {
			written = map[string]any{
				"Transform": "AWS::LanguageExtensions",
				"Resources": map[string]any{"Fn::ForEach::All": []any{"Nr", []any{"1"}, asTemplate(want, "${Nr}")["Resources"]}},
			}
		}
		asJSON, err := json.MarshalIndent(written, "", " ")
		if err != nil {
			rt.Fatal(err)
		}
		asYAML, err := yaml.Dump(written)
		if err != nil {
			rt.Fatal(err)
		}
		for ending, data := range map[string][]byte{"json": asJSON, "yaml": asYAML} {
			r, err := cloudformation.Read("template."+ending, data, cloudformation.Options{})
			if err == nil {
				err = r.Err()
			}
			if err != nil || len(r.Scaled) != 1 {
				rt.Fatalf("%v, %d that scale in\n%s", err, len(r.Scaled), data)
			}
			got := r.Scaled[0].Subject.Target
			got.Asynchronous = want.Asynchronous // said in the endpoint's configuration
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("%s: (-want +got)\n%s", ending, diff)
			}
		}
	})
}

// TestHostileTemplates: what is huge or deep ends soon, as a problem.
func TestHostileTemplates(t *testing.T) {
	t.Parallel()
	bomb := "Conditions:\n  C0: !Equals [a, a]\n"
	outputs := "Outputs:\n  O0: {Value: a, Export: {Name: o0}}\n"
	for i := 1; i < 60; i++ {
		bomb += fmt.Sprintf("  C%d: !And [!Condition C%d, !Condition C%d]\n", i, i-1, i-1)
		outputs += fmt.Sprintf(
			"  O%d: {Value: !Join [\"\", [!ImportValue o%d, !ImportValue o%d]], Export: {Name: o%d}}\n",
			i,
			i-1,
			i-1,
			i,
		)
	}
	target := "Resources:\n  T:\n    Type: AWS::ApplicationAutoScaling::ScalableTarget\n    Condition: C59\n    Properties: {ResourceId: %s, ServiceNamespace: sagemaker, ScalableDimension: \"sagemaker:variant:DesiredInstanceCount\", MinCapacity: 1, MaxCapacity: 2}\n"
	loops := "Transform: AWS::LanguageExtensions\nResources:\n"
	loop := "{\"R${A}${B}${C}${D}${E}\": {Type: AWS::SNS::Topic}}"
	for _, name := range []string{"E", "D", "C", "B", "A"} {
		loop = fmt.Sprintf(
			"{\"Fn::ForEach::L%s\": [%s, [%s], %s]}",
			name,
			name,
			strings.TrimSuffix(strings.Repeat("a,", 60), ","),
			loop,
		)
	}
	many := make([]string, 600)
	for i := range many {
		many[i] = fmt.Sprint("r", i)
	}
	off := "Parameters: {P: {Type: String, Default: x}}\n" + strings.Replace(
		bomb,
		"[a, a]",
		"[a, !Ref P]",
		1,
	) + "Resources:\n"
	for i := range 500 {
		off += fmt.Sprintf("  T%d: {Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Condition: C59}\n", i)
	}
	stairs := ""
	for i := range 400 {
		stairs += strings.Repeat(" ", i) + "a:\n"
	}
	for name, test := range map[string]struct{ text, want string }{
		"brackets":             {strings.Repeat("[", 100_000), "levels are nested"},
		"JSON brackets":        {`{"Resources": ` + strings.Repeat("[", 100_000), "levels are nested"},
		"braces":               {strings.Repeat("{a: ", 30_000), "not valid JSON"},
		"hyphens":              {strings.Repeat("- ", 60_000), "levels are nested"},
		"question marks":       {strings.Repeat("? ", 60_000), "levels are nested"},
		"stairs":               {stairs, "levels are nested"},
		"tags":                 {"a: " + strings.Repeat("!Ref ", 20_000), "not valid YAML"},
		"empty items":          {strings.Repeat("-\n", 500_000), "more than 100000 values"},
		"empty keys":           {strings.Repeat("a:\n", 300_000), "is repeated"},
		"commas":               {"[" + strings.Repeat(",", 900_000) + "]", "more than 100000 values"},
		"empty functions":      {strings.Repeat("a: !Ref\n", 24_000), "is repeated"},
		"empty function items": {strings.Repeat("- !Ref\n", 24_000), "it has no Resources"},
		"documents":            {strings.Repeat("---\na\n", 160_000), "a second document begins"},
		"size":                 {strings.Repeat("#\n", 600_000), "at most 1048576 bytes, this one has 1200000"},
		"conditions":           {bomb + fmt.Sprintf(target, "endpoint/a/variant/b"), ""},
		"outputs":              {bomb + outputs + fmt.Sprintf(target, "!ImportValue o59"), "make too much of each other"},
		"loops in loops":       {loops + "  " + loop[1:len(loop)-1], "the loops make more than 100000 values"},
		"a long loop":          {loops + "  Fn::ForEach::L: [A, [" + strings.Join(many, ", ") + "], {\"T${A}\": {Type: AWS::SNS::Topic}}]", "at most 500 of them"},
		"many conditions":      {off, "it is not made"},
		"a condition of Value": {"Resources: {T: {Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Condition: [1]}}", "there is no condition"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := cloudformation.Read("f", []byte(test.text), cloudformation.Options{})
			if err == nil {
				err = r.Err()
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
