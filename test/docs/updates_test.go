package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TestUpdateExamplesWork loads each example as part of an environment. Together they
// show every key.
func TestUpdateExamplesWork(t *testing.T) {
	t.Parallel()
	minimal := read(t, filepath.Join(root, "config", "testdata", "valid", "minimal.yaml"))
	blocks := examples(t, "updates.md")
	for _, block := range blocks {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "example.yaml"), []byte(with(minimal, block)), 0o644); err != nil {
			t.Fatal(err)
		}
		if loaded, err := config.Load(dir, ""); err != nil || loaded[0].Update == nil {
			t.Errorf("the example\n%s\nis refused: %v", block, err)
		}
	}
	page{"updates.md", strings.Join(blocks, "")}.shows(t, "update", environmentSchema(t).Properties["update"])
}

// TestUpdatesSideBySide computes the table of the kinds.
func TestUpdatesSideBySide(t *testing.T) {
	t.Parallel()
	text, quarter, wait := read(t, filepath.Join(root, "docs", "updates.md")), autoscaling.FleetShare{Percent: 25}, 10*time.Minute
	for _, row := range []struct {
		name string
		of   *autoscaling.Update
	}{
		{"all at once", nil},
		{"all at once, watched", &autoscaling.Update{TerminationWait: wait}},
		{"canary", &autoscaling.Update{Canary: &autoscaling.Canary{Size: autoscaling.FleetShare{Percent: 20}, Wait: wait}, TerminationWait: 5 * time.Minute}},
		{"linear", &autoscaling.Update{Linear: &autoscaling.Linear{Step: quarter, Wait: wait}}},
		{"rolling", &autoscaling.Update{Rolling: &autoscaling.Rolling{Batch: quarter, Wait: wait}}},
		{"rolling, back in batches", &autoscaling.Update{Rolling: &autoscaling.Rolling{Batch: quarter, RollbackBatch: &autoscaling.FleetShare{Instances: 3}, Wait: wait}}},
	} {
		const fleet = 12
		u := row.of
		want := fmt.Sprintf("| %s | %d | %s | %d | %d |\n", row.name, u.Steps(fleet), problem.Duration(u.Waits(fleet)), u.Instances(fleet), u.RollbackInstances(fleet))
		if !strings.Contains(text, want) {
			t.Errorf("docs/updates.md has no row %s", want)
		}
	}
}
