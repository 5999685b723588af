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

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
)

// stage is the templates of an environment's stacks, by their names.
type stage map[string]stackTemplate

type stackTemplate struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
	Outputs map[string]struct {
		Value  any
		Export struct{ Name string }
	}
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
	for _, stack := range *stacks.NewEnvironment(awscdk.NewApp(nil), e).Synth(nil).Stacks() {
		var template stackTemplate
		data, err := json.Marshal(stack.Template())
		if err == nil {
			err = json.Unmarshal(data, &template)
		}
		if err != nil {
			t.Fatal(err)
		}
		made[strings.TrimPrefix(*stack.StackName(), env+"-")] = template
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

var importedName = regexp.MustCompile(`"Fn::ImportValue":"([^"]+)"`)

// imports lists the exports that a stack imports.
func (s stackTemplate) imports(t *testing.T) []string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, match := range importedName.FindAllStringSubmatch(string(data), -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s stackTemplate) exports() map[string]any {
	values := map[string]any{}
	for _, output := range s.Outputs {
		if output.Export.Name != "" {
			values[output.Export.Name] = output.Value
		}
	}
	return values
}

// inUse lists the exports of the network stack whose removal or change CloudFormation
// refuses, since the frontend stack that stands imports them.
func inUse(t *testing.T, from, to stage) []string {
	t.Helper()
	refused := []string{}
	before, after := from["network"].exports(), to["network"].exports()
	for _, name := range from["frontend"].imports(t) {
		if !cmp.Equal(before[name], after[name]) {
			refused = append(refused, name)
		}
	}
	return refused
}

// wantInOrder fails unless the network stack can be deployed first, as cdk deploy
// does.
func wantInOrder(t *testing.T, from, to stage) {
	t.Helper()
	if refused := inUse(t, from, to); len(refused) > 0 {
		t.Errorf("the frontend stack imports %q, which the network stack changes", refused)
	}
}

// wantFrontendFirst fails unless CloudFormation refuses to deploy the network stack
// first, and the frontend stack can be deployed before it, alone.
func wantFrontendFirst(t *testing.T, from, to stage) {
	t.Helper()
	if len(inUse(t, from, to)) == 0 {
		t.Error("the network stack can be deployed while the frontend stack needs what it removes")
	}
	have := from["network"].exports()
	for _, name := range to["frontend"].imports(t) {
		if have[name] == nil {
			t.Errorf("the frontend stack imports %s, which the network stack does not have yet", name)
		}
	}
	between := stage{"network": from["network"], "frontend": to["frontend"]}
	wantInOrder(t, between, to)
}
