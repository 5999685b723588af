package docs_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestModelExamplesWork loads each example as the model of an environment. Together they
// show every key.
func TestModelExamplesWork(t *testing.T) {
	t.Parallel()
	minimal := read(t, filepath.Join(root, "config", "testdata", "valid", "minimal.yaml"))
	for _, own := range sections(minimal) {
		if strings.HasPrefix(own, "model:") {
			minimal = strings.Replace(minimal, own, "", 1)
		}
	}
	blocks := examples(t, "models.md")
	for _, block := range blocks {
		if _, err := config.Parse("example.yaml", "example", []byte(with(minimal, block))); err != nil {
			t.Errorf("the example\n%s\nis refused: %v", block, err)
		}
	}
	page{"models.md", strings.Join(blocks, "")}.shows(t, "model", environmentSchema(t).Properties["model"])
}
