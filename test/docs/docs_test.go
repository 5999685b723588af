// Package docs_test holds the written word to the code.
package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md", "examples/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			found[file] = read(t, file)
		}
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, link := range links(text) {
			path, _, _ := strings.Cut(link, "#")
			if path == "" {
				continue // of the page itself: TestAnchorsLeadSomewhere
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), path)); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}

// links are the targets of a page's links to files and headings, also of those that have
// their target on a line of its own.
func links(text string) (found []string) {
	for _, m := range regexp.MustCompile(`(?m)(?:\]\(|^\[[^]]+\]: )([^)\s]+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") {
			found = append(found, m[1])
		}
	}
	return found
}

// TestHelpFits runs make help in a terminal of 80 columns.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("make", "help")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "make local ") {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if len(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
}

func TestMakeTargetsExist(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		makefile := read(t, filepath.Join(root, "Makefile"))
		if own, err := os.ReadFile(filepath.Join(filepath.Dir(page), "Makefile")); err == nil {
			makefile += string(own) // an example's
		}
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s: there is no target %q", page, m[1])
			}
		}
	}
}

// TestFactsAreOnThePage: what the code cites can be looked up, and the page
// holds nothing that is not cited.
func TestFactsAreOnThePage(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^- \*\*([A-I][0-9]+)\*\*`).FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "aws-facts.md")), -1) {
		listed[m[1]] = true
	}
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.go", "*.py", "*.md", "*.yaml")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	citation := regexp.MustCompile(`\b[Ff]acts? ((?:[A-I][0-9]+(?:, | and | to )?)+)`)
	cited := map[string]bool{}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasSuffix(name, "docs_test.go") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, name)); os.IsNotExist(err) {
			continue // moved, and git does not know yet
		}
		for _, m := range citation.FindAllStringSubmatch(read(t, filepath.Join(root, name)), -1) {
			for _, fact := range regexp.MustCompile(`[A-I][0-9]+`).FindAllString(m[1], -1) {
				cited[fact] = true
				if !listed[fact] {
					t.Errorf("%s cites fact %s, which docs/aws-facts.md does not have", name, fact)
				}
			}
		}
	}
	for fact := range listed {
		if !cited[fact] {
			t.Errorf("docs/aws-facts.md has fact %s, which nothing cites", fact)
		}
	}
}

// TestErrorsShownAreReal: the README shows errors of a file that is a test of
// package config.
func TestErrorsShownAreReal(t *testing.T) {
	t.Parallel()
	real := read(t, filepath.Join(root, "config", "testdata", "ten-mistakes.txt"))
	shown := 0
	for _, line := range strings.Split(read(t, filepath.Join(root, "README.md")), "\n") {
		if strings.HasPrefix(line, "ten-mistakes.yaml:") {
			shown++
			if !strings.Contains(real, line+"\n") {
				t.Errorf("the README shows %q, which is not what is printed", line)
			}
		}
	}
	if shown == 0 {
		t.Error("the README shows no error")
	}
}

// TestWhatIsPrintedIsReal runs the commands that docs/a-final.md shows: what it
// shows behind one, and before the next, is printed.
func TestWhatIsPrintedIsReal(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "a-final.md"))
	commands := regexp.MustCompile("go run \\./cmd/events [^`\n]*-now [^`\n]*").FindAllStringIndex(page, -1)
	if len(commands) == 0 {
		t.Error("the page shows no command")
	}
	for i, at := range commands {
		end := len(page)
		if i+1 < len(commands) {
			end = commands[i+1][0]
		}
		command, behind := page[at[0]:at[1]], page[at[1]:end]
		args := strings.Fields(command)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		blocks := strings.Split(behind, "```text\n")[1:]
		for _, shown := range blocks {
			shown, _, _ = strings.Cut(shown, "```")
			if !strings.Contains(string(out), shown) {
				t.Errorf("the page shows\n%s\nand %s prints\n%s", shown, command, out)
			}
		}
		if len(blocks) == 0 {
			t.Errorf("the page does not show what %s prints", command)
		}
	}
}

// TestYAMLShownIsReal: what the pages show of an environment is in prod.yaml.
func TestYAMLShownIsReal(t *testing.T) {
	t.Parallel()
	prod := map[string]bool{}
	for _, line := range strings.Split(read(t, filepath.Join(root, "config", "environments", "prod.yaml")), "\n") {
		line, _, _ = strings.Cut(line, " #")
		prod[strings.TrimRight(line, " ")] = true
	}
	shown := 0
	for page, text := range pages(t) {
		if slices.ContainsFunc([]string{"scaling.md", "endpoints.md", "frontend.md", "gateway.md", "updates.md", "models.md",
			"monitoring.md"}, func(name string) bool { return filepath.Base(page) == name }) {
			continue // each is loaded as an environment by a test of its own
		}
		for _, block := range strings.Split(text, "```yaml\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
				shown++
				if !prod[line] {
					t.Errorf("%s shows %q, which is not in prod.yaml", page, line)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("no page shows an environment")
	}
}
