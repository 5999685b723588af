package inference_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestPerInstanceType(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	compiled := inference.NewModel(stack, "Compiled", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image, ModelDataURL: archive}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "shared", Variants: []inference.VariantProps{{
			InstancePools: []inference.InstancePool{{InstanceType: "ml.g6.xlarge"}, {InstanceType: "ml.inf2.xlarge"}},
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4, Consolidate: true,
				ConsolidationStep: 2, ConsolidationCooldown: time.Hour}}}})
	inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds", Endpoint: endpoint, Model: model, MinMemoryMB: 4096, Accelerators: 1, CacheData: true,
		PerInstanceType: []inference.InstanceTypeOverride{{InstanceType: "ml.inf2.xlarge", Model: compiled, MinMemoryMB: 8192}},
		Scheduling:      &inference.SchedulingProps{PlacementStrategy: "BINPACK", MaxZoneImbalance: 2},
	})
	got := template.Of(t, stack)
	names := map[string]object{}
	for id, r := range got.Resources {
		if r.Type == "AWS::SageMaker::Model" {
			names[strings.TrimRight(id, "0123456789ABCDEF")] = getAtt(id, "ModelName")
		}
	}
	specification := func(instanceType, model string, memory float64) object {
		return object{
			"InstanceType": instanceType, "ModelName": names[model], "DataCacheConfig": object{"EnableCaching": true},
			"ComputeResourceRequirements": object{"MinMemoryRequiredInMb": memory, "NumberOfAcceleratorDevicesRequired": 1.0},
			"SchedulingConfig": object{"PlacementStrategy": "BINPACK",
				"AvailabilityZoneBalance": object{"EnforcementMode": "PERMISSIVE", "MaxImbalance": 2.0}},
		}
	}
	want := object{"InferenceComponentName": "odds", "EndpointName": "shared", "VariantName": "main", "Specifications": []any{
		specification("ml.g6.xlarge", "Model", 4096), specification("ml.inf2.xlarge", "Compiled", 8192)}}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::InferenceComponent").Properties); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	read := false
	for _, s := range policyOf(t, got, "EndpointComponentArtifacts") {
		read = read || s.(object)["Resource"] == "arn:aws:s3:::models-eu-west-1/odds/1.4.2/model.tar.gz"
	}
	if !read {
		t.Error("the endpoint's role may not read the archive of the other model")
	}
	variant := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)[0].(object)
	scaleIn := object{"Strategy": "CONSOLIDATION", "MaximumStepSize": 2.0, "CooldownInMinutes": 60.0}
	if diff := cmp.Diff(scaleIn, variant["ManagedInstanceScaling"].(object)["ScaleInPolicy"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSpecificationProblems(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	managed := &inference.ManagedInstancesProps{MaxInstanceCount: 2}
	single := inference.NewEndpoint(stack, "Single", inference.EndpointProps{EndpointName: "single",
		Variants: []inference.VariantProps{{ManagedInstances: managed, InstanceType: "ml.g6.xlarge"}}})
	pooled := inference.NewEndpoint(stack, "Pooled", inference.EndpointProps{EndpointName: "pooled",
		Variants: []inference.VariantProps{{ManagedInstances: managed, InstancePools: []inference.InstancePool{
			{InstanceType: "ml.g6.xlarge"}, {InstanceType: "ml.g6.12xlarge"}}}}})
	on := func(e *inference.Endpoint, overrides ...inference.InstanceTypeOverride) validator {
		return inference.InferenceComponentProps{
			InferenceComponentName: "odds", Endpoint: e, Model: model, MinMemoryMB: 4096, PerInstanceType: overrides}
	}
	placed := func(p inference.SchedulingProps) validator {
		return inference.InferenceComponentProps{
			InferenceComponentName: "odds", Endpoint: single, Model: model, MinMemoryMB: 4096, Scheduling: &p}
	}
	consolidated := func(p inference.ManagedInstancesProps) validator {
		p.MaxInstanceCount = 2
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{InstanceType: "ml.g6.xlarge", ManagedInstances: &p}}}
	}
	g6 := inference.InstanceTypeOverride{InstanceType: "ml.g6.xlarge"}
	check(t, []mistake{
		{"an override of the one type", on(single, g6),
			`PerInstanceType[0].InstanceType: got "ml.g6.xlarge": the variant has one instance type; leave ` +
				`PerInstanceType out, or give the variant InstancePools`},
		{"an override of no pool", on(pooled, inference.InstanceTypeOverride{InstanceType: "ml.g5.xlarge"}),
			`PerInstanceType[0].InstanceType: got "ml.g5.xlarge": the variant has no such pool; give the type of one of ` +
				`its pools`},
		{"an override twice", on(pooled, g6, g6),
			`PerInstanceType[1].InstanceType: got "ml.g6.xlarge": the type is there twice; join the two`},
		{"too little memory on one type", on(pooled, inference.InstanceTypeOverride{InstanceType: "ml.g6.xlarge", MinMemoryMB: 64}),
			`PerInstanceType[0].MinMemoryMB: got 64: a copy is guaranteed 128 MB or more; measure what the container uses ` +
				`under load`},
		{"too many accelerators on one type", on(pooled, inference.InstanceTypeOverride{InstanceType: "ml.g6.xlarge", Accelerators: 2}),
			`PerInstanceType[0].Accelerators: got 2: an instance of ml.g6.xlarge has 1, and a copy runs on one instance; ` +
				`set it to 1 or less, or take a larger type`},
		{"an unknown placement", placed(inference.SchedulingProps{PlacementStrategy: "PACK"}),
			`Scheduling.PlacementStrategy: got "PACK": copies are placed by SPREAD or BINPACK; such as "SPREAD"`},
		{"zones 101 apart", placed(inference.SchedulingProps{PlacementStrategy: "SPREAD", MaxZoneImbalance: 101}),
			`Scheduling.MaxZoneImbalance: got 101: zones differ by 0 to 100 copies; leave it out for as even as possible`},
		{"101 instances at a time", consolidated(inference.ManagedInstancesProps{Consolidate: true, ConsolidationStep: 101}),
			`Variants[0].ManagedInstances.ConsolidationStep: got 101: consolidation stops 1 to 100 instances at a time; ` +
				`leave it out for 1`},
		{"a short cooldown", consolidated(inference.ManagedInstancesProps{
			Consolidate: true, ConsolidationCooldown: 90 * time.Second}),
			`Variants[0].ManagedInstances.ConsolidationCooldown: got 1m30s: this is whole minutes from 5m to 24h; leave it ` +
				`out for 20m`},
		{"steps without consolidation", consolidated(inference.ManagedInstancesProps{
			ConsolidationStep: 2, ConsolidationCooldown: time.Hour}),
			"Variants[0].ManagedInstances.ConsolidationStep: got 2: nothing is consolidated; set Consolidate, or leave it out\n" +
				`Variants[0].ManagedInstances.ConsolidationCooldown: got 1h: nothing is consolidated; set Consolidate, or ` +
				`leave it out`},
	})
}
