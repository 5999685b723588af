package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// templateSubject is the subject of a template with a scalable target called
// Target and one policy called Policy.
func templateSubject(t *testing.T, file string) lint.Subject {
	t.Helper()
	var template struct {
		Resources struct {
			Policy struct{ Properties map[string]any }
			Target struct {
				Properties map[string]any
				Metadata   map[string]autoscaling.Facts
			}
		}
	}
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &template)
	}
	if err != nil {
		t.Fatal(err)
	}
	target, err := autoscaling.ReadScalableTarget(template.Resources.Target.Properties)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := autoscaling.ReadTargetTrackingPolicy(template.Resources.Policy.Properties)
	if err != nil {
		t.Fatal(err)
	}
	target.Policies = []autoscaling.TargetTrackingPolicy{policy}
	if err := target.Validate().Err(); err != nil {
		t.Fatalf("this is an error, and not the lint.s: %v", err)
	}
	return lint.Subject{Target: target, Facts: template.Resources.Target.Metadata[autoscaling.FactsKey]}
}

// TestTemplateFindings: what no environment file can say, a template can. Each
// file is one mistake, and what is said of it stands beside it.
func TestTemplateFindings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata: ", err)
	}
	for _, file := range files {
		found := lint.Lint(templateSubject(t, file))
		var got strings.Builder
		for _, f := range found {
			got.WriteString(f.String() + "\n")
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".txt")
		if err != nil {
			t.Errorf("%v: it would have\n%s", err, got.String())
			continue
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" || len(found) != 1 {
			t.Errorf("%s: %d findings (-want +got)\n%s", file, len(found), diff)
		}
	}
}
