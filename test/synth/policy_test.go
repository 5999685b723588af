package synth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicy: a template that breaks a rule of security stops the synthesis,
// also without CDK's validator. That the rules for production hold only there
// is in TestStrict: dev's load balancer breaks them.
func TestPolicy(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(root, "config", "environments", "dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(data), "  certificateArn: ")
	if !found {
		t.Fatal("dev.yaml has no certificate")
	}
	_, after, _ = strings.Cut(after, "\n")
	text := strings.Replace(before, "\nregion:", "\nproduction: true\nregion:", 1) + "  plainHttp: true\n" + after
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "odd.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got := cdk(root, []string{"CDK_VALIDATION=false"}, "synth", "-q", "-c", "environments="+dir, "-o", t.TempDir(), "odd/*")
	if got.status != 1 || !strings.Contains(got.output, "sagemaker-policy::listener-uses-tls[odd/frontend/LoadBalancer") {
		t.Errorf("got exit status %d, want 1 and the rule\n%s", got.status, got.output)
	}
}
