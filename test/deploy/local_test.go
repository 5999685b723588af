package deploy_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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
	want := append(shown(t),
		"  local-network    CREATE_COMPLETE",
		"  local-inference  CREATE_COMPLETE",
		"  local-frontend   CREATE_COMPLETE",
		"  final-floor ",
		"  served by  variant main in ",
		"  .local/cdk.out-local.",
		"Done in ")
	for _, line := range want {
		if !strings.Contains("\n"+string(out), "\n"+line) {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
}

// shown is what the README says that the command prints.
func shown(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "```text\n")
	block, _, found := strings.Cut(after, "\n```")
	if !found {
		t.Fatal("the README shows no output")
	}
	return strings.Split(block, "\n")
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
