package deploy_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// TestServiceModel holds what every kind of target renders to the shapes that
// AWS publishes for its APIs: the local AWS takes more than AWS does.
func TestServiceModel(t *testing.T) {
	t.Parallel()
	models := serviceModels(t)
	files, err := filepath.Glob(filepath.Join(root, "autoscaling", "testdata", "cloudformation", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var template struct{ Resources map[string]any }
		if err := json.Unmarshal(data, &template); err != nil {
			t.Fatal(err)
		}
		if problems := models.checkTemplate(template.Resources); problems != nil {
			t.Errorf("%s\n%s", filepath.Base(file), strings.Join(problems, "\n"))
		}
	}
}

// TestServiceModelRefuses breaks one thing at a time, so that silence means
// something.
func TestServiceModelRefuses(t *testing.T) {
	t.Parallel()
	models := serviceModels(t)
	for _, test := range []struct{ properties, want string }{
		{`{"ServiceNamespace": "sagemaker", "ResourceId": "a", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "MinCapacity": 1, "MaxCapacity": 2}`, ""},
		{`{"ServiceNamespace": "sagemaker", "ResourceId": "a", "ScalableDimension": "sagemaker:variant:Copies"}`, `ScalableDimension: "sagemaker:variant:Copies" is none of the values`},
		{`{"ServiceNamespace": "sagemaker", "ResourceId": ""}`, "ResourceId: has length 0, below 1\nScalableDimension: is required"},
		{`{"ServiceNamespace": "sagemaker", "ResourceId": "a", "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": "1", "Maximum": 2}`, "Maximum: is no member\nMinCapacity: 1 is no integer"},
		{`{"ServiceNamespace": "sagemaker", "ResourceId": "a", "ScalableDimension": "ecs:service:DesiredCount", "MaxCapacity": 2.5, "SuspendedState": {"ScheduledScalingSuspended": 1}}`,
			"MaxCapacity: 2.5 is no integer\nSuspendedState.ScheduledScalingSuspended: 1 is no boolean"},
		{`{"ServiceNamespace": "sagemaker", "ResourceId": "a", "ScalableDimension": "ecs:service:DesiredCount", "SuspendedState": []}`, "SuspendedState: [] is no structure"},
	} {
		var properties map[string]any
		if err := json.Unmarshal([]byte(test.properties), &properties); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(models["application-autoscaling"].check("RegisterScalableTargetRequest", "", properties), "\n")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.properties, diff)
		}
	}
	for _, test := range []struct{ shape, value, want string }{
		{"MetricDimensions", `[{"Name": "a", "Value": 1}]`, "[0].Value: 1 is no text"},
		{"StepScalingPolicyConfiguration", `{"MetricAggregationType": "Sum"}`, `MetricAggregationType: "Sum" is none of the values`},
		{"TargetTrackingScalingPolicyConfiguration", `{"TargetValue": 1, "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocations"}}`,
			`PredefinedMetricSpecification.PredefinedMetricType: "SageMakerVariantInvocations" is none of the values`},
	} {
		var value any
		if err := json.Unmarshal([]byte(test.value), &value); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(models["application-autoscaling"].check(test.shape, "", value), "\n"); got != test.want {
			t.Errorf("%s: got %q, want %q", test.value, got, test.want)
		}
	}
	if got := models["sagemaker"].check("ServerlessMemorySizeInMB", "x", 7000.0); !slices.Equal(got, []string{"x: is 7000, above 6144"}) {
		t.Errorf("got %q", got)
	}
}

// serviceModel is the part of an API's published model that is looked at.
type serviceModel struct{ Shapes map[string]shape }

type shape struct {
	Type     string
	Required []string
	Members  map[string]struct{ Shape string }
	Member   struct{ Shape string }
	Value    struct{ Shape string }
	Enum     []string
	Pattern  string
	Min, Max *float64
}

type models map[string]serviceModel

// serviceModels are those that botocore, which comes with moto, brings.
func serviceModels(t *testing.T) models {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	python, err := localaws.Prepare(ctx, root, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	dir, err := exec.CommandContext(ctx, python, "-c", "import botocore, os; print(os.path.dirname(botocore.__file__))").Output()
	if err != nil {
		t.Fatal(err)
	}
	read := models{}
	for service, version := range map[string]string{"application-autoscaling": "2016-02-06", "cloudwatch": "2010-08-01", "sagemaker": "2017-07-24"} {
		file, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "data", service, version, "service-2.json.gz"))
		if err != nil {
			t.Fatal(err)
		}
		var model serviceModel
		unpacked, err := gzip.NewReader(file)
		if err == nil {
			err = json.NewDecoder(unpacked).Decode(&model)
		}
		if err != nil || file.Close() != nil || len(model.Shapes) == 0 {
			t.Fatalf("%s: %d shapes, %v", service, len(model.Shapes), err)
		}
		read[service] = model
	}
	return read
}

