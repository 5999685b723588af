package docs_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestTheNewEnvironmentShownIsWritten gives the program the arguments of the page.
func TestTheNewEnvironmentShownIsWritten(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "a-final.md"))
	m := regexp.MustCompile(`(?s)make new-env NAME=(\w+) ARGS="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page shows no command")
	}
	dir := t.TempDir()
	args := strings.Fields(strings.ReplaceAll(m[2], "\\\n", " "))
	cmd := exec.Command("go", append([]string{"run", "./cmd/newenv", "--environments", dir, "--name", m[1]}, args...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := config.Load(dir, m[1]); err != nil {
		t.Error(err)
	}
}
