package stacks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// edit is a change of an environment file's text.
type edit struct{ from, to string }

// validFile is the text of an environment among config's valid ones.
func validFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "config", "testdata", "valid", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// environment makes the stacks of an environment file after edits, each of which
// changes one place of the text.
func environment(t *testing.T, file string, edits ...edit) awscdk.Stage {
	t.Helper()
	for _, e := range edits {
		if n := strings.Count(file, e.from); n != 1 {
			t.Fatalf("%q stands %d times in the file, want once", e.from, n)
		}
		file = strings.Replace(file, e.from, e.to, 1)
	}
	e, err := config.Parse("pair.yaml", "pair", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return stacks.NewEnvironment(awscdk.NewApp(nil), e).Stage
}

// stackOf is the template of one of an environment's stacks.
func stackOf(t *testing.T, stage awscdk.Stage, part string) template.Template {
	t.Helper()
	return template.Of(t, stage.Node().FindChild(jsii.String(part)).(awscdk.Stack))
}

// sagemaker is the resources of SageMaker in a template.
func sagemaker(of template.Template) map[string]template.Resource {
	found := map[string]template.Resource{}
	for id, r := range of.Resources {
		if strings.HasPrefix(r.Type, "AWS::SageMaker::") {
			found[id] = r
		}
	}
	return found
}

// TestScalingLeavesTheEndpoint: no key that says how something scales touches a
// model, an endpoint configuration, an endpoint or a component: a new
// configuration replaces the fleet.
func TestScalingLeavesTheEndpoint(t *testing.T) {
	for name, edits := range map[string][]edit{
		"minimal": {
			{"minCapacity: 2", "minCapacity: 1"},
			{"minCapacity: 2", "minCapacity: 12"},
			{"maxCapacity: 12", "maxCapacity: 40"},
			{"minCapacity: 2", "minCapacity: 3\n  safetyFactor: 0.6\n  scaleInCooldown: 10m\n  zones: 2"},
			{"requestsPerSecondPerInstance: 100", "requestsPerSecondPerInstance: 80\n  concurrencyPerInstance: 4"},
			{"frontend:", "schedule:\n  - {name: day, schedule: cron(0 8 * * ? *), minCapacity: 3}\nfrontend:"},
			{"frontend:", "events:\n  - {name: final, timezone: UTC, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00," +
				" peakRequestsPerSecond: 400}\nfrontend:"},
		},
		"policies": {
			{"minCapacity: 2\n      maxCapacity: 12", "minCapacity: 3\n      maxCapacity: 14"},
			{"scaling: {minCapacity: 1, maxCapacity: 4,", "scaling: {minCapacity: 2, maxCapacity: 5,"},
		},
		"asynchronous": {
			{"minCapacity: 0\n", "minCapacity: 3\n"},
			{"maxCapacity: 6", "maxCapacity: 9"},
			{"backlogPerInstance: 10", "backlogPerInstance: 5"},
		},
		"serverless": {
			{"minCapacity: 5\n", "minCapacity: 8\n"},
			{"maxCapacity: 30", "maxCapacity: 40"},
			{"targetUtilization: 0.8", "targetUtilization: 0.6"},
		},
		"events": {{"startTime: 5m", "startTime: 20m"}},
		"components": {
			{"{minCapacity: 2, maxCapacity: 16,", "{minCapacity: 4, maxCapacity: 18,"},
			{"{minCapacity: 0, maxCapacity: 4, wakeUpCopies: 2,", "{minCapacity: 1, maxCapacity: 4,"},
			{"requestsPerSecondPerCopy: 40, concurrencyPerCopy: 8", "requestsPerSecondPerCopy: 30"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := validFile(t, name)
			before := stackOf(t, environment(t, file), "inference")
			for _, e := range edits {
				after := stackOf(t, environment(t, file, e), "inference")
				if diff := cmp.Diff(sagemaker(before), sagemaker(after)); diff != "" {
					t.Errorf("%s -> %s (-before +after)\n%s", e.from, e.to, diff)
				}
				if reflect.DeepEqual(before, after) {
					t.Errorf("%s -> %s changes nothing of how it scales", e.from, e.to)
				}
			}
		})
	}
}

const archive = "\n  modelDataUrl: s3://models/predictions/1.0.0/model.tar.gz\nendpoint:"

// TestNewVersion: while an endpoint or a component is updated, its role may read
// what the old copies read: CloudFormation changes a policy in place before the
// update, and removes one that is gone afterwards. No other logical ID moves.
func TestNewVersion(t *testing.T) {
	minimal := strings.Replace(validFile(t, "minimal"), "\nendpoint:", archive, 1)
	for name, test := range map[string]struct {
		file      string
		edit      edit
		old, next string // resources that the role may use before and after
	}{
		"archive": {minimal, edit{"1.0.0/model", "1.1.0/model"},
			":s3:::models/predictions/1.0.0/model.tar.gz", ":s3:::models/predictions/1.1.0/model.tar.gz"},
		"repository": {minimal, edit{"com/predictions:1.0.0", "com/forecasts:1.0.0"},
			"repository/predictions", "repository/forecasts"},
		"component's archive": {validFile(t, "components"), edit{"/risk.tar.gz", "/risk-2.tar.gz"},
			":s3:::models-eu-west-1/risk.tar.gz", ":s3:::models-eu-west-1/risk-2.tar.gz"},
		"component's repository": {validFile(t, "components"), edit{"com/odds:1.0.0", "com/chances:1.0.0"},
			"repository/odds", "repository/chances"},
		"answers of an asynchronous endpoint": {validFile(t, "asynchronous"), edit{"s3://answers-eu-west-1", "s3://replies"},
			":s3:::answers-eu-west-1/predictions/*", ":s3:::replies/predictions/*"},
	} {
		t.Run(name, func(t *testing.T) {
			before := stackOf(t, environment(t, test.file), "inference")
			after := stackOf(t, environment(t, test.file, test.edit), "inference")
			if allows(before, test.next) || !allows(before, test.old) || !allows(after, test.next) || allows(after, test.old) {
				t.Errorf("want %s before and %s after, and neither in the other", test.old, test.next)
			}
			for id, r := range before.Resources {
				stays, ok := after.Resources[id]
				switch {
				case ok && isPolicy(r):
					if diff := cmp.Diff(r.Properties, stays.Properties); diff != "" {
						t.Errorf("%s changes in place (-before +after)\n%s", id, diff)
					}
				case !ok && !isPolicy(r):
					t.Errorf("%s, a %s, is removed", id, r.Type)
				}
			}
			for id, r := range after.Resources {
				if _, stood := before.Resources[id]; stood {
					continue
				}
				if !isPolicy(r) || !awaited(after, id) {
					t.Errorf("%s, a %s, is added, and nothing of SageMaker waits for it", id, r.Type)
				}
			}
		})
	}
}

func isPolicy(r template.Resource) bool {
	return r.Type == "AWS::IAM::Policy" || r.Type == "AWS::IAM::ManagedPolicy"
}

// allows reports whether a policy of the template names a resource that ends so.
func allows(of template.Template, resource string) bool {
	for _, r := range of.Resources {
		if isPolicy(r) && strings.Contains(fmt.Sprint(r.Properties["PolicyDocument"]), resource) {
			return true
		}
	}
	return false
}

// awaited reports whether something of SageMaker depends on a resource.
func awaited(of template.Template, id string) bool {
	for _, r := range sagemaker(of) {
		if slices.Contains(r.DependsOn, id) {
			return true
		}
	}
	return false
}

// TestNewTag changes no policy, and so nothing that an old copy needs: only the
// image's repository is granted.
func TestNewTag(t *testing.T) {
	for name, e := range map[string]edit{
		"minimal":    {"com/predictions:1.0.0", "com/predictions:1.1.0"},
		"components": {"com/odds:1.0.0", "com/odds:1.1.0"},
	} {
		before := stackOf(t, environment(t, validFile(t, name)), "inference")
		after := stackOf(t, environment(t, validFile(t, name), e), "inference")
		var changed []string
		for _, id := range slices.Sorted(maps.Keys(before.Resources)) {
			if !reflect.DeepEqual(before.Resources[id], after.Resources[id]) {
				changed = append(changed, after.Resources[id].Type)
			}
		}
		if !slices.Equal(changed, []string{"AWS::SageMaker::Model"}) || len(before.Resources) != len(after.Resources) {
			t.Errorf("%s: %q change, want the model alone", name, changed)
		}
	}
}

// TestManyComponents: each managed policy of the role for components has room for
// what it allows, and together they allow what every component needs.
func TestManyComponents(t *testing.T) {
	stands, component, _ := strings.Cut(validFile(t, "components"), "  - name: risk\n")
	component, rest, _ := strings.Cut(component, "    schedule:")
	_, rest, _ = strings.Cut(rest, "frontend:")
	for i := range 40 {
		stands += "  - name: risk" + strconv.Itoa(i) + "\n" + strings.Replace(component, "/risk.tar.gz",
			fmt.Sprintf("/a-folder-of-models/risk-%d.tar.gz", i), 1)
	}
	stands += "frontend:" + strings.Replace(rest, ", reservedConcurrency: 100", "", 1)
	got := stackOf(t, environment(t, stands), "inference")
	for i := range 40 {
		if archive := fmt.Sprintf("/risk-%d.tar.gz", i); !allows(got, archive) {
			t.Errorf("nothing allows %s", archive)
		}
	}
	policies := got.All("AWS::IAM::ManagedPolicy")
	for _, p := range policies {
		data, err := json.Marshal(p.Properties["PolicyDocument"])
		if err != nil || len(data) > 6144 {
			t.Errorf("a policy has %d characters, want at most 6144 (%v)", len(data), err)
		}
	}
	if n := len(policies); n < 2 || n > 5 { // an update has old and new ones, 10 at most
		t.Errorf("got %d policies, want 2 to 5", n)
	}
}

// TestAddedTag: a tag that is added changes tags alone, in every stack.
func TestAddedTag(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"minimal", "components", "asynchronous", "policies"} {
		files[name] = validFile(t, name)
	}
	prod, err := os.ReadFile(filepath.Join("..", "config", "environments", "prod.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files["prod"] = string(prod)
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			tag := edit{"\nregion: ", "\ntags: {team: odds}\nregion: "}
			if strings.Contains(file, "\ntags:\n") {
				tag = edit{"\ntags:\n", "\ntags:\n  team: odds\n"}
			}
			before, after := environment(t, file), environment(t, file, tag)
			for _, child := range *before.Node().Children() {
				part := *child.Node().Id()
				old, tagged := stackOf(t, before, part), stackOf(t, after, part)
				count := withoutTags(tagged) - withoutTags(old)
				if diff := cmp.Diff(old, tagged); diff != "" {
					t.Errorf("%s (-before +after)\n%s", part, diff)
				}
				if count == 0 {
					t.Errorf("nothing of %s has the tag", part)
				}
			}
		})
	}
}

// withoutTags takes the tags of a template's resources away, and counts them.
func withoutTags(of template.Template) (count int) {
	for _, r := range of.Resources {
		switch tags := r.Properties["Tags"].(type) {
		case []any:
			count += len(tags)
		case map[string]any:
			count += len(tags)
		}
		delete(r.Properties, "Tags")
	}
	return count
}
