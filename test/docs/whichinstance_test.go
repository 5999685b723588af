package docs_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "renew what docs/which-instance.md and docs/changes.md show")

// TestWhichInstance runs the command of docs/which-instance.md, and compares the
// table that it prints and the picture that it draws. It takes seconds: four
// plans are made, and a hundred evenings are rehearsed.
func TestWhichInstance(t *testing.T) {
	t.Parallel()
	path := filepath.Join(root, "docs", "which-instance.md")
	page := read(t, path)
	command := regexp.MustCompile(`(?m)^go run \./cmd/rehearse compare .*$`).FindString(page)
	before, rest, found := strings.Cut(page, command+"\n```\n\n```text\n")
	shown, after, ends := strings.Cut(rest, "```")
	if command == "" || !found || !ends {
		t.Fatal("the page shows no comparison, or not what it prints")
	}
	picture := filepath.Join(root, "docs", "which-instance.svg")
	drawn := filepath.Join(t.TempDir(), "which-instance.svg")
	if *update {
		drawn = picture
	}
	args := strings.Fields(strings.Replace(command, "docs/which-instance.svg", "DRAWN", 1))
	for i, arg := range args {
		if arg == "DRAWN" {
			absolute, err := filepath.Abs(drawn)
			if err != nil {
				t.Fatal(err)
			}
			args[i] = absolute
		}
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+command+"\n```\n\n```text\n"+string(out)+"```"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	const renew = "make which-instance renews it; look at the answer and the picture then"
	if string(out) != shown {
		t.Errorf("the page shows\n%s\nand %s prints\n%s\n%s", shown, command, out, renew)
	}
	if read(t, drawn) != read(t, picture) {
		t.Error("the picture is another one: " + renew)
	}
	// The figures that the answer rests on are those of the table.
	answer, _, _ := strings.Cut(page, "![")
	figures := regexp.MustCompile(`\$([0-9]+\.[0-9]+)|([0-9]+) (?:requests/s|requests fail)`).FindAllStringSubmatch(answer, -1)
	if len(figures) < 6 {
		t.Errorf("the answer has %d figures", len(figures))
	}
	for _, figure := range figures {
		if !strings.Contains(shown, " "+figure[1]+figure[2]+" ") {
			t.Errorf("the answer says %q, which is not in the table", figure[0])
		}
	}
}
