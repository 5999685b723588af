package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	autoscalinglint "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

// report is what CDK keeps of a synthesis.
type report struct {
	PluginReports []pluginReport
}

type pluginReport struct {
	PluginName, Conclusion string
	Violations             []violation
	SuppressedViolations   []violation
}

type violation struct {
	RuleName, Description, SuggestedFix, Severity, Reason string
	ViolatingConstructs                                   []struct{ ConstructPath string }
}

func synthesized(t *testing.T, make func(stack awscdk.Stack)) (found, acknowledged []violation) {
	t.Helper()
	return synthesizedWith(t, lint.PluginProps{}, make)
}

func synthesizedWith(
	t *testing.T,
	props lint.PluginProps,
	make func(stack awscdk.Stack),
) (found, acknowledged []violation) {
	t.Helper()
	r := synthesizedReport(t, props, make)
	if r.Conclusion != "success" {
		t.Errorf("the report concludes %s", r.Conclusion)
	}
	return r.Violations, r.SuppressedViolations
}

// synthesizedReport is what CDK keeps of the plugin's findings. They may fail the
// synthesis.
func synthesizedReport(t *testing.T, props lint.PluginProps, make func(stack awscdk.Stack)) pluginReport {
	t.Helper()
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	awscdk.Validations_Of(app).AddPlugins(lint.NewPlugin(props))
	make(awscdk.NewStack(app, jsii.String("odds"), nil))
	func() {
		defer func() { _ = recover() }()
		app.Synth(nil)
	}()
	data, err := os.ReadFile(filepath.Join(out, "validation-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.PluginReports {
		if p.PluginName == lint.Name {
			return p
		}
	}
	t.Fatal("the plugin reports nothing")
	return pluginReport{}
}

// variant scales one that scales in before what it has started serves.
func variant(stack awscdk.Stack, id, endpoint string, cooldown time.Duration) *scaling.ScalableTarget {
	return scaling.NewVariantScaling(stack, id, scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: endpoint, Name: "main"}),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 6 * time.Minute},
			Scaling: autoscaling.Scaling{
				MinCapacity:      2,
				MaxCapacity:      12,
				ScaleInCooldown:  &cooldown,
				ScaleOutCooldown: &cooldown,
			},
		},
	})
}

func names(of []violation) []string {
	var out []string
	for _, v := range of {
		out = append(out, v.RuleName)
	}
	return out
}

// TestAcknowledgeOneOfTwo: of two equal findings one is acknowledged, and the
// other stays.
func TestAcknowledgeOneOfTwo(t *testing.T) {
	found, acknowledged := synthesized(t, func(stack awscdk.Stack) {
		variant(stack, "first", "first", time.Minute)
		second := variant(stack, "the second (b)", "second", time.Minute) // CDK counts brackets
		lint.Acknowledge(second.Target, "cooldown-short", "it is replayed every night")
	})
	if diff := cmp.Diff([]string{"sagemaker-scaling::cooldown-short[odds/first/Target]"}, names(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"sagemaker-scaling::cooldown-short[odds/the-second-_b_/Target]"}, names(acknowledged)); diff != "" {
		t.Errorf("acknowledged (-want +got)\n%s", diff)
	}
	if len(found) != 1 || len(acknowledged) != 1 {
		t.Fatal("nothing more to compare")
	}
	v := found[0]
	for _, want := range []string{"odds/first/Target", "1m", "6m ", "Scaling.ScaleInCooldown"} {
		if !strings.Contains(v.Description, want) {
			t.Errorf("%q is not in %q", want, v.Description)
		}
	}
	const line = "lint.Acknowledge(target, \"cooldown-short\", \"say why it does no harm here\") // target is odds/first/Target"
	if v.Severity != "warning" || !strings.HasSuffix(v.SuggestedFix, "; or, where it does no harm, accept it:\n"+line) ||
		v.ViolatingConstructs[0].ConstructPath != "odds/first/Target" {
		t.Errorf("got %+v", v)
	}
	if got := acknowledged[0].Reason; got != "it is replayed every night" {
		t.Errorf("the reason is %q", got)
	}
}

