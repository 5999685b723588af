package tokens_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

// mustBeKnown are the texts that synthesis needs, by type and field, each with its reason.
var mustBeKnown = map[string]string{
	"inference.InstanceTypeOverride.InstanceType":  "a pool of the variant is found by it",
	"autoscaling.TargetTrackingPolicy.Name":        "the policy's construct ID",
	"autoscaling.StepScalingPolicy.Name":           "the policy's construct ID",
	"autoscaling.StepScalingPolicy.AdjustmentType": "the steps are judged by it",
	"autoscaling.Alarm.Comparison":                 "the steps are judged by it",
	"autoscaling.Metric.Statistic":                 "the name of the property depends on it",
	"autoscaling.MetricQuery.ID":                   "expressions are held against it",
	"autoscaling.ScalableTarget.Dimension":         "the rules depend on it",
	"autoscaling.Facts.LoweredMaximums":            "facts are read from the template",
	"autoscaling.EventFacts.Name":                  "facts are read from the template",
	"autoscaling.FrontendFacts.Kind":               "facts are read from the template",
	"settings.Claim.Format":                        "the number of values is judged by it",
	"settings.Server.ClaimsFrom":                   "the load balancer is held against it",
	"settings.MutualTLS.CABundleURL":               "bucket and key are two properties",
	"monitoring.Settings.Off":                      "kinds are found by their names",
	"monitoring.MonitoringProps.CanaryOf":          "variants are compared by their names",
	"events.Event.Name":                            "floors are computed",
	"events.Event.Timezone":                        "floors are computed",
	"events.Event.Starts":                          "floors are computed",
	"events.Event.Ends":                            "floors are computed",
	"events.Event.Dates":                           "floors are computed",
	"events.Event.Weekdays":                        "floors are computed",
	"events.Event.From":                            "floors are computed",
	"events.Event.Until":                           "floors are computed",
}

// known reports whether a text has to be known.
func known(l leaf, example string, atEnd bool) bool {
	if atEnd && l.Field == "CABundleURL" {
		return false // the end of the key may be unknown
	}
	// The facts of an action that may lower the maximum name it.
	named := l.Owner == "autoscaling.ScheduledAction" && l.Field == "Name" && example != "variant scaling by the clock"
	return mustBeKnown[l.Owner+"."+l.Field] != "" || named
}

// onlyJudged reports whether no template has a text: it is for rules alone, or, as the
// whole path of requests, for a permission that is not given then.
func onlyJudged(l leaf, example string) bool {
	field := l.Owner + "." + l.Field
	return field == "settings.Domain.ZoneName" || field == "inference.AsynchronousProps.InputPath" ||
		l.Owner == "scaling.existingVariant" && (l.Field == "InstanceType" || example == "scalable target")
}

// synthesized is the templates of the examples with the token of a parameter in one text
// after another, or at its end, and the errors where there are none, by example and path.
func synthesized(t *testing.T, atEnd bool) (templates, errors map[string]string, leaves map[string]leaf) {
	app := template.NewApp(t)
	templates, errors, leaves = map[string]string{}, map[string]string{}, map[string]leaf{}
	stacks := map[string]string{}
	for _, e := range examples {
		for n := 0; ; n++ {
			name := fmt.Sprint("S", len(leaves))
			stack, at := newStack(app, name), ""
			parameter := awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
			props, i := e.props(stack), 0
			leavesOf(props, func(l leaf) {
				if l.Value.Kind() == reflect.String && l.Value.String() != "" {
					if i == n {
						at = e.name + " " + l.Path
						leaves[at] = l
						if atEnd {
							*parameter = l.Value.String() + *parameter
						}
						l.Value.SetString(*parameter)
					}
					i++
				}
			})
			if at == "" { // all have had their turn
				app.Node().TryRemoveChild(jsii.String(name))
				break
			}
			if err := panics(func() { e.make(stack, props) }); err != "" {
				errors[at] = err
				app.Node().TryRemoveChild(jsii.String(name))
			} else {
				stacks[at] = name
			}
		}
	}
	directory := *app.Synth(nil).Directory()
	for at, name := range stacks {
		data, err := os.ReadFile(filepath.Join(directory, name+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		templates[at] = string(data)
	}
	return templates, errors, leaves
}

func newStack(app awscdk.App, name string) awscdk.Stack {
	return awscdk.NewStack(app, jsii.String(name), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
	})
}

func panics(f func()) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprint(value)
		}
	}()
	f()
	return ""
}

var leftOver = regexp.MustCompile(`Token\[|TOKEN\.`)

// TestTexts puts a parameter into every text of every construct, and behind every text.
func TestTexts(t *testing.T) {
	t.Run("all", func(t *testing.T) { testTexts(t, false) })
	t.Run("the end", func(t *testing.T) { testTexts(t, true) })
}

