package docs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes/source"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

// synthesizer makes the templates of environments, each in an app of its own: all
// have one name, and so the same logical IDs. They share a folder, so that the
// gateway is written once.
type synthesizer struct {
	folder  string
	context map[string]any
	made    map[string][]changes.Stack
}

func newSynthesizer(t *testing.T) *synthesizer {
	t.Helper()
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "cdk.json"))), &settings); err != nil {
		t.Fatal(err)
	}
	settings.Context["aws:cdk:enable-path-metadata"] = true // as the CDK CLI does
	return &synthesizer{t.TempDir(), settings.Context, map[string][]changes.Stack{}}
}

// environmentName is the name of every environment.
const environmentName = "prod"

// of returns the stacks of an environment that is valid.
func (s *synthesizer) of(doc map[string]any) (e config.Environment, made []changes.Stack, err error) {
	data, err := json.Marshal(doc)
	if err != nil {
		return e, nil, err
	}
	if e, err = config.Parse(environmentName+".yaml", environmentName, data); err != nil {
		return e, nil, err
	}
	if made, ok := s.made[string(data)]; ok {
		return e, made, nil
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		Context: &s.context, Outdir: jsii.String(s.folder), TreeMetadata: jsii.Bool(false),
	})
	stacks.NewEnvironment(app, e)
	app.Synth(nil)
	made, err = source.ReadAssembly(s.folder, environmentName)
	s.made[string(data)] = made
	return e, made, err
}

// TestChanges makes each edit of edits.yaml, and compares docs/changes.md with what
// internal/changes says of it. It takes a minute or two: some 400 environments are
// synthesized.
func TestChanges(t *testing.T) {
	keys := leaves(tree(t, "the schema", read(t, filepath.Join(root, "config", "environment.schema.json"))))
	all := edits(t, keys)
	for _, key := range without(keys, all) {
		t.Errorf("%s has no edit: add one to test/docs/testdata/changes/edits.yaml, whose head says how", key)
	}
	if t.Failed() {
		return
	}
	s := newSynthesizer(t)
	var rows []row
	for _, key := range keys {
		r, err := s.row(all[key])
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		rows = append(rows, r)
	}
	for _, problem := range check(rows) {
		t.Error(problem)
	}
	if t.Failed() {
		return
	}
	file := filepath.Join(root, "docs", "changes.md")
	if *update {
		if err := os.WriteFile(file, []byte(written(rows)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, file), written(rows)); diff != "" {
		t.Errorf("docs/changes.md is stale; make changes-page renews it (-page +edits)\n%s", diff)
	}
}

// row makes an edit and says what it does.
func (s *synthesizer) row(e edit) (r row, err error) {
	before, from, err := s.of(e.before)
	if err != nil {
		return r, fmt.Errorf("before the edit: %w", err)
	}
	after, to, err := s.of(e.after())
	if e.never != "" {
		if err == nil {
			return r, errors.New("the file is valid, and the edit says that it never is")
		}
		return row{key: e.key, verdict: notValid, happens: "the file is refused: " + e.never, way: "leave it out"}, nil
	}
	if err != nil {
		return r, fmt.Errorf("after the edit: %w", err)
	}
	if err := source.Comparable(before, after); err != nil {
		_, why, _ := strings.Cut(err.Error(), ": in")
		why, _, _ = strings.Cut("in"+why, "; ")
		return row{
			key: e.key, verdict: notCompared, happens: "makes everything there, and leaves what stands",
			way: "a second environment", reason: reason{why, "CloudFormation: a stack is of one account and Region", ""},
		}, nil
	}
	made := changes.Compare(from, to)
	if (len(made) == 0) != (e.nothing != "") {
		return r, fmt.Errorf("%d resources change, and the edit has %q for why there are none", len(made), e.nothing)
	}
	return rowOf(e, made), nil
}
