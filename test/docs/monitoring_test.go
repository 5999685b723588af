package docs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestMonitoringExamplesWork loads each example as part of an environment.
func TestMonitoringExamplesWork(t *testing.T) {
	t.Parallel()
	minimal := read(t, filepath.Join(root, "config", "testdata", "valid", "minimal.yaml"))
	for _, block := range examples(t, "monitoring.md") {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "example.yaml"), []byte(with(minimal, block)), 0o644); err != nil {
			t.Fatal(err)
		}
		if loaded, err := config.Load(dir, ""); err != nil || len(loaded[0].Monitoring.Emails) == 0 {
			t.Errorf("the example\n%s\nis refused, or tells nobody: %v", block, err)
		}
	}
}
