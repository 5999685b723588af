package autoscaling_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

var updateGolden = flag.Bool("update", false, "rewrite testdata/cloudformation")

// resources is all that a target renders, as a template has it.
func resources(t autoscaling.ScalableTarget) map[string]any {
	resource := func(kind string, properties map[string]any) map[string]any {
		return map[string]any{"Type": kind, "Properties": properties}
	}
	ref := func(id string) any { return map[string]any{"Ref": id} }
	out := map[string]any{"Target": resource("AWS::ApplicationAutoScaling::ScalableTarget", t.CloudFormation())}
	for i, p := range t.Policies {
		out["Policy"+string(rune('A'+i))] = resource("AWS::ApplicationAutoScaling::ScalingPolicy", p.CloudFormation(ref("Target")))
	}
	for i, p := range t.StepPolicies {
		id := "Step" + string(rune('A'+i))
		out[id] = resource("AWS::ApplicationAutoScaling::ScalingPolicy", p.CloudFormation(ref("Target")))
		out[id+"Alarm"] = resource("AWS::CloudWatch::Alarm", p.Alarm.CloudFormation(ref(id)))
	}
	return map[string]any{"Resources": out}
}

func TestCloudFormation(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "cloudformation")
	for name, target := range autoscalingtest.Kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if ps := target.Validate(); ps != nil {
				t.Error(ps)
			}
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(resources(target)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name+".json")
			if *updateGolden {
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != len(autoscalingtest.Kinds()) && !*updateGolden {
		t.Errorf("%d files for %d kinds (%v)", len(files), len(autoscalingtest.Kinds()), err)
	}
}