// TestAddresses: a finding names the field that the construct was given, or what
// the app's users write, once for all policies of one figure.
func TestAddresses(t *testing.T) {
	make := func(stack awscdk.Stack) {
		minute := time.Minute
		scaling.NewComponentScaling(stack, "component", scaling.ComponentScalingProps{
			InferenceComponent: scaling.ExistingComponent("odds-a"),
			Scaling: autoscaling.ComponentScaling{
				CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, ConcurrencyPerCopy: 6},
				CopyScaling:  autoscaling.CopyScaling{MinCapacity: 2, MaxCapacity: 8, ScaleInCooldown: &minute},
			},
		})
		model := autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12, ScaleInCooldown: &minute},
		}.Target(autoscaling.Variant{EndpointName: "odds", Name: "main"})
		scaling.NewScalableTarget(stack, "target", scaling.ScalableTargetProps{
			Model: model, Facts: autoscaling.Facts{StartTime: 6 * time.Minute},
		})
		variant(stack, "variant", "next", time.Minute)
	}
	spell := func(path string, f autoscalinglint.Finding) autoscalinglint.Finding {
		f.Path = path + " scaleInCooldown"
		return f
	}
	for _, test := range []struct {
		props lint.PluginProps
		want  map[string]string
	}{
		{lint.PluginProps{}, map[string]string{
			"odds/target/Target":  "\nModel.Policies[0].ScaleInCooldown: got 1m: ",
			"odds/variant/Target": "\nScaling.ScaleInCooldown: got 1m: ",
		}},
		{lint.PluginProps{Spell: spell}, map[string]string{
			"odds/target/Target":  "\nodds/target/Target scaleInCooldown: got 1m: ",
			"odds/variant/Target": "\nodds/variant/Target scaleInCooldown: got 1m: ",
		}},
	} {
		found, _ := synthesizedWith(t, test.props, make)
		for path, want := range test.want {
			for _, v := range found {
				if v.RuleName == "sagemaker-scaling::cooldown-short["+path+"]" && strings.Count(v.Description, want) != 1 {
					t.Errorf("%s: %q is not there once in %q", path, want, v.Description)
				}
			}
			if !slices.Contains(names(found), "sagemaker-scaling::cooldown-short["+path+"]") {
				t.Errorf("%s has no finding", path)
			}
		}
	}
	if got := scaling.Address("odds/component/Target", "Target.Policies[1].ScaleInCooldown"); got != "CopyScaling.ScaleInCooldown" {
		t.Errorf("a component's cooldown is said to be at %s", got)
	}
}

// TestWhoeverMadeIt: the templates are judged, whichever constructs have made
// them; what only a deployment shows is said, and stops nothing.
func TestWhoeverMadeIt(t *testing.T) {
	found, _ := synthesized(t, func(stack awscdk.Stack) {
		target := func(id string, properties map[string]any) awscdk.CfnResource {
			properties["ServiceNamespace"], properties["ScalableDimension"], properties["MaxCapacity"] = "sagemaker", "sagemaker:variant:DesiredInstanceCount", 12
			return awscdk.NewCfnResource(stack, jsii.String(id), &awscdk.CfnResourceProps{
				Type: jsii.String("AWS::ApplicationAutoScaling::ScalableTarget"), Properties: &properties})
		}
		target("Plain (a)", map[string]any{"ResourceId": "endpoint/odds/variant/main", "MinCapacity": 1}).
			AddMetadata(jsii.String("SageMakerScaling"), map[string]any{"production": true})
		floor := awscdk.NewCfnParameter(stack, jsii.String("Floor"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
		target("Open", map[string]any{"ResourceId": "endpoint/odds/variant/next", "MinCapacity": floor.ValueAsNumber()})
		awscdk.NewCfnResource(stack, jsii.String("Table"), &awscdk.CfnResourceProps{
			Type: jsii.String(
				"AWS::ApplicationAutoScaling::ScalableTarget",
			), Properties: &map[string]any{"ServiceNamespace": "dynamodb"}})
	})
	want := map[string]string{
		"sagemaker-scaling::production-one-instance[odds/Plaina]": "warning",
		"sagemaker-scaling::unresolved[odds/Open]":                "warning",
	}
	got := map[string]string{}
	for _, v := range found {
		got[v.RuleName] = v.Severity
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, v := range found {
		if strings.Contains(v.RuleName, "unresolved") &&
			!strings.Contains(
				v.Description,
				"Open.Properties.MinCapacity: got !Ref \"Floor\": the parameter Floor has no default",
			) {
			t.Errorf("got %s", v.Description)
		}
	}
}

// TestStacksElsewhere: what stands in a template that is not read may scale, too.
func TestStacksElsewhere(t *testing.T) {
	found, _ := synthesized(t, func(stack awscdk.Stack) {
		awscdk.NewCfnStack(
			stack,
			jsii.String("Elsewhere"),
			&awscdk.CfnStackProps{TemplateUrl: jsii.String("https://example.com/t.json")},
		)
	})
	if diff := cmp.Diff([]string{"sagemaker-scaling::unresolved[odds/Elsewhere]"}, names(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAcknowledgeWhatIsNot(t *testing.T) {
	stack := template.NewStack(t)
	err := template.Panics(t, func() { lint.Acknowledge(stack, "cooldown-shrt", " ") }).(error).Error()
	first, second, _ := strings.Cut(err, "\n")
	if !strings.HasPrefix(first, `Rule: got "cooldown-shrt": there is no such rule; the rules are action-past, `) ||
		second != "Reason: what is acknowledged has a reason; say why it does no harm here" {
		t.Errorf("got %s", err)
	}
}
