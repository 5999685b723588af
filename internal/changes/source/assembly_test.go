package source

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
)

// write writes files below a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// oldHash is the hash of the template that the assembly was written with.
var oldHash = strings.Repeat("0", 64)

// assembly has one Stage, prod, whose stack first depends on second, and where
// second has a name of its own.
func assembly(t *testing.T) string {
	t.Helper()
	return write(t, map[string]string{
		"manifest.json": `{"artifacts": {"assembly-prod": {"type": "cdk:cloud-assembly", "displayName": "prod",
			"properties": {"directoryName": "assembly-prod"}}}}`,
		"assembly-prod/manifest.json": `{"artifacts": {
			"first": {"type": "aws:cloudformation:stack", "dependencies": ["second", "first.assets"],
				"properties": {"templateFile": "first.template.json"}},
			"second": {"type": "aws:cloudformation:stack", "displayName": "prod/inference",
				"properties": {"templateFile": "second.template.json", "stackName": "prod-inference",
					"stackTemplateAssetObjectUrl": "s3://bucket/` + oldHash + `.json"}}}}`,
		"assembly-prod/first.template.json":  `{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}`,
		"assembly-prod/second.template.json": `{"Resources": {"B": {"Type": "AWS::SQS::Queue"}}}`,
		"assembly-prod/second.assets.json": `{"files": {"` + oldHash + `": {"source": {"path": "second.template.json"},
			"destinations": {"here": {"objectKey": "` + oldHash + `.json"}}}}}`,
	})
}

func TestReadAssembly(t *testing.T) {
	t.Parallel()
	stacks, err := ReadAssembly(assembly(t), "prod")
	if err != nil {
		t.Fatal(err)
	}
	// A stack comes after those that it depends on; its name is the artifact's ID
	// where it has no other (fact I8).
	if diff := cmp.Diff([]string{"prod-inference", "first"}, Names(stacks)); diff != "" {
		t.Error(diff)
	}
	if stacks[0].Template.Resources["B"].Type != "AWS::SQS::Queue" || !strings.Contains(string(stacks[1].Body), `"A"`) {
		t.Errorf("got %+v", stacks)
	}
	for name, dir := range map[string]string{
		`no Stage "prod"`:      write(t, map[string]string{"manifest.json": `{"artifacts": {"dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}}}`}),
		"has no stacks":        write(t, map[string]string{"manifest.json": `{}`}),
		"not a cloud assembly": t.TempDir(),
		"outside the folder":   write(t, map[string]string{"manifest.json": `{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../a"}}}}`}),
		"no template in JSON":  write(t, map[string]string{"manifest.json": `{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a"}}}}`, "a": "a: 1"}),
	} {
		if _, err := ReadAssembly(dir, "prod"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

// TestReplaceTemplates: another template has another hash, under which the CDK CLI
// uploads it.
func TestReplaceTemplates(t *testing.T) {
	t.Parallel()
	dir := assembly(t)
	const body = `{"Resources": {"C": {"Type": "AWS::SQS::Queue"}}}`
	selected, err := ReplaceTemplates(dir, "prod", map[string][]byte{"prod-inference": []byte(body)})
	if err != nil || !cmp.Equal(selected, []string{"prod/inference"}) {
		t.Fatalf("got %q, %v", selected, err)
	}
	sum := sha256.Sum256([]byte(body))
	for name, want := range map[string]int{"manifest.json": 1, "second.assets.json": 2} {
		data, err := os.ReadFile(filepath.Join(dir, "assembly-prod", name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), hex.EncodeToString(sum[:])); n != want || strings.Contains(string(data), oldHash) {
			t.Errorf("%s has the new hash %d times, want %d and not the old one\n%s", name, n, want, data)
		}
	}
	stacks, err := ReadAssembly(dir, "prod")
	if err != nil || string(stacks[0].Body) != body {
		t.Errorf("got %+v, %v", stacks, err)
	}
	if _, err := ReplaceTemplates(dir, "prod", map[string][]byte{"other": []byte(body)}); err == nil {
		t.Error("a stack that is not there: got no error")
	}
}

func TestUpdatable(t *testing.T) {
	t.Parallel()
	for status, want := range map[types.StackStatus]string{
		types.StackStatusUpdateComplete:         "",
		types.StackStatusUpdateRollbackComplete: "",
		types.StackStatusRollbackComplete:       "delete the stack",
		types.StackStatusUpdateRollbackFailed:   "aws cloudformation continue-update-rollback --stack-name prod",
		types.StackStatusUpdateInProgress:       "wait until that has ended",
		types.StackStatusUpdateFailed:           "mend what failed",
	} {
		err := updatable("prod", status)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", status, err, want)
		}
	}
}
