package stacks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// keyARN is the ARN of the key in AWS KMS whose ID ends in a digit.
func keyARN(digit string) string {
	return "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-00000000000" + digit
}

// actionsOn are the actions that a template allows on a resource, as JSON.
func actionsOn(t *testing.T, of template.Template, resource string) (actions []string) {
	t.Helper()
	for _, s := range of.Statements() {
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var statement struct{ Action, Resource any }
		if err := json.Unmarshal(data, &statement); err != nil {
			t.Fatal(err)
		}
		on, err := json.Marshal(statement.Resource)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(on), resource+`"`) {
			continue
		}
		switch a := statement.Action.(type) {
		case string:
			actions = append(actions, a)
		case []any:
			for _, each := range a {
				actions = append(actions, each.(string))
			}
		}
	}
	return actions
}

// TestAsynchronousKeys: answers are encrypted with the one key, which the role may use
// for that alone, and requests are decrypted with the other.
func TestAsynchronousKeys(t *testing.T) {
	got, _, _ := synthesized(t, "asynchronous")
	async := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["AsyncInferenceConfig"].(map[string]any)
	if key := async["OutputConfig"].(map[string]any)["KmsKeyId"]; key != keyARN("1") {
		t.Errorf("answers are encrypted with %v", key)
	}
	for digit, want := range map[string][]string{
		"1": {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}, "2": {"kms:Decrypt"},
	} {
		if diff := cmp.Diff(want, actionsOn(t, got, keyARN(digit))); diff != "" {
			t.Errorf("key %s (-want +got)\n%s", digit, diff)
		}
	}
}