func testTexts(t *testing.T, atEnd bool) {
	templates, errors, leaves := synthesized(t, atEnd)
	for range 7 { // another synthesis numbers its tokens otherwise
		awscdk.Token_AsString("", nil)
	}
	again, _, _ := synthesized(t, atEnd)
	for at, l := range leaves {
		example, _, _ := strings.Cut(at, " "+l.Path)
		got, made := templates[at]
		var resources struct{ Resources json.RawMessage }
		if made {
			if err := json.Unmarshal([]byte(got), &resources); err != nil {
				t.Fatal(err)
			}
		}
		switch err := errors[at]; {
		case !made && !known(l, example, atEnd):
			t.Errorf("%s: %s", at, err)
		case !made && !strings.Contains(err, "known only at deployment"):
			t.Errorf("%s: the error does not say that it is known only at deployment: %s", at, err)
		case !made && leftOver.MatchString(err):
			t.Errorf("%s: the error shows the token: %s", at, err)
		case !made:
		case known(l, example, atEnd):
			t.Errorf("%s is in the list of what must be known, and synthesizes", at)
		case !onlyJudged(l, example) && !strings.Contains(strings.Join(strings.Fields(string(resources.Resources)), ""),
			`{"Ref":"Unknown"}`):
			t.Errorf("%s: the template does not refer to the parameter", at)
		case leftOver.MatchString(got):
			t.Errorf("%s: the template holds the text of a token: %s", at, leftOver.FindString(got))
		case again[at] != got:
			t.Errorf("%s: another synthesis makes another template", at)
		}
	}
}

// TestNumbers puts a number token into every number of every construct.
func TestNumbers(t *testing.T) {
	const says = "known only at deployment, and numbers such as capacities are judged at synthesis"
	app := template.NewApp(t)
	for e, example := range examples {
		for n, more := 0, true; more; n++ {
			stack := newStack(app, fmt.Sprintf("N%d-%d", e, n))
			unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), &awscdk.CfnParameterProps{
				Type: jsii.String("Number")}).ValueAsNumber()
			props, i, at := example.props(stack), 0, ""
			leavesOf(props, func(l leaf) {
				if l.Value.Kind() == reflect.String {
					return
				}
				if i == n {
					at = l.Path
					if l.Value.CanFloat() {
						l.Value.SetFloat(unknown)
					} else {
						l.Value.SetInt(int64(unknown))
					}
				}
				i++
			})
			if more = n+1 < i; at == "" {
				continue
			}
			if err := panics(func() { example.make(stack, props) }); !strings.Contains(err, says) {
				t.Errorf("%s %s: got %q", example.name, at, err)
			}
		}
	}
}

// TestEveryPropsHasAnExample reads the sources for props, and compares their texts and
// numbers with those of the examples.
func TestEveryPropsHasAnExample(t *testing.T) {
	app := template.NewApp(t)
	covered, needed, types := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, e := range examples {
		props := e.props(newStack(app, fmt.Sprint("E", i)))
		leavesOf(props, func(l leaf) {
			if l.Value.Kind() != reflect.String || l.Value.String() != "" {
				covered[l.Owner+"."+l.Field] = true
			}
			types[l.Owner] = true
		})
		p := reflect.TypeOf(props).Elem()
		types[p.String()] = true
		fieldsOf(p, func(owner, field string, _ reflect.Kind) { needed[owner+"."+field] = true })
	}
	needed["autoscaling.ScalableTarget.ResourceID"] = true
	for field := range needed {
		if !covered[field] {
			t.Errorf("no example sets %s", field)
		}
	}
	for field := range mustBeKnown {
		if !covered[field] {
			t.Errorf("%s must be known, and there is no such text", field)
		}
	}
	for _, room := range []string{"frontend", "scaling", "inference"} {
		for _, name := range exportedProps(t, filepath.Join(template.Root(t), "constructs", room)) {
			if !types[room+"."+name] {
				t.Errorf("no example has a %s.%s", room, name)
			}
		}
	}
}

// exportedProps are the names of the exported types in folder that end in Props.
func exportedProps(t *testing.T, folder string) (names []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, is := n.(*ast.TypeSpec); is && spec.Name.IsExported() && strings.HasSuffix(spec.Name.Name, "Props") {
				names = append(names, spec.Name.Name)
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// The least integer is what a conversion of a number token gives on every processor that
// CDK runs on: on amd64 and arm64 a number out of range becomes it.
func TestConversion(t *testing.T) {
	unknown := *awscdk.Token_AsNumber(map[string]any{"Ref": "Unknown"})
	if int64(unknown) != math.MinInt64 {
		t.Errorf("got %d", int64(unknown))
	}
}
