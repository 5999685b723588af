package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withoutStages writes a cloud assembly of two stacks of one app without Stages, whose
// manifest names neither: each scales an endpoint of the same name.
func withoutStages(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	const artifact = `{"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
  "properties": {"templateFile": "NAME.template.json"}, "displayName": "NAME"}`
	const template = `{"Resources": {"Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
 "ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
 "ResourceId": "endpoint/odds/variant/main", "MinCapacity": 2, "MaxCapacity": MAX}}}}`
	files := map[string]string{
		"manifest.json": `{"version": "48.0.0", "artifacts": {"First": ` + strings.ReplaceAll(artifact, "NAME", "First") +
			`, "Second": ` + strings.ReplaceAll(artifact, "NAME", "Second") + "}}",
		"First.template.json":  strings.Replace(template, "MAX", "8", 1),
		"Second.template.json": strings.Replace(template, "MAX", "1", 1),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestStackWithoutStage: --stack selects by the artifact's name too, which CDK leaves
// out as a stack's name where the two are the same (fact I8).
func TestStackWithoutStage(t *testing.T) {
	t.Parallel()
	dir := withoutStages(t)
	lint := []string{"lint", "--assembly", dir, "--stack"}
	if status, out, problems := call(append(lint, "First")...); status == statusBadInput || problems != "" ||
		!strings.Contains(out, "1 scalable target judged") {
		t.Errorf("exit status %d\n%s%s", status, out, problems)
	}
	if status, _, problems := call(append(lint, "Second")...); status != statusBadInput ||
		!strings.Contains(problems, "Second.template.json:1:16: Target: Target.MaxCapacity: got 1: ") {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	const names = "name one by --resource and --stack: " +
		"endpoint/odds/variant/main in the stack First, endpoint/odds/variant/main in the stack Second"
	run := []string{"run", "--assembly", dir, "--trace", good, "--requests-per-second", "100", "--start-time", "5m"}
	if status, _, problems := call(run...); status != statusBadInput || !strings.Contains(problems, names) {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	if status, out, problems := call(append(run, "--stack", "First", "--resource", "endpoint/odds/variant/main")...); status != statusOK {
		t.Errorf("exit status %d\n%s%s", status, out, problems)
	}
}

// TestLintFacts: facts are given to the lint as to a rehearsal; options override the
// file, the file the metadata.
func TestLintFacts(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "facts.yaml")
	if err := os.WriteFile(file, []byte("startTime: 30s\npricePerHour: 1.5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		says string
	}{
		{nil, "than the 5m that an instance takes to start"},
		{[]string{"--facts", file}, ""},
		{[]string{"--facts", file, "--start-time", "7m"}, "than the 7m that"},
		{[]string{"--facts", file, "--start-time", "7m", "--start-time-p95", "9m"}, "than the 9m that"},
	} {
		_, out, problems := call(append([]string{"lint", "--template", "testdata/hurts.yaml"}, test.args...)...)
		if problems != "" || !strings.Contains(out, test.says) ||
			(test.says == "") == strings.Contains(out, "[cooldown-short]") {
			t.Errorf("%q: got\n%s%s", test.args, out, problems)
		}
	}
}

// TestLintMistakes: what is wrong with the options is said at once.
func TestLintMistakes(t *testing.T) {
	t.Parallel()
	const environment = "../../config/environments/dev.yaml"
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "--template: what scales is in a template, an environment file or a cloud assembly, and none is given; " +
			"give --template FILE, --environment FILE, or --assembly cdk.out\n"},
		{[]string{"--environment", environment, "--parameter", "A=b"},
			`--parameter: got "A": an environment file has no parameters: ` + environment + "; leave it out, or give a template\n"},
		{[]string{"--template", variant, "--account", "12", "--region", "europe", "--partition", "gov", "--stack-name", "a_b"},
			"--account: got \"12\": an account has 12 digits; such as 123456789012\n" +
				"--region: got \"europe\": this is no Region; such as eu-west-1\n" +
				"--partition: got \"gov\": this is no partition; such as aws or aws-cn\n" +
				"--stack-name: got \"a_b\": a stack's name has letters, digits and hyphens, 128 at most, and begins with a letter; " +
				"such as prod-inference\n"},
		{[]string{"--template", variant, "--template", prod}, "--template: got \"" + variant + ", " + prod +
			"\": one is rehearsed; give --template once, or use rehearse compare\n"},
		{[]string{"--template", variant, "--parameter", "Flor=3", "--parameter", "AWS::StakId=x"},
			variant + `: Parameters.AWS::StakId: got "x": there is no such pseudo parameter that has a value; write AWS::StackId` + "\n" +
				variant + `: Parameters.Flor: got "3": no template that was read has this parameter; write Floor` + "\n"},
		{[]string{"--template", variant, "--start-time", "-5m"},
			"--start-time: got -5m: a measured time is over 0s and at most 12h; leave it out where it is not known\n"},
	} {
		if status, out, problems := call(append([]string{"lint"}, test.args...)...); status != statusBadInput || out != "" ||
			problems != test.want {
			t.Errorf("%q: exit status %d\n%s%s", test.args, status, out, problems)
		}
	}
}
