package stacks_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// stage is the templates of an environment's stacks, by their names.
type stage map[string]stackTemplate

type stackTemplate struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
		DependsOn  []string
	}
	Outputs map[string]struct{ Value any }
}

// stages holds what edited has synthesized, by environment and changes.
var stages = map[string]stage{}

// edited synthesizes an environment of the app after changes to its file, which are
// pairs of old and new text.
func edited(t *testing.T, env string, changes ...string) stage {
	t.Helper()
	key := strings.Join(append([]string{env}, changes...), "\x00")
	if made, ok := stages[key]; ok {
		return made
	}
	data, err := os.ReadFile(filepath.Join("..", "config", "environments", env+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%s.yaml has no %q", env, changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	e, err := config.Parse(env+".yaml", env, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	made := stage{}
	for _, stack := range *stacks.NewEnvironment(template.NewApp(t), e).Stage.Synth(nil).Stacks() {
		var read stackTemplate
		data, err := json.Marshal(stack.Template())
		if err == nil {
			err = json.Unmarshal(data, &read)
		}
		if err != nil {
			t.Fatal(err)
		}
		made[strings.TrimPrefix(*stack.StackName(), env+"-")] = read
	}
	stages[key] = made
	return made
}

var logicalIDHash = regexp.MustCompile(`[0-9A-F]{8}$`)

// edits lists what an update adds (+), removes (-) and changes (~), property by
// property. Logical IDs are without CDK's hashes.
func edits(from, to stackTemplate) []string {
	list := []string{}
	add := func(sign, id, property string) {
		list = append(list, strings.TrimSpace(sign+" "+logicalIDHash.ReplaceAllString(id, "")+" "+property))
	}
	for id, after := range to.Resources {
		before, ok := from.Resources[id]
		if !ok || before.Type != after.Type {
			add("+", id, "")
			continue
		}
		properties := maps.Clone(before.Properties)
		maps.Copy(properties, after.Properties)
		for p := range properties {
			if !cmp.Equal(before.Properties[p], after.Properties[p]) {
				add("~", id, p)
			}
		}
	}
	for id, before := range from.Resources {
		if after, ok := to.Resources[id]; !ok || before.Type != after.Type {
			add("-", id, "")
		}
	}
	slices.Sort(list)
	return list
}

// wantEdits fails unless the edits of a stack are those wanted, in any order.
func wantEdits(t *testing.T, stack string, from, to stage, want ...string) {
	t.Helper()
	sorted := append([]string{}, want...)
	slices.Sort(sorted)
	if diff := cmp.Diff(sorted, edits(from[stack], to[stack])); diff != "" {
		t.Errorf("%s (-want +got)\n%s", stack, diff)
	}
}

// wantInOrder fails unless the network stack can be deployed first, as cdk deploy
// does: it removes nothing that the frontend stack before it may need.
func wantInOrder(t *testing.T, from, to stage) {
	t.Helper()
	for _, edit := range edits(from["network"], to["network"]) {
		if edit[0] == '-' {
			t.Errorf("the network stack removes %s before the frontend stack is deployed", edit[2:])
		}
	}
}

var outputName = regexp.MustCompile(`"OutputName":"([^"]+)"`)

// wantFrontendFirst fails unless the frontend stack can be deployed alone, before the
// network stack: it reads no output that this does not have yet.
func wantFrontendFirst(t *testing.T, from, to stage) {
	t.Helper()
	data, err := json.Marshal(to["frontend"])
	if err != nil {
		t.Fatal(err)
	}
	reads := outputName.FindAllStringSubmatch(string(data), -1)
	if len(reads) == 0 {
		t.Error("the frontend stack reads nothing of the network stack")
	}
	for _, read := range reads {
		before, ok := from["network"].Outputs[read[1]]
		if !ok || !cmp.Equal(before, to["network"].Outputs[read[1]]) {
			t.Errorf("the network stack does not have the output %s yet", read[1])
		}
	}
}
