package synth_test

import (
	"path/filepath"
	"testing"
)

// TestUpdate: an environment whose updates are canaries with alarms of their own
// passes CDK's validator as errors, without a finding, and cfn-lint is silent about it.
func TestUpdate(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	environments := filepath.Join("config", "testdata", "valid")
	got := cdk(root, nil, "synth", "-q", "--strict", "-c", "env=update", "-c", "environments="+environments, "-o", out, "update/*")
	if got.status != 0 {
		t.Fatalf("exit status %d\n%s", got.status, got.output)
	}
	cfnLint(t, templateFiles(t, out, 1))
}
