package synth_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/test/checkout"
)

var parts = []string{"frontend", "inference", "monitoring", "network"}

// TestStrict: every environment and entrance passes CDK's validator as errors, without a warning.
func TestStrict(t *testing.T) {
	t.Parallel()
	made := strict()
	if made.status != 0 || regexp.MustCompile(`(?i)warning`).MatchString(made.output) {
		t.Errorf("got exit status %d, want 0 and no warning\n%s", made.status, made.output)
	}
}

// TestSnapshots compares what is deployed, template by template.
// Run it with -update, or `make golden`, after a change that is meant.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			got := templates(t, assembly(t, env))
			want := []string{}
			for _, part := range parts {
				want = append(want, env+"/"+part)
			}
			if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
				t.Fatal(diff)
			}
			for stack, template := range got {
				compare(t, filepath.Join("..", "snapshots", stack+".json"), normal(t, template))
			}
		})
	}
}

// TestNewEnvironment: what make new-env writes is synthesized as strictly as the others,
// its templates are four, and make events knows its event.
func TestNewEnvironment(t *testing.T) {
	t.Parallel()
	if got := templates(t, assembly(t, newEnvironment)); len(got) != len(parts) {
		t.Errorf("got the stacks %v, want %d", slices.Sorted(maps.Keys(got)), len(parts))
	}
	cmd := exec.Command("go", "run", "./cmd/events", "-env", newEnvironment, "-environments", filepath.Join(scratch, "environments"),
		"-now", "2027-05-28T12:00:00Z")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1 event, ") || !strings.Contains(string(out), "final") {
		t.Errorf("%v\n%s", err, out)
	}
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run make golden for a new environment", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs; if that is meant, run make golden\n%s", file, diff)
	}
}

var (
	assetHash = regexp.MustCompile(`[0-9a-f]{64}`)
	// versionHash ends the logical ID of a function's version, and follows its code.
	versionHash = regexp.MustCompile(`(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}`)
)

// normal is a template as sorted JSON, without the hashes of assets: the
// gateway's changes with every version of Go.
func normal(t *testing.T, template []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(template, &v); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return versionHash.ReplaceAll(assetHash.ReplaceAll(out.Bytes(), []byte("ASSET")), []byte("${1}VERSION"))
}

// TestLint: cfn-lint finds nothing but what is suppressed, with its reason, in
// .cfnlintrc.yaml or in a resource's metadata.
func TestLint(t *testing.T) {
	t.Parallel()
	assembly(t, environments[0])
	cfnLint(t, everyTemplate(t))
}

// everyTemplate are the files of all that strict synthesizes.
func everyTemplate(t *testing.T) []string {
	t.Helper()
	return templateFiles(t, together(), len(environments)+len(entrances)+2)
}

// templateFiles are those of the stacks of some environments.
func templateFiles(t *testing.T, dir string, environments int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "assembly-*", "*.template.json"))
	if want := environments * len(parts); err != nil || len(files) != want {
		t.Fatalf("got %d templates, want %d (%v)", len(files), want, err)
	}
	return files
}

