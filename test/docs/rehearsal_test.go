package docs_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheRehearsalShownIsReal runs the command of docs/rehearsal.md, which is
// that of make rehearse, and compares all that it prints.
func TestTheRehearsalShownIsReal(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "rehearsal.md"))
	command := regexp.MustCompile(`(?m)^go run \./cmd/rehearse run .*$`).FindString(page)
	_, shown, _ := strings.Cut(page, command+"\n```\n\n```text\n")
	shown, _, found := strings.Cut(shown, "```")
	if command == "" || !found {
		t.Fatal("the page shows no rehearsal, or not what it prints")
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
	dry := exec.CommandContext(t.Context(), "make", "-s", "-n", "rehearse")
	dry.Dir = root
	made, err := dry.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, made)
	}
	plain := strings.Join(strings.Fields(strings.ReplaceAll(string(made), "\\\n", " ")), " ")
	if !strings.Contains(plain, command+" --html bin/rehearsal.html") {
		t.Errorf("make rehearse runs\n%s\nand the page shows\n%s", plain, command)
	}
}
