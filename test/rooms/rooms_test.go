// Package rooms_test holds the module to its plan: which package may import
// which, so that imports run downwards only.
package rooms_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/sagemaker-autoscaling-inference/cdk"
	cdk    = "CDK" // stands for awscdk, constructs and jsii
)

// rooms says what each room may import, of this module's rooms and of CDK.
// docs/architecture.md says why.
var rooms = map[string][]string{
	"":                            {cdk, "config", "constructs/lint", "constructs/policy", "stacks"},
	"stacks":                      {cdk, "config", "constructs/inference", "constructs/scaling", "constructs/frontend", "constructs/lint", "invalid"},
	"constructs/inference":        {cdk, "autoscaling", "artifact", "invalid"},
	"constructs/scaling":          {cdk, "autoscaling", "invalid"},
	"constructs/lint":             {cdk, "autoscaling", "cloudformation", "invalid"},
	"constructs/policy":           {cdk},
	"constructs/frontend":         {cdk, "access", "artifact", "autoscaling", "capacity", "constructs/scaling", "gateway/compile", "gateway/settings", "invalid"},
	"config":                      {"access", "autoscaling", "schedule", "capacity", "artifact", "gateway/settings", "invalid"},
	"autoscaling":                 {"schedule", "capacity", "invalid"},
	"autoscaling/autoscalingtest": {"autoscaling"},
	"cloudformation":              {"autoscaling", "invalid"},
	"rehearsal":                   {"autoscaling", "capacity", "invalid", "rehearsal/queueing", "rehearsal/trace", "schedule"},
	"rehearsal/exact":             {},
	"rehearsal/frontend":          {"autoscaling", "capacity", "rehearsal", "schedule"},
	"rehearsal/plan":              {"autoscaling", "capacity", "invalid", "rehearsal", "rehearsal/trace", "schedule"},
	"rehearsal/queueing":          {},
	"rehearsal/report":            {"autoscaling", "rehearsal", "rehearsal/frontend"},
	"rehearsal/trace":             {"invalid"},
	"schedule":                    {"invalid"},
	"capacity":                    {},
	"artifact":                    {"invalid"},
	"access":                      {"invalid"},
	"invalid":                     {},
	"gateway":                     {"gateway/pressure", "gateway/settings", "gateway/upstream", "invalid"},
	"gateway/compile":             {},
	"gateway/pressure":            {},
	"gateway/sagemakertest":       {},
	"gateway/settings":            {"invalid"},
	"gateway/tracing":             {},
	"gateway/upstream":            {},
	"localaws":                    {"invalid"},
	"localaws/lambdatarget":       {"invalid", "localaws/process"},
	"localaws/process":            {},
	"localaws/tasktarget":         {"invalid", "localaws/process"},
	"cmd/gateway":                 {"gateway", "gateway/tracing"},
	"cmd/events":                  {"autoscaling", "config"},
	"cmd/local":                   {"autoscaling", "cloudformation", "config", "gateway/compile", "invalid", "localaws", "localaws/lambdatarget", "localaws/tasktarget", "rehearsal", "rehearsal/report", "rehearsal/trace", "schedule"},
	"cmd/rehearse":                {"autoscaling", "cloudformation", "config", "invalid", "rehearsal", "rehearsal/frontend", "rehearsal/plan", "rehearsal/report", "rehearsal/trace"},
	"cmd/schema":                  {"config"},
}

// everything under test/ may import everything.
func free(room string) bool { return room == "test" || strings.HasPrefix(room, "test/") }

func TestImports(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range packages(t) {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		seen[room] = true
		if free(room) {
			continue
		}
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%q has no place in the plan: add it to the table here and to docs/architecture.md", room)
			continue
		}
		for _, imported := range p.Imports {
			if what, ours := roomOf(imported); ours && !slices.Contains(allowed, what) {
				t.Errorf("%q imports %s, which it may not: it may import %q", room, imported, allowed)
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("%q is in the plan and does not exist", room)
		}
	}
}

// The pure packages start no Node.js process, not even through another package.
func TestPureThroughAndThrough(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if free(room) || slices.Contains(rooms[room], cdk) {
			continue
		}
		for _, dep := range p.Deps {
			if what, _ := roomOf(dep); what == cdk {
				t.Errorf("%q depends on %s", room, dep)
			}
		}
	}
}

// roomOf is the room that an import path belongs to, and whether the plan
// speaks of it.
func roomOf(path string) (room string, ours bool) {
	switch {
	case strings.HasPrefix(path, "github.com/aws/aws-cdk-go"), strings.HasPrefix(path, "github.com/aws/constructs-go"), strings.HasPrefix(path, "github.com/aws/jsii-runtime-go"):
		return cdk, true
	case strings.HasPrefix(path, module+"/"):
		return strings.TrimPrefix(path, module+"/"), true
	}
	return "", false
}

type goPackage struct {
	ImportPath    string
	Imports, Deps []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []goPackage
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		found = append(found, p)
	}
}
