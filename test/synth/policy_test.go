package synth_test

import (
	"strings"
	"testing"
)

// TestPolicy: a template that breaks a rule of security stops the synthesis,
// also without CDK's validator, and one of those for production does in
// production. That they hold only there is in TestStrict: dev's load balancer
// breaks them.
func TestPolicy(t *testing.T) {
	t.Parallel()
	got := cdk(root, []string{"CDK_VALIDATION=false"}, "synth", "-q", "-c", "env=prod", "-o", t.TempDir(), "--app", seeded(t), "prod/*")
	if got.status != 1 || !strings.Contains(got.output, "sagemaker-policy::listener-uses-tls[prod/network/Seeded]") {
		t.Errorf("got exit status %d, want 1 and the rule\n%s", got.status, got.output)
	}
}
