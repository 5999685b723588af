package synth_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRolesServeTheirAccount: a service assumes a role for resources of the role's own
// account only, but for the roles of CDK's own providers.
func TestRolesServeTheirAccount(t *testing.T) {
	t.Parallel()
	assembly(t, environments[0])
	services := map[string]bool{}
	for _, file := range everyTemplate(t) {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var template struct {
			Resources map[string]struct {
				Type       string
				Metadata   map[string]any
				Properties struct {
					AssumeRolePolicyDocument struct {
						Statement []struct {
							Principal struct{ Service any }
							Condition map[string]map[string]any
						}
					}
				}
			}
		}
		if err := json.Unmarshal(body, &template); err != nil {
			t.Fatal(err)
		}
		for id, r := range template.Resources {
			if r.Type != "AWS::IAM::Role" || strings.Contains(id, "CustomResourceProvider") {
				continue
			}
			for _, s := range r.Properties.AssumeRolePolicyDocument.Statement {
				account, _ := s.Condition["StringEquals"]["aws:SourceAccount"].(string)
				if len(account) != len("123456789012") {
					t.Errorf("%s: %s may be assumed for any account: condition %v", file, id, s.Condition)
				}
				services[s.Principal.Service.(string)] = true
			}
		}
	}
	want := map[string]bool{
		"ecs-tasks.amazonaws.com": true, "lambda.amazonaws.com": true, "sagemaker.amazonaws.com": true,
		"scheduler.amazonaws.com": true, "vpc-flow-logs.amazonaws.com": true,
	}
	if diff := cmp.Diff(want, services); diff != "" {
		t.Error(diff)
	}
}
