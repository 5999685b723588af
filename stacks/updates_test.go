package stacks_test

import (
	"os"
	"path/filepath"
	"reflect"
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
	return stacks.NewEnvironment(awscdk.NewApp(nil), e)
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
			{"frontend:", "events:\n  - {name: final, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00," +
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
