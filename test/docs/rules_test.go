package docs_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// found are findings by rule, each without its fix. Errors are under "invalid", what is
// not read under "unresolved".
type found map[string][]string

// add adds a finding. Texts of YAML may have no quotes where CDK's JSON has them.
func (f found) add(rule, text string) {
	text = strings.ReplaceAll(text, `"`, "")
	if !slices.Contains(f[rule], text) {
		f[rule] = append(f[rule], text)
	}
}

// What the three faces of the lint say of the rules' templates.
var (
	// inGoOnly are rows about figures that no template holds, with the template of the
	// row that says the same of what they become.
	inGoOnly = map[string]string{
		"action-lowers-max": "max-lowered", "event-lead-short": "event-late", "event-over-max": "action-min-over-max",
		"target-over-measured": "target-over-capacity",
	}
	// alsoSaid are the rules that speak of a template beside the one that it is for.
	alsoSaid = map[string][]string{"initial-below-min": {"count-not-retained"}}
	// withTheTime are said by who knows the time: never by a synthesis.
	withTheTime = []string{"action-past"}
	// betweenResources are errors that need other resources of the template.
	betweenResources = []string{"variant-missing", "predictive-scaling"}
)

// TestEveryRuleOfThePage provokes each row of docs/lint.md through a template that has
// nothing else wrong, and compares rehearse lint, the plugin in an app of the same
// resources, and Validate of the construct that would make them.
func TestEveryRuleOfThePage(t *testing.T) {
	files, err := filepath.Glob("testdata/rules/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates: ", err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (error|warning) ").FindAllStringSubmatch(
		read(t, filepath.Join(root, "docs", "lint.md")), -1) {
		rows[m[1]] = m[2]
	}
	rehearse := filepath.Join(t.TempDir(), "rehearse")
	if out, err := exec.Command("go", "build", "-o", rehearse, root+"/cmd/rehearse").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	byPlugin := pluginFindings(t, files)
	provoked := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		provoked[name] = true
		t.Run(name, func(t *testing.T) {
			said := commandFindings(t, rehearse, file)
			compare(t, "rehearse lint", said, rules(name, rows[name]))
			for _, rule := range withTheTime {
				delete(said, rule)
			}
			same(t, said, byPlugin[name])
			validate(t, file, name, said)
		})
	}
	for row := range rows {
		if instead, ok := inGoOnly[row]; ok && provoked[instead] {
			row = instead
		}
		if !provoked[row] {
			t.Errorf("no template provokes %s", row)
		}
	}
}

// rules are those that speak of the template of a row of a kind.
func rules(name, kind string) []string {
	switch {
	case strings.HasPrefix(name, "sound"):
		return nil
	case kind == "error" && name == "predictive-scaling":
		return []string{"unresolved"}
	case kind == "error":
		return []string{"invalid"}
	}
	return append([]string{name}, alsoSaid[name]...)
}

func compare(t *testing.T, who string, said found, want []string) {
	t.Helper()
	for _, rule := range want {
		if len(said[rule]) == 0 {
			t.Errorf("%s does not say %s", who, rule)
		}
	}
	for rule, texts := range said {
		if !slices.Contains(want, rule) {
			t.Errorf("%s says %s: %q", who, rule, texts)
		}
	}
}

// same compares what the command says, with the fixes, with what the plugin says.
func same(t *testing.T, command, plugin found) {
	t.Helper()
	for rule, texts := range command {
		if len(texts) != len(plugin[rule]) {
			t.Errorf("%s: rehearse lint says %q, the plugin %q", rule, texts, plugin[rule])
		}
		for _, text := range texts {
			if !slices.ContainsFunc(plugin[rule], func(p string) bool { return strings.HasPrefix(text, p) }) {
				t.Errorf("the plugin does not say %q, but %q", text, plugin[rule])
			}
		}
	}
	for rule, texts := range plugin {
		if len(command[rule]) == 0 {
			t.Errorf("only the plugin says %s: %q", rule, texts)
		}
	}
}

