package docs_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheFindingsShownAreReal synthesizes the environment that the page shows
// two findings of.
func TestTheFindingsShownAreReal(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(read(t, filepath.Join(root, "docs", "lint.md")), "\n## Two findings\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, shown, _ := strings.Cut(section, "```text\n")
	shown, _, _ = strings.Cut(shown, "```")
	if n := strings.Count(shown, "WARNING "); n != 2 {
		t.Errorf("the page shows %d findings, want two", n)
	}
	bin, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npx", "cdk", "--no-notices", "--no-color", "synth", "-q",
		"-c", "environments=test/docs/testdata", "-o", t.TempDir(), "odds/*")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CDK_VALIDATION=false", "CDK_DISABLE_CLI_TELEMETRY=true")
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range strings.Split(strings.TrimSpace(shown), "\n") {
		if !strings.Contains(string(out), line) {
			t.Errorf("the page shows %q, which is not within\n%s", line, out)
		}
	}
	if n := strings.Count(string(out), "WARNING "); n != 2 {
		t.Errorf("%d findings are printed, want two\n%s", n, out)
	}
}
