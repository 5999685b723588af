package docs_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestThePlanShownIsReal runs the command of docs/plan.md, and compares all that
// it prints.
func TestThePlanShownIsReal(t *testing.T) {
	t.Parallel()
	whatIsShownIsPrinted(t, "plan.md", "go run ./cmd/rehearse plan ")
	// make plan, of prod.
	quick := exec.CommandContext(t.Context(), "make", "-s", "plan")
	quick.Dir = root
	if out, err := quick.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "# final, Sat 29 May 2027 20:00 BST") {
		t.Errorf("%v\n%s", err, out)
	}
}
