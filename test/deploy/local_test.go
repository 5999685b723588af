package deploy_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMakeLocal runs the README's first command, beside the other tests'
// local AWS.
func TestMakeLocal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "make", "local")
	cmd.Dir = root
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range []string{
		"local-network    CREATE_COMPLETE",
		"local-inference  CREATE_COMPLETE",
		"local-frontend   CREATE_COMPLETE",
		"predictions-local  InService",
		"endpoint/predictions-local/variant/main  2 to 12 instances",
		"SageMakerVariantInvocationsPerInstance at 4200, cooldown 1m0s out, 5m0s in",
		"final-floor ",
		"200 OK application/json " + predicted,
		"served by  variant main in ",
		".local/cdk.out-local.",
		"Done in ",
	} {
		if !strings.Contains(string(out), line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
}

// TestMakeLocalElsewhere: an environment of a real account is not deployed to
// the local AWS under another's name.
func TestMakeLocalElsewhere(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("make", "local", "ENV=prod")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	want := `environment prod: account: got "777788889999": the local AWS is account 123456789012; take an environment of that account, such as local`
	if err == nil || !strings.Contains(string(out), want) {
		t.Errorf("got %v, want %q in\n%s", err, want, out)
	}
}
