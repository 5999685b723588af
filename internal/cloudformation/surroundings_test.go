package cloudformation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

type object = map[string]any

// orders are the ways to say that a resource comes after X, and those that do not.
var orders = map[string]struct {
	target    object
	more      object
	unordered bool
}{
	"nothing":    {object{}, nil, true},
	"of another": {object{"DependsOn": "Role"}, nil, true},
	"DependsOn":  {object{"DependsOn": "X"}, nil, false},
	"a list":     {object{"DependsOn": []any{"Role", "X"}}, nil, false},
	"by another": {
		object{"DependsOn": "Wait"},
		object{"Wait": object{"Type": "AWS::CloudFormation::WaitConditionHandle", "DependsOn": "X"}},
		false,
	},
	"a reference":  {object{"RoleARN": object{"Fn::Sub": "arn:aws:iam::123456789012:role/${X.Name}"}}, nil, false},
	"an attribute": {object{"RoleARN": object{"Fn::GetAtt": []any{"X", "Name"}}}, nil, false},
	"by a policy":  {object{}, object{"Later": object{"Type": "AWS::SNS::Topic", "DependsOn": "X"}}, true},
}

// after makes the target follow, or not, what has the logical ID.
func after(order, logicalID string, resources object) (unordered bool) {
	var o struct{ Target, More object }
	data, err := json.Marshal(map[string]object{"Target": orders[order].target, "More": orders[order].more})
	if err == nil {
		err = json.Unmarshal([]byte(replaceX(string(data), logicalID)), &o)
	}
	if err != nil {
		panic(err)
	}
	target := resources["Target"].(object)
	for key, value := range o.Target {
		if key == "DependsOn" {
			target[key] = value
		} else {
			target["Properties"].(object)[key] = value
		}
	}
	for id, resource := range o.More {
		resources[id] = resource
	}
	return orders[order].unordered
}

func replaceX(text, id string) string {
	var out []rune
	for i, r := range text {
		if r == 'X' && (text[i-1] == '"' || text[i-1] == '{') {
			out = append(out, []rune(id)...)
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

// retentions are what an endpoint may say of its variants' properties.
var retentions = map[string]struct {
	properties object
	resetBy    string
}{
	"nothing": {object{}, lint.NotRetained},
	"false":   {object{"RetainAllVariantProperties": false}, lint.NotRetained},
	"no value": {object{"RetainAllVariantProperties": object{"Ref": "AWS::NoValue"}},
		lint.NotRetained},
	"true": {object{"RetainAllVariantProperties": true}, ""},
	"text": {object{"RetainAllVariantProperties": "true"}, ""},
	"all but the weight": {object{"RetainAllVariantProperties": true,
		"ExcludeRetainedVariantProperties": []any{object{"VariantPropertyType": "DesiredWeight"}}}, ""},
	"all but the count": {object{"RetainAllVariantProperties": true,
		"ExcludeRetainedVariantProperties": []any{object{"VariantPropertyType": "DesiredWeight"},
			object{"VariantPropertyType": "DesiredInstanceCount"}}}, lint.Excluded},
	"not known": {object{"RetainAllVariantProperties": object{"Ref": "Retain"}}, ""},
}

func keys[V any](m map[string]V) *rapid.Generator[string] {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return rapid.SampledFrom(names)
}

// TestSurroundingsAreReadBack: what a template says around a target comes back.
func TestSurroundingsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		retention := retentions[keys(retentions).Draw(rt, "retention")]
		variants := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"main", "live", "trial"}), 1, 3, rapid.ID).
			Draw(rt, "variants")
		wanted := rapid.SampledFrom([]string{"main", "live", "other"}).Draw(rt, "variant")
		endpoint := rapid.SampledFrom([]string{"odds", "elsewhere"}).Draw(rt, "endpoint")
		instances, managed := rapid.Bool().Draw(rt, "instances"), rapid.Bool().Draw(rt, "managed")

		var productionVariants []any
		for _, name := range variants {
			productionVariants = append(productionVariants, variantOf(name, instances, managed))
		}
		resources := object{
			"Config": object{
				"Type":       "AWS::SageMaker::EndpointConfig",
				"Properties": object{"ProductionVariants": productionVariants},
			},
			"Endpoint": object{
				"Type": "AWS::SageMaker::Endpoint",
				"Properties": object{
					"EndpointName":       "odds",
					"EndpointConfigName": object{"Fn::GetAtt": []any{"Config", "EndpointConfigName"}},
				},
			},
			"Role": object{"Type": "AWS::IAM::Role"},
			"Target": object{"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": autoscaling.ScalableTarget{
				ResourceID: "endpoint/" + endpoint + "/variant/" + wanted, Dimension: autoscaling.VariantInstanceCount, MinCapacity: 1, MaxCapacity: 2,
			}.CloudFormation()},
		}
		for key, value := range retention.properties {
			resources["Endpoint"].(object)["Properties"].(object)[key] = value
		}
		want := lint.Surroundings{Template: "t.json"}
		known := autoscaling.Variant{EndpointName: endpoint, Name: wanted}
		unordered := after(keys(orders).Draw(rt, "order"), "Endpoint", resources)
		if endpoint == "odds" {
			want.Endpoint, want.Unordered, want.ResetBy = "Endpoint", unordered, retention.resetBy
			if slices.Contains(variants, wanted) {
				known = variantModel(known, instances, managed)
			} else {
				want.OtherVariants = variants
			}
		} else {
			want.OtherEndpoints = []string{"odds"}
		}
		got := readBack(rt, resources)
		if diff := cmp.Diff(want, got.Around, cmpopts.EquateEmpty()); diff != "" {
			rt.Errorf("around (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(&known, got.Variant); diff != "" {
			rt.Errorf("variant (-want +got)\n%s", diff)
		}
	})
}