// checkTemplate returns what keeps the resources of a template from being
// requests to AWS.
func (m models) checkTemplate(resources map[string]any) []string {
	var problems []string
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		r := resources[id].(map[string]any)
		p := maps.Clone(resolved(r["Properties"]).(map[string]any))
		at := id + "."
		check := func(service, shape string, value any) {
			problems = append(problems, m[service].check(shape, at, value)...)
		}
		switch r["Type"] {
		case "AWS::ApplicationAutoScaling::ScalableTarget":
			actions, _ := p["ScheduledActions"].([]any)
			delete(p, "ScheduledActions")
			check("application-autoscaling", "RegisterScalableTargetRequest", p)
			for _, a := range actions {
				action := scaled(p)
				maps.Copy(action, a.(map[string]any))
				check("application-autoscaling", "PutScheduledActionRequest", action)
			}
		case "AWS::ApplicationAutoScaling::ScalingPolicy":
			target := resources[p["ScalingTargetId"].(string)].(map[string]any)
			delete(p, "ScalingTargetId")
			maps.Copy(p, scaled(target["Properties"].(map[string]any)))
			check("application-autoscaling", "PutScalingPolicyRequest", p)
		case "AWS::CloudWatch::Alarm":
			p["AlarmName"] = id
			check("cloudwatch", "PutMetricAlarmInput", p)
		case "AWS::SageMaker::EndpointConfig":
			p["EndpointConfigName"] = id
			check("sagemaker", "CreateEndpointConfigInput", p)
		case "AWS::SageMaker::InferenceComponent":
			if deployment, ok := p["DeploymentConfig"]; ok {
				check("sagemaker", "InferenceComponentDeploymentConfig", deployment)
				delete(p, "DeploymentConfig")
			}
			check("sagemaker", "CreateInferenceComponentInput", p)
		}
	}
	return problems
}

// scaled is the three properties that name what scales.
func scaled(target map[string]any) map[string]any {
	return only(target, "ServiceNamespace", "ResourceId", "ScalableDimension")
}

// resolved has values of the right look in place of references: the ID for Ref.
func resolved(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok && len(v) == 1 {
			return ref
		}
		if att, ok := v["Fn::GetAtt"].([]any); ok && len(v) == 1 {
			if att[1] == "Arn" {
				return fmt.Sprintf("arn:aws:iam::123456789012:role/%s", att[0])
			}
			return att[0]
		}
		out := map[string]any{}
		for key, inner := range v {
			out[key] = resolved(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = resolved(v[i])
		}
		return out
	}
	return v
}

// check returns what is wrong with a value of the shape called name. Patterns
// in a dialect that Go does not speak are passed over.
func (m serviceModel) check(name, at string, value any) []string {
	s, ok := m.Shapes[name]
	path := strings.TrimSuffix(at, ".")
	problem := func(format string, args ...any) []string {
		return []string{path + ": " + fmt.Sprintf(format, args...)}
	}
	if !ok {
		return problem("there is no shape %s", name)
	}
	switch s.Type {
	case "structure":
		members, ok := value.(map[string]any)
		if !ok {
			return problem("%v is no structure", value)
		}
		return m.checkMembers(s, at, members)
	case "list":
		list, ok := value.([]any)
		if !ok {
			return problem("%v is no list", value)
		}
		problems := s.bounds(path, "has length", float64(len(list)))
		for i, item := range list {
			problems = append(problems, m.check(s.Member.Shape, fmt.Sprintf("%s[%d].", path, i), item)...)
		}
		return problems
	case "string":
		text, ok := value.(string)
		if !ok {
			return problem("%v is no text", value)
		}
		if s.Enum != nil && !slices.Contains(s.Enum, text) {
			return problem("%q is none of the values", text)
		}
		if pattern, err := regexp.Compile("^(?:" + s.Pattern + ")$"); s.Pattern != "" && err == nil && !pattern.MatchString(text) {
			return problem("%q does not match %s", text, s.Pattern)
		}
		return s.bounds(path, "has length", float64(utf8.RuneCountInString(text)))
	case "integer", "long", "double", "float":
		number, ok := value.(float64)
		if whole := s.Type == "integer" || s.Type == "long"; !ok || whole && number != float64(int64(number)) {
			return problem("%v is no %s", value, s.Type)
		}
		return s.bounds(path, "is", number)
	case "boolean":
		if _, ok := value.(bool); !ok {
			return problem("%v is no boolean", value)
		}
		return nil
	}
	return problem("the shape %s is a %s, which is not looked at", name, s.Type)
}

func (m serviceModel) checkMembers(s shape, at string, members map[string]any) []string {
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if member, ok := s.Members[key]; ok {
			problems = append(problems, m.check(member.Shape, at+key+".", members[key])...)
		} else {
			problems = append(problems, at+key+": is no member")
		}
	}
	for _, key := range s.Required {
		if _, ok := members[key]; !ok {
			problems = append(problems, at+key+": is required")
		}
	}
	return problems
}

func (s shape) bounds(path, what string, n float64) []string {
	if s.Min != nil && n < *s.Min {
		return []string{fmt.Sprintf("%s: %s %v, below %v", path, what, n, *s.Min)}
	}
	if s.Max != nil && n > *s.Max {
		return []string{fmt.Sprintf("%s: %s %v, above %v", path, what, n, *s.Max)}
	}
	return nil
}
