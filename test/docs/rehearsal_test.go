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
	command := whatIsShownIsPrinted(t, "rehearsal.md", "go run ./cmd/rehearse run ")
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

// TestTheRehearsalOfTheReadmeIsReal: what the README shows of make rehearse stands in
// docs/rehearsal.md, which the program's output is compared with.
func TestTheRehearsalOfTheReadmeIsReal(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "rehearsal.md"))
	_, shown, _ := strings.Cut(read(t, filepath.Join(root, "README.md")), "\nmake rehearse\n")
	_, shown, _ = strings.Cut(shown, "```text\n")
	shown, _, found := strings.Cut(shown, "\n```")
	if !found {
		t.Fatal("the README shows no rehearsal")
	}
	for _, line := range strings.Split(shown, "\n") {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("the README shows %q, and docs/rehearsal.md does not", line)
		}
	}
}

// whatIsShownIsPrinted runs the one command of a page of docs that begins with
// start, and compares all that it prints with what the page shows below it.
func whatIsShownIsPrinted(t *testing.T, page, start string) (command string) {
	t.Helper()
	text := read(t, filepath.Join(root, "docs", page))
	command = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(start) + `.*$`).FindString(text)
	_, shown, _ := strings.Cut(text, command+"\n```\n\n```text\n")
	shown, _, found := strings.Cut(shown, "```")
	if command == "" || !found {
		t.Fatalf("%s shows no %s, or not what it prints", page, start)
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
	return command
}