// variantOf is a variant of a configuration, and variantModel what is known of it.
func variantOf(name string, instances, managed bool) object {
	v := object{"VariantName": name}
	if !instances {
		v["ServerlessConfig"] = object{"MaxConcurrency": 20, "MemorySizeInMB": 1024}
		return v
	}
	v["InstanceType"], v["InitialInstanceCount"] = "ml.g5.xlarge", 1
	if managed {
		v["ManagedInstanceScaling"] = object{"Status": "ENABLED", "MaxInstanceCount": 3}
	}
	return v
}

func variantModel(v autoscaling.Variant, instances, managed bool) autoscaling.Variant {
	if !instances {
		v.MaxConcurrency = 20
		return v
	}
	v.InstanceType, v.InitialInstanceCount = "ml.g5.xlarge", 1
	if managed {
		v.ManagedInstanceScaling, v.MaxInstanceCount = true, 3
	}
	return v
}

// TestCopiesAreReadBack: so does what a copy takes, and of which variant.
func TestCopiesAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := lint.Copy{
			Accelerators: rapid.IntRange(0, 8).
				Draw(rt, "accelerators"),
			MinMemoryMB: rapid.IntRange(0, 1<<20).Draw(rt, "memory"),
			CPUCores:    float64(rapid.IntRange(0, 64).Draw(rt, "cores")) / 4,
		}
		requirements := object{}
		for name, value := range map[string]float64{
			"NumberOfAcceleratorDevicesRequired": float64(want.Accelerators), "MinMemoryRequiredInMb": float64(want.MinMemoryMB),
			"NumberOfCpuCoresRequired": want.CPUCores,
		} {
			if value > 0 {
				requirements[name] = value
			}
		}
		name := rapid.SampledFrom([]string{"chat", "other"}).Draw(rt, "component")
		resources := object{
			"Config": object{
				"Type":       "AWS::SageMaker::EndpointConfig",
				"Properties": object{"ProductionVariants": []any{variantOf("main", true, true)}},
			},
			"Endpoint": object{
				"Type": "AWS::SageMaker::Endpoint",
				"Properties": object{
					"EndpointName":       "odds",
					"EndpointConfigName": object{"Fn::GetAtt": []any{"Config", "EndpointConfigName"}},
				},
			},
			"Component": object{
				"Type": "AWS::SageMaker::InferenceComponent",
				"Properties": object{
					"InferenceComponentName": "chat",
					"EndpointName":           "odds",
					"VariantName":            "main",
					"Specification":          object{"ComputeResourceRequirements": requirements},
				},
			},
			"Role": object{"Type": "AWS::IAM::Role"},
			"Target": object{"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": autoscaling.ScalableTarget{
				ResourceID: "inference-component/" + name, Dimension: autoscaling.InferenceComponentCopyCount, MaxCapacity: 2,
			}.CloudFormation()},
		}
		unordered := after(keys(orders).Draw(rt, "order"), "Component", resources)
		host := variantModel(autoscaling.Variant{EndpointName: "odds", Name: "main"}, true, true)
		whole := lint.Subject{
			Copy:   want,
			Host:   &host,
			Around: lint.Surroundings{Template: "t.json", Endpoint: "Component", Unordered: unordered},
		}
		if name == "other" {
			whole = lint.Subject{Around: lint.Surroundings{Template: "t.json", OtherEndpoints: []string{"chat"}}}
		}
		got := readBack(rt, resources)
		// What a rehearsal plays of the instances is held by TestPlacesOfCopies of cmd/rehearse.
		got.Name, got.Target, got.Hosting = "", autoscaling.ScalableTarget{}, autoscaling.Hosting{}
		if diff := cmp.Diff(whole, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func readBack(rt *rapid.T, resources object) lint.Subject {
	data, err := json.Marshal(object{"Resources": resources, "Parameters": object{"Retain": object{"Type": "String"}}})
	if err != nil {
		rt.Fatal(err)
	}
	r, err := cloudformation.Read("t.json", data, cloudformation.Options{})
	if err != nil || len(r.Scaled) != 1 {
		rt.Fatal(fmt.Sprint(err, r.Err(), "\n", string(data)))
	}
	return r.Scaled[0].Subject
}
