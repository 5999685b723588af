// Package upgrade_test compares the templates of the last release with today's: what an
// update of a stack that stands does beyond changes in place is named in the CHANGELOG.
package upgrade_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// TestUpgrade: `make release-templates` has kept the templates of the last release.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	kept, err := os.ReadDir("testdata")
	if err != nil || len(kept) != 1 {
		t.Fatalf("got %v in testdata, want the templates of the last release alone (%v)", kept, err)
	}
	version := kept[0].Name()
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	latest := regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+) - `).FindStringSubmatch(string(text))
	if latest != nil && "v"+latest[1] != version {
		t.Errorf("the CHANGELOG has version %s, and testdata the templates of %s: run make release-templates VERSION=v%[1]s",
			latest[1], version)
	}
	for _, broken := range unnamed(stacks(t, filepath.Join("testdata", version)), stacks(t, "../snapshots"), unreleased(string(text))) {
		t.Errorf("since %s, %s\n\tname it in backticks under Unreleased in the CHANGELOG, and say what to do; or, before %[1]s is tagged, "+
			"run make release-templates VERSION=%[1]s", version, broken)
	}
}

// stacks reads the templates in the folders of environments.
func stacks(t *testing.T, dir string) (list []changes.Stack) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates in %s (%v)", dir, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		env, part := filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".json")
		stack, err := changes.ReadStack(env+"-"+part, body)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, stack)
	}
	return list
}

// unreleased is the section of a changelog with what comes next.
func unreleased(changelog string) string {
	_, rest, _ := strings.Cut(changelog, "\n## Unreleased\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	return section
}

// unnamed returns what an update from one release to the next breaks and notes does not
// name in backticks: resources that do not change in place, and resources, outputs and
// stacks that are gone.
func unnamed(from, to []changes.Stack, notes string) (broken []string) {
	names := func(id string) bool { return strings.Contains(notes, "`"+id+"`") }
	for _, was := range from {
		i := slices.IndexFunc(to, func(s changes.Stack) bool { return s.Name == was.Name })
		if i < 0 {
			if !names(was.Name) {
				broken = append(broken, was.Name+" is gone")
			}
			continue
		}
		for id := range was.Template.Outputs {
			// Outputs between stacks of one environment are CDK's: Compare judges what they refer to.
			_, stays := to[i].Template.Outputs[id]
			if !stays && !strings.HasPrefix(id, "PublishOutputRef") && !names(id) {
				broken = append(broken, fmt.Sprintf("%s: the output %s is gone", was.Name, id))
			}
		}
	}
	for _, c := range changes.Compare(from, to) {
		does := c.Verdict.String()
		if c.Action == changes.Remove {
			does = "gone"
		} else if c.Verdict == changes.InPlace {
			continue
		}
		if !names(c.LogicalID) {
			told := fmt.Sprintf("%s: %s (%s): %s: %s", c.Stack, c.LogicalID, c.Type, does, c.Reason)
			broken = append(broken, strings.TrimSuffix(told, ": "))
		}
	}
	slices.Sort(broken)
	return broken
}
