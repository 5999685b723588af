package docs_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThePlanShownIsReal runs the command of docs/plan.md, and compares all that
// it prints.
func TestThePlanShownIsReal(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "plan.md"))
	command := regexp.MustCompile(`(?m)^go run \./cmd/rehearse plan .*$`).FindString(page)
	_, shown, _ := strings.Cut(page, command+"\n```\n\n```text\n")
	shown, _, found := strings.Cut(shown, "```")
	if command == "" || !found {
		t.Fatal("the page shows no plan, or not what it prints")
	}
	args := strings.Fields(command)
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if string(out) != shown {
		t.Errorf("the page shows\n%s\nand %s prints\n%s", shown, command, out)
	}
	// make plan, in short.
	quick := exec.CommandContext(t.Context(), "make", "-s", "plan", "BUDGET=20")
	quick.Dir = root
	if out, err := quick.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "# final, Sat 29 May 2027 20:00 BST") {
		t.Errorf("%v\n%s", err, out)
	}
}
