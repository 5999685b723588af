package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

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
const environmentName = "env"

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
	defer debug.FreeOSMemory()
	app := awscdk.NewApp(&awscdk.AppProps{Context: &s.context, Outdir: jsii.String(s.folder), TreeMetadata: jsii.Bool(false)})
	stacks.NewEnvironment(app, e)
	app.Synth(nil)
	made, err = source.ReadAssembly(s.folder, environmentName)
	s.made[string(data)] = made
	return e, made, err
}

func TestChanges(t *testing.T) {
	keys := leaves(tree(t, "the schema", read(t, filepath.Join(root, "config", "environment.schema.json"))))
	all := edits(t, keys)
	s := newSynthesizer(t)
	count := map[changes.Verdict]int{}
	for _, key := range keys {
		e, ok := all[key]
		if !ok {
			t.Errorf("%s: no edit", key)
			continue
		}
		_, from, err := s.of(e.before)
		if err != nil {
			t.Errorf("%s: before the edit: %v", key, err)
			continue
		}
		_, to, err := s.of(e.after())
		if e.never != "" {
			t.Log(key, e.never, err)
			continue
		}
		if err != nil {
			t.Errorf("%s: after the edit: %v", key, err)
			continue
		}
		made := changes.Compare(from, to)
		count[changes.Worst(made)]++
		if (len(made) == 0) != (e.nothing != "") {
			t.Errorf("%s: %d changes, nothing is %q", key, len(made), e.nothing)
		}
		for _, c := range made {
			if c.Verdict == changes.Worst(made) {
				t.Log(key, "|", c.Verdict, c.Action, c.Type, c.LogicalID, "|", c.Reason, "|", c.Source, "|", c.Way)
			}
		}
	}
	t.Log(count)
	entries, _ := os.ReadDir(s.folder)
	t.Log(len(entries))
}
