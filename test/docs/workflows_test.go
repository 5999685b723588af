package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	goyaml "go.yaml.in/yaml/v4"
)

// workflow is the part of a GitHub workflow that is held to rules.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct{ Uses, Run string }
	}
}

// TestWorkflows: they call targets of the Makefile, actions by their commit, and may write
// nothing but a release.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	const writer = "release.yml publish"
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows (%v)", err)
	}
	makefile := read(t, filepath.Join(root, "Makefile"))
	pinned := regexp.MustCompile(`uses: (\S+)@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)
	target := regexp.MustCompile(`(?m)^make ([a-z-]+)`)
	commits := map[string]string{}
	for _, file := range files {
		text, name := read(t, file), filepath.Base(file)
		var w workflow
		if err := goyaml.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s: got permissions %v, want contents: read, and more in a job that needs it", name, w.Permissions)
		}
		for job, j := range w.Jobs {
			if len(j.Permissions) > 0 && name+" "+job != writer {
				t.Errorf("%s: the job %s has permissions of its own, %v", name, job, j.Permissions)
			}
			for _, step := range j.Steps {
				for _, m := range target.FindAllStringSubmatch(step.Run, -1) {
					if !strings.Contains(makefile, "\n"+m[1]+":") {
						t.Errorf("%s: the job %s calls make %s, which is no target", name, job, m[1])
					}
				}
			}
		}
		if got, want := len(pinned.FindAllString(text, -1)), strings.Count(text, "uses: "); got != want {
			t.Errorf("%s: %d of %d actions are pinned, as in uses: OWNER/NAME@COMMIT # v1.2.3", name, got, want)
		}
		for _, m := range pinned.FindAllStringSubmatch(text, -1) {
			if was, known := commits[m[1]]; known && was != m[0] {
				t.Errorf("%s: got %s, and elsewhere %s", name, m[0], was)
			}
			commits[m[1]] = m[0]
		}
	}
}
