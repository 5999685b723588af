package synth_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVariants: an environment with two variants, and policies of every kind,
// passes CDK's validator (what the lint says of policies that fight each other is
// no matter here). Each variant has its own scalable target, policies and
// scheduled actions, and the one that has the default name keeps the logical IDs
// that it has where it is the only one.
func TestVariants(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	environments := filepath.Join("config", "testdata", "valid")
	got := cdk(root, nil, "synth", "-q", "-c", "env=policies", "-c", "environments="+environments, "-o", out, "policies/*")
	if got.status != 0 {
		t.Fatalf("exit status %d\n%s", got.status, got.output)
	}
	type resource struct {
		Type       string
		Properties map[string]any
		DependsOn  any
	}
	var template struct{ Resources map[string]resource }
	if err := json.Unmarshal(templates(t, out)["policies/inference"], &template); err != nil {
		t.Fatal(err)
	}
	ids := func(kind string) (found []string) {
		for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
			if template.Resources[id].Type == kind {
				found = append(found, id)
			}
		}
		return found
	}

	snapshot := templateIDs(t, filepath.Join("..", "snapshots", "local", "inference.json"))
	targets := map[string]string{} // by logical ID
	for _, id := range ids("AWS::ApplicationAutoScaling::ScalableTarget") {
		name, _ := template.Resources[id].Properties["ResourceId"].(string)
		targets[id] = strings.TrimPrefix(name, "endpoint/predictions/variant/")
		if targets[id] == "main" && !slices.Contains(snapshot, id) {
			t.Errorf("main's target is %s, which is not the only variant's in environment local", id)
		}
		if n := len(template.Resources[id].Properties["ScheduledActions"].([]any)); n == 0 {
			t.Errorf("%s has no scheduled action", targets[id])
		}
	}
	if names := slices.Sorted(maps.Values(targets)); !slices.Equal(names, []string{"main", "next"}) {
		t.Fatalf("got targets of %q, want main and next", names)
	}
	policies := map[string][]string{} // by variant
	for _, id := range ids("AWS::ApplicationAutoScaling::ScalingPolicy") {
		p := template.Resources[id].Properties
		variant := targets[p["ScalingTargetId"].(map[string]any)["Ref"].(string)]
		policies[variant] = append(policies[variant], p["PolicyName"].(string))
	}
	for _, names := range policies {
		slices.Sort(names)
	}
	want := map[string][]string{
		"main": {"concurrent-requests-per-instance", "emergency", "gpu", "invocations-per-instance", "night", "offered-load", "queue", "share", "surge"},
		"next": {"invocations-per-instance"},
	}
	if diff := cmp.Diff(want, policies); diff != "" {
		t.Errorf("policies (-want +got)\n%s", diff)
	}
	if alarms, models := ids("AWS::CloudWatch::Alarm"), ids("AWS::SageMaker::Model"); len(alarms) != 4 || len(models) != 2 {
		t.Errorf("got %d alarms and %d models, want one alarm for each of 4 step policies, and 2 models", len(alarms), len(models))
	}
}

// templateIDs are the logical IDs of a template.
func templateIDs(t *testing.T, file string) []string {
	t.Helper()
	var template struct{ Resources map[string]any }
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &template)
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(maps.Keys(template.Resources))
}
