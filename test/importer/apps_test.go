package importer_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// Limits of an example, so that it is read to its end.
const (
	maxExampleLines = 130 // of main.go
	maxTestLines    = 30  // of a test
	maxReadmeLines  = 40
)

// TestExamples runs "make test" of each app in examples, a module of its own, as whoever
// copies it does, and holds it to one layout.
func TestExamples(t *testing.T) {
	root, err := filepath.Abs(template.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(root, "examples", "*", "go.mod"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("got %v (%v), want modules in examples", folders, err)
	}
	index := read(t, filepath.Join(root, "examples", "README.md"))
	for _, file := range folders {
		dir := filepath.Dir(file)
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(index, "]("+name+")") {
				t.Errorf("examples/README.md does not lead to %s; add a row", name)
			}
			checkLayout(t, root, dir)
			cmd := exec.CommandContext(t.Context(), "make", "test")
			cmd.Dir, cmd.Env = dir, withoutMake(os.Environ())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("make test: %v\n%s", err, out)
			}
		})
	}
}

// TestExampleSaysMistakes breaks both environment files of the pipelines example: it says each
// mistake, and nothing else.
func TestExampleSaysMistakes(t *testing.T) {
	example, dir := filepath.Join(template.Root(t), "examples", "pipelines"), t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "environments"), 0o755); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	maximum := regexp.MustCompile(`maxCapacity: \d+`)
	for _, name := range []string{"staging", "prod"} {
		file := filepath.Join("environments", name+".yaml")
		text := maximum.ReplaceAllString(read(t, filepath.Join(example, file)), "maxCapacity: none")
		write(t, filepath.Join(dir, file), text)
		line := strings.Count(text[:strings.Index(text, "maxCapacity:")], "\n") + 1
		fmt.Fprintf(&want, "%s:%d:16: scaling.maxCapacity: got none: must be a whole number; "+
			"write digits alone, without words or a unit\n", file, line)
	}
	program := filepath.Join(dir, "app")
	run(t, example, nil, "go", "build", "-o", program, ".")
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || string(out) != want.String() {
		t.Errorf("got %v\n%s\nwant status 1 and\n%s", err, out, want.String())
	}
}

// checkLayout fails the test where an example lacks a file of the layout, is too long to be
// read, has a test of its own kind, or is synthesized with another CDK CLI or with other flags
// of CDK than the app.
func checkLayout(t *testing.T, root, dir string) {
	t.Helper()
	for file, limit := range map[string]int{"main.go": maxExampleLines, "README.md": maxReadmeLines} {
		if n := strings.Count(read(t, filepath.Join(dir, file)), "\n"); n > limit {
			t.Errorf("%s has %d lines, want %d at most", file, n, limit)
		}
	}
	for name, n := range testLengths(t, filepath.Join(dir, "main_test.go")) {
		if n >= maxTestLines {
			t.Errorf("%s has %d lines, want fewer than %d", name, n, maxTestLines)
		}
	}
	first := filepath.Join(root, "examples", "shortest", "main_test.go")
	if read(t, filepath.Join(dir, "main_test.go")) != read(t, first) {
		t.Error("main_test.go differs from the shortest example's; copy it, they are one test")
	}
	pinned := "aws-cdk@" + pinnedCLI(t, root) + " "
	if !strings.Contains(read(t, filepath.Join(dir, "Makefile")), pinned) {
		t.Errorf("the Makefile does not run %q, the CDK CLI that package.json pins", pinned)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "testdata", "*.json")); err != nil || len(files) == 0 {
		t.Errorf("got %v (%v), want a template in testdata", files, err)
	}
	got, want := cdkContext(t, dir), cdkContext(t, root)
	maps.DeleteFunc(got, func(key string, _ any) bool { return !strings.HasPrefix(key, "@aws-cdk") })
	if !maps.EqualFunc(got, want, func(a, b any) bool {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		return string(x) == string(y)
	}) {
		t.Errorf("cdk.json has other flags than the one at the root; copy its context")
	}
}

// testLengths is the number of lines of each test in a file.
func testLengths(t *testing.T, file string) map[string]int {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	lengths := map[string]int{}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
			lengths[f.Name.Name] = files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1
		}
	}
	if len(lengths) == 0 {
		t.Errorf("%s has no test", file)
	}
	return lengths
}

// pinnedCLI is the version of the CDK CLI in the root's package.json.
func pinnedCLI(t *testing.T, root string) string {
	t.Helper()
	var pinned struct{ DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "package.json"))), &pinned); err != nil {
		t.Fatal(err)
	}
	return pinned.DevDependencies["aws-cdk"]
}

// cdkContext is the context in a folder's cdk.json.
func cdkContext(t *testing.T, dir string) map[string]any {
	t.Helper()
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "cdk.json"))), &settings); err != nil {
		t.Fatal(err)
	}
	return settings.Context
}

// withoutMake is an environment without what an outer make says to an inner one.
func withoutMake(environ []string) (kept []string) {
	for _, v := range environ {
		if !strings.HasPrefix(v, "MAKE") && !strings.HasPrefix(v, "MFLAGS=") {
			kept = append(kept, v)
		}
	}
	return kept
}