// cfnLint fails unless cfn-lint is silent about templates.
func cfnLint(t *testing.T, files []string) {
	t.Helper()
	python, err := localaws.FindPython(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-c", "import sys; from cfnlint.runner import main; sys.exit(main())"}, files...)
	cmd := exec.Command(python, args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSeededViolation: the command of TestStrict fails when a stack breaks a
// rule of CDK's validator.
func TestSeededViolation(t *testing.T) {
	t.Parallel()
	got := cdk(root, nil, "synth", "-q", "--strict", "-c", "env=dev", "-o", t.TempDir(), "--app", seeded(t), "*/*")
	if got.status != 1 || !strings.Contains(got.output, "TopicNam") {
		t.Errorf("got exit status %d, want 1 and the property's name\n%s", got.status, got.output)
	}
}

// TestPanic: whatever panics ends as its message and exit status 1, and leaves
// nothing in the output.
func TestPanic(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	got := cdk(root, []string{"CDK_VALIDATION=false"}, "synth", "-q", "-c", "env=local", "-o", out, "--app", seeded(t), "local/*")
	if got.status != 1 || !strings.Contains(got.output, "synthesis failed: seeded panic\n") || strings.Contains(got.output, "goroutine") {
		t.Errorf("got exit status %d, want 1 and the message without a stack\n%s", got.status, got.output)
	}
	nothingIn(t, out)
}

// nothingIn fails when an output folder holds a template, manifest or asset.
func nothingIn(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") { // the CLI's own, of its process
			t.Errorf("got %s in the output, want nothing", e.Name())
		}
	}
}

// TestSameInAnotherFolder: synthesis is a pure function of the files. An
// environment alone, in a copy elsewhere, gives the templates and assets that it
// gives together with the others; one more file is one more Stage of four stacks.
func TestSameInAnotherFolder(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	if err := checkout.Copy(root, dir); err != nil {
		t.Fatal(err)
	}
	quick := []string{"CDK_VALIDATION=false"}
	var hashes []string
	for i, env := range []string{"dev", "prod"} { // one of either form of the gateway
		alone := filepath.Join(out, env)
		args := []string{"synth", "-q", "-c", "env=" + env, "-o", alone, env + "/*"}
		if i > 0 { // the first has built the app
			args = append(args, "--build", "true")
		}
		if got := cdk(dir, quick, args...); got.status != 0 {
			t.Fatalf("exit status %d\n%s", got.status, got.output)
		}
		elsewhere := templates(t, alone)
		for stack, template := range templates(t, assembly(t, env)) {
			if !bytes.Equal(template, elsewhere[stack]) {
				t.Errorf("%s differs:\n%s", stack, cmp.Diff(string(template), string(elsewhere[stack])))
			}
		}
		hashes = append(hashes, assets(t, alone)...)
	}
	slices.Sort(hashes)
	if diff := cmp.Diff(slices.Compact(hashes), assets(t, together())); diff != "" {
		t.Errorf("assets differ:\n%s", diff)
	}

	source, err := os.ReadFile(filepath.Join(dir, "config", "environments", "dev.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config", "environments", "one-more.yaml"), source, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	got := cdk(dir, quick, "ls", "--build", "true")
	if got.status != 0 {
		t.Fatalf("exit status %d\n%s", got.status, got.output)
	}
	for _, env := range append(slices.Clone(environments), "one-more") {
		for _, part := range parts {
			if !strings.Contains(got.output, env+"/"+part+" ("+env+"-"+part+")\n") {
				t.Errorf("no stack %s/%s in\n%s", env, part, got.output)
			}
		}
	}
	if n := strings.Count(got.output, ")\n"); n != len(parts)*(len(environments)+1) {
		t.Errorf("got %d stacks, want four an environment\n%s", n, got.output)
	}
}

// TestBadInput: an environment file with mistakes ends the command with exit
// status 1 and every mistake, and nothing is written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	t.Run("ten mistakes", func(t *testing.T) {
		t.Parallel()
		// The file and what is said of it are the config package's own.
		dir, out := t.TempDir(), t.TempDir()
		for _, ending := range []string{".yaml", ".txt"} {
			data, err := os.ReadFile(filepath.Join(root, "config", "testdata", "ten-mistakes"+ending))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "ten-mistakes"+ending), data, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		got := cdk(root, nil, "synth", "-q", "-c", "environments="+dir, "-o", out)
		if got.status != 1 {
			t.Errorf("got exit status %d, want 1", got.status)
		}
		said, err := os.ReadFile(filepath.Join(dir, "ten-mistakes.txt"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		if len(lines) != 10 {
			t.Errorf("got %d mistakes, want 10", len(lines))
		}
		for _, line := range lines {
			if want := filepath.Join(dir, line) + "\n"; !strings.Contains(got.output, want) {
				t.Errorf("want the line\n%s\nwithin\n%s", want, got.output)
			}
		}
		nothingIn(t, out)
	})
	t.Run("an environment that does not exist", func(t *testing.T) {
		t.Parallel()
		out := t.TempDir()
		got := cdk(root, nil, "synth", "-q", "-c", "env=production", "-o", out)
		if got.status != 1 {
			t.Errorf("got exit status %d, want 1", got.status)
		}
		for _, name := range append(slices.Clone(environments), "production") {
			if !strings.Contains(got.output, name) {
				t.Errorf("%q is not named in\n%s", name, got.output)
			}
		}
		nothingIn(t, out)
	})
}
