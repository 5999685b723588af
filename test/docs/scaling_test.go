package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// examples are what a page of docs shows of environments.
func examples(t *testing.T, page string) []string {
	t.Helper()
	var blocks []string
	for _, block := range strings.Split(read(t, filepath.Join(root, "docs", page)), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(block, "```")
		blocks = append(blocks, block)
	}
	if len(blocks) == 0 {
		t.Fatal("the page shows no example")
	}
	return blocks
}

// TestScalingExamplesWork loads each example of docs/scaling.md and docs/endpoints.md as
// part of an environment, and finds each policy that it names.
func TestScalingExamplesWork(t *testing.T) {
	t.Parallel()
	minimal := read(t, filepath.Join(root, "config", "testdata", "valid", "minimal.yaml"))
	for _, block := range slices.Concat(examples(t, "scaling.md"), examples(t, "endpoints.md")) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "example.yaml"), []byte(with(minimal, block)), 0o644); err != nil {
			t.Fatal(err)
		}
		loaded, err := config.Load(dir, "")
		if err != nil {
			t.Errorf("the example\n%s\nis refused: %v", block, err)
			continue
		}
		made := map[string]bool{}
		for _, v := range loaded[0].ProductionVariants() {
			target := v.ScalableTarget()
			for _, p := range target.Policies {
				made[p.Name] = true
			}
			for _, p := range target.StepPolicies {
				made[p.Name] = true
			}
		}
		_, policies, _ := strings.Cut(block, "policies:\n")
		policies, _, _ = strings.Cut(policies, "schedule:\n")
		for _, line := range strings.Split(policies, "\n") {
			if name, found := strings.CutPrefix(strings.TrimSpace(line), "- name: "); found && !made[name] {
				t.Errorf("the policy %s is not made of\n%s", name, block)
			}
		}
	}
}

// excluded are a file's keys that do not go with a key of an example, or that the
// example has anew.
var excluded = map[string][]string{
	"variants:":      {"variant:", "capacity:", "scaling:"},
	"asynchronous:":  {"network:", "frontend:", "endpoint:", "variant:", "capacity:", "scaling:"},
	"serverless:":    {"variant:", "capacity:", "scaling:"},
	"instancePools:": {"variant:"},
	"components:":    {"model:", "variant:", "capacity:", "scaling:"},
	// Whose example says all of the front end.
	"existingListener:": {"network:", "frontend:"},
}

// with is a file with the keys of block added to its own, and in place of those
// that they exclude.
func with(file, block string) string {
	for key, others := range excluded {
		if !strings.Contains(block, key+"\n") {
			continue
		}
		for _, own := range sections(file) {
			if name, _, _ := strings.Cut(own, "\n"); slices.Contains(others, name) {
				file = strings.Replace(file, own, "", 1)
			}
		}
	}
	for _, section := range sections(block) {
		key, body, _ := strings.Cut(section, "\n")
		if strings.Contains(file, "\n"+key+"\n") {
			file = strings.Replace(file, "\n"+key+"\n", "\n"+key+"\n"+body, 1)
		} else {
			file += section
		}
	}
	return file
}

// sections are the top-level keys of a file, each with what is below it.
func sections(file string) []string {
	var found []string
	for _, line := range strings.SplitAfter(file, "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			found = append(found, "")
		}
		if len(found) > 0 {
			found[len(found)-1] += line
		}
	}
	return found
}

// TestEveryPolicyKeyIsShown: the pages have an example of every key that a policy may
// have, and of everything that scaling, the endpoint and its variants have.
func TestEveryPolicyKeyIsShown(t *testing.T) {
	t.Parallel()
	schema := environmentSchema(t)
	shown := page{"scaling.md or endpoints.md", strings.Join(slices.Concat(examples(t, "scaling.md"),
		examples(t, "endpoints.md")), "")}
	scaling := schema.Properties["scaling"]
	policies := scaling.Properties["policies"]
	if policies.Items == nil {
		t.Fatal("the schema has no policies")
	}
	shown.shows(t, "scaling.policies", policies)
	for _, key := range []string{
		"emergency", "offeredLoad", "suspended", "policies", "backlogPerInstance", "wakeUpInstances", "targetUtilization",
	} {
		shown.shows(t, "scaling", node{Properties: map[string]node{key: {}}})
		if _, known := scaling.Properties[key]; !known {
			t.Errorf("the schema has no scaling.%s", key)
		}
	}
	shadow := schema.Properties["shadowVariant"]
	if len(shadow.Properties["model"].Properties) == 0 {
		t.Error("the schema has no shadowVariant.model")
	}
	shadow.Properties["model"] = node{} // docs/models.md shows its keys
	for at, kind := range map[string]node{
		"endpoint":           schema.Properties["endpoint"],
		"shadowVariant":      shadow,
		"variant.serverless": schema.Properties["variant"].Properties["serverless"],
	} {
		if len(kind.Properties) == 0 {
			t.Errorf("the schema has no %s", at)
		}
		shown.shows(t, at, kind)
	}
	component := *schema.Properties["components"].Items
	delete(component.Properties, "events") // docs/a-final.md shows them
	for _, key := range []string{
		"deepLearningContainer", "modelPackageArn", "inferenceSpecificationName", "modelDataKeyArn", "acceptEula",
	} {
		delete(component.Properties, key) // docs/models.md shows them
	}
	component.Properties["schedule"] = node{}
	shown.shows(t, "components", component)
	shown.shows(t, "variant.managedInstances", schema.Properties["variant"].Properties["managedInstances"])
	variant := *schema.Properties["variants"].Items
	delete(variant.Properties, "events") // docs/a-final.md shows them
	for key := range variant.Properties {
		shown.shows(t, "variants", node{Properties: map[string]node{key: {}}})
	}
}
