package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "renew docs/deploy-policy")

const (
	root         = "../.."
	written      = root + "/docs/deploy-policy"
	environments = root + "/config/environments"
	templates    = root + "/test/snapshots/*/*.json"
)

// TestDeployPolicy holds docs/deploy-policy to the types of the snapshots: the same files,
// each within AWS's limit.
func TestDeployPolicy(t *testing.T) {
	files, err := generate(root, "prod", environments, templates)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := write(written, files); err != nil {
			t.Fatal(err)
		}
	}
	found, err := os.ReadDir(written)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, f := range files {
		want = append(want, f.name)
		data, err := os.ReadFile(filepath.Join(written, f.name))
		if err != nil {
			t.Errorf("%v; run make deploy-policy", err)
			continue
		}
		if diff := cmp.Diff(string(f.data), string(data)); diff != "" {
			t.Errorf("%s is stale; run make deploy-policy (-want +got)\n%s", f.name, diff)
		}
		if n := len(strings.Join(strings.Fields(string(data)), "")); n > limit {
			t.Errorf("%s has %d characters without white space, want %d at most", f.name, n, limit)
		}
	}
	for _, f := range found {
		got = append(got, f.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the folder has other files; run make deploy-policy (-want +got)\n%s", diff)
	}
}

// TestEveryActionIsAllowedOrDropped: no action of a schema is lost on the way, none is
// allowed twice, and no exception is left over from templates of before.
func TestEveryActionIsAllowedOrDropped(t *testing.T) {
	used, err := readTemplates(templates)
	if err != nil {
		t.Fatal(err)
	}
	actions, err := schemaActions(root, used.types)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]int{}
	for _, s := range statementsWritten(t) {
		for _, action := range s.Action {
			allowed[action]++
			if strings.Contains(action, "*") {
				t.Errorf("%s is more than one action", action)
			}
		}
	}
	for _, action := range actions {
		if want := 1; isDropped(action) && allowed[action] != 0 || !isDropped(action) && allowed[action] != want {
			t.Errorf("%s is allowed %d times, and dropped: %t", action, allowed[action], isDropped(action))
		}
	}
	for _, extra := range byHand {
		if allowed[extra.action] != 1 || slices.Contains(actions, extra.action) {
			t.Errorf("%s is added by hand: it is allowed %d times, and a schema has it: %t",
				extra.action, allowed[extra.action], slices.Contains(actions, extra.action))
		}
		actions = append(actions, extra.action)
	}
	for _, d := range dropped {
		if !slices.ContainsFunc(actions, func(a string) bool { return matches([]string{d.pattern}, a) }) {
			t.Errorf("%s drops nothing: remove it", d.pattern)
		}
	}
	for _, r := range rules(nil) {
		for _, pattern := range r.patterns {
			if !slices.ContainsFunc(actions, func(a string) bool { return matches([]string{pattern}, a) && !isDropped(a) }) {
				t.Errorf("%s narrows nothing: remove it", pattern)
			}
		}
	}
}

// TestNarrow: roles are of the environment, and passed to the services that the templates
// name; what has no resource of its own has a condition.
func TestNarrow(t *testing.T) {
	for _, s := range statementsWritten(t) {
		anywhere := slices.Contains(s.Resource, "*")
		for _, action := range s.Action {
			global := action == "iam:ListRoles" || action == "s3:ListAllMyBuckets" || strings.HasPrefix(action, "route53:")
			if anywhere && !global && len(s.Condition["StringEquals"]["aws:RequestedRegion"]) != 1 {
				t.Errorf("%s is allowed on everything in every region", action)
			}
			if anywhere && !global && strings.HasPrefix(action, "iam:") {
				t.Errorf("%s is allowed on every role", action)
			}
			if action == "iam:PassRole" && !slices.Equal(s.Condition["StringEquals"]["iam:PassedToService"], []string{
				"application-autoscaling.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com",
				"sagemaker.amazonaws.com", "scheduler.amazonaws.com", "vpc-flow-logs.amazonaws.com"}) {
				t.Errorf("roles are passed to %v", s.Condition)
			}
		}
	}
}

// TestMistakes: what cannot be generated is said with what is wrong.
func TestMistakes(t *testing.T) {
	unknown := filepath.Join(t.TempDir(), "unknown.json")
	if err := os.WriteFile(unknown, []byte(`{"Resources": {"A": {"Type": "AWS::SageMaker::Endpiont"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ root, env, templates, want string }{
		"no template":    {root, "prod", "none/*.json", "none/*.json: no template has such a name"},
		"no schema":      {root, "prod", unknown, "AWS::SageMaker::Endpiont: cfn-lint has no schema"},
		"no environment": {root, "prd", templates, "prd"},
		"no tools":       {t.TempDir(), "prod", templates, "make tools"},
	} {
		if _, err := generate(c.root, c.env, environments, c.templates); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func statementsWritten(t *testing.T) (all []statement) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(written, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var d document
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Statement...)
	}
	return all
}
