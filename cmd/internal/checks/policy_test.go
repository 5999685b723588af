package checks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/checks"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

var update = flag.Bool("update", false, "renew docs/verify.md and docs/verify-policy.json")

const (
	pageFile   = "../../../docs/verify.md"
	policyFile = "../../../docs/verify-policy.json"
	begin, end = "<!-- checks -->\n", "<!-- /checks -->\n"
)

// TestPage holds the table of the page, and the policy of environment prod, against the
// checks.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", pageFile)
	}
	hold(t, pageFile, page, []byte(before+begin+checks.Markdown()+end+after))
	loaded, err := config.Load("../../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	var policy bytes.Buffer
	encoder := json.NewEncoder(&policy)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(checks.ReadPolicy(loaded[0])); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(policyFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	hold(t, policyFile, written, policy.Bytes())
}

func hold(t *testing.T, file string, got, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is stale: go test ./cmd/internal/checks -run TestPage -update\n%s", file, diff)
	}
}

// TestPolicyReadsOnly holds every action against the verbs that only read.
func TestPolicyReadsOnly(t *testing.T) {
	loaded, err := config.Load("../../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	policy := checks.ReadPolicy(loaded[0])
	if len(policy.Statement) == 0 {
		t.Fatal("the policy allows nothing")
	}
	for _, s := range policy.Statement {
		for _, action := range s.Action {
			_, verb, _ := strings.Cut(action, ":")
			reads := strings.HasPrefix(verb, "Describe") || strings.HasPrefix(verb, "List") || strings.HasPrefix(verb, "Get")
			if !reads {
				t.Errorf("%s does not only read", action)
			}
		}
		for _, r := range s.Resource {
			if strings.Contains(r, "{") {
				t.Errorf("%s has a placeholder", r)
			}
		}
	}
}
