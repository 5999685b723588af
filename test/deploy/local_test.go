package deploy_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestMakeLocal runs the README's first command, beside the other tests'
// local AWS.
func TestMakeLocal(t *testing.T) {
	t.Parallel()
	out := makeLocal(t)
	want := append(shown(t),
		"  local-network     CREATE_COMPLETE",
		"  local-inference   CREATE_COMPLETE",
		"  local-frontend    CREATE_COMPLETE",
		"  local-monitoring  CREATE_COMPLETE",
		"  final-floor ",
		"  served by  variant main in ",
		"  .local/cdk.out-local.",
		"Done in ")
	for _, line := range want {
		if !strings.Contains("\n"+out, "\n"+line) {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	for line := range strings.Lines(out) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
}

func makeLocal(t *testing.T, arguments ...string) (output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "make", append([]string{"local"}, arguments...)...)
	cmd.Dir = root
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
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

// TestMakeLocalOfProduction: an environment of another account, whose gateway is
// a service, is deployed to a local AWS of that account, and its gateway streams.
func TestMakeLocalOfProduction(t *testing.T) {
	t.Parallel()
	out := makeLocal(t, "ENV=prod")
	for _, line := range []string{
		"  prod-frontend    CREATE_COMPLETE",
		"  prod-monitoring  CREATE_COMPLETE",
		"  gateway    service on FARGATE, 1 task of",
		"             777788889999.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0",
		"  reply      200 OK application/json {\"predictions\":[0.8125]}",
		"  streamed   200 OK application/json {\"predictions\":[0.8125]}",
		"Rehearsal of endpoint/predictions-prod/variant/main",
		"  traffic   a World Cup semi-final with a peak of 6000 requests/s, kick-off",
		"            2027-05-29 18:50 UTC",
		"  report    bin/rehearsal-prod.html",
	} {
		if !strings.Contains("\n"+out, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	page, err := os.ReadFile(filepath.Join(root, "bin", "rehearsal-prod.html"))
	if err != nil || !strings.Contains(string(page), "endpoint/predictions-prod/variant/main") {
		t.Errorf("the report is not about what was deployed: %v", err)
	}
}