var (
	placed  = regexp.MustCompile(`^\S+?:\d+:\d+: (.*)$`)
	finding = regexp.MustCompile(`^\w+: (.*) \[([a-z-]+)\]$`)
	refused = regexp.MustCompile(`^\w+: (.*)$`)
)

// commandFindings are those that rehearse lint prints.
func commandFindings(t *testing.T, rehearse, file string) found {
	t.Helper()
	said := found{}
	var stdout, stderr strings.Builder
	cmd := exec.Command(rehearse, "lint", "--template", file)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, line := range strings.Split(stdout.String(), "\n") {
		if m := placed.FindStringSubmatch(line); m != nil {
			if f := finding.FindStringSubmatch(m[1]); f != nil {
				said.add(f[2], f[1])
			}
		}
	}
	for _, line := range strings.Split(stderr.String(), "\n") {
		m := placed.FindStringSubmatch(line)
		switch {
		case m == nil:
		case refused.MatchString(m[1]):
			said.add("invalid", refused.FindStringSubmatch(m[1])[1])
		default:
			said.add("unresolved", m[1])
		}
	}
	return said
}

// pluginFindings are those of the plugin in one app, in which each template is a stack
// of the resources that it has, by the stack's name.
func pluginFindings(t *testing.T, files []string) map[string]found {
	t.Helper()
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	awscdk.Validations_Of(app).AddPlugins(lint.NewPlugin(lint.PluginProps{}))
	for _, file := range files {
		stack := awscdk.NewStack(app, jsii.String(strings.TrimSuffix(filepath.Base(file), ".yaml")), nil)
		cloudformationinclude.NewCfnInclude(stack, jsii.String("Included"),
			&cloudformationinclude.CfnIncludeProps{TemplateFile: jsii.String(file)})
	}
	func() {
		defer func() { _ = recover() }() // what is invalid fails the synthesis
		app.Synth(nil)
	}()
	var report struct {
		PluginReports []struct {
			PluginName string
			Violations []struct{ RuleName, Description string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(out, "validation-report.json"))), &report); err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`::([a-z-]+)\[([a-z-]+)/`)
	said := map[string]found{}
	for _, r := range report.PluginReports {
		for _, v := range r.Violations {
			m := name.FindStringSubmatch(v.RuleName)
			if r.PluginName != lint.Name || m == nil {
				t.Fatalf("got %s of %s", v.RuleName, r.PluginName)
			}
			if said[m[2]] == nil {
				said[m[2]] = found{}
			}
			lines := strings.Split(v.Description, "\n")[1:]
			if m[1] == "unresolved" {
				_, text, _ := strings.Cut(v.Description, "from the template: ")
				lines = []string{text}
			}
			for _, line := range lines {
				// A target is called by its path here, and by its logical ID there.
				said[m[2]].add(m[1], strings.ReplaceAll(line, m[2]+"/", ""))
			}
		}
	}
	return said
}

// validate compares the errors with those of the construct that makes such a target.
func validate(t *testing.T, file, name string, said found) {
	t.Helper()
	if slices.Contains(betweenResources, name) {
		return
	}
	r, err := cloudformation.ReadFile(file, cloudformation.Options{})
	if err = errors.Join(err, r.Err()); err != nil {
		t.Fatal(err)
	}
	s := r.Scaled[0].Subject
	props := scaling.ScalableTargetProps{Model: s.Target, Facts: s.Facts}
	if s.Variant != nil {
		props.Variant = scaling.ExistingVariant(*s.Variant)
	}
	var got []string
	if err := props.Validate(); err != nil {
		got = strings.Split(strings.ReplaceAll(err.Error(), `"`, ""), "\n")
	}
	want := slices.Clone(said["invalid"])
	for i, text := range want {
		if rest, ok := strings.CutPrefix(text, "Target."); ok {
			want[i] = "Model." + rest
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Validate says %q, rehearse lint %q", got, want)
	}
}
