package inference_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const reservation = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/final"

// policyOf is the statements of the policy whose logical ID begins so.
func policyOf(t *testing.T, got template.Template, prefix string) []any {
	t.Helper()
	var found []any
	for id, r := range got.Resources {
		if strings.HasPrefix(id, prefix) && strings.HasSuffix(r.Type, "Policy") {
			found = append(found, r.Properties["PolicyDocument"].(object)["Statement"].([]any)...)
		}
	}
	return found
}

func TestInstances(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true})
	compiled := inference.NewModel(stack, "Compiled", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", VolumeKey: awskms.NewKey(stack, jsii.String("Volume"), nil),
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.inf2.xlarge", Instances: inference.InstanceProps{
				InstanceProvisionTimeout: 10 * time.Minute, CapacityReservationARN: reservation,
				RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS", VolumeSizeGB: 256,
				ModelDataDownloadTimeout: 20 * time.Minute, ContainerStartupHealthCheckTimeout: time.Hour,
				InferenceAMIVersion: "al2-ami-sagemaker-inference-neuron-2", EnableSSMAccess: true,
				CoreDump: &inference.CoreDumpProps{
					DestinationS3URI: "s3://dumps/odds/", Key: awskms.NewKey(stack, jsii.String("Dumps"), nil)},
			}},
			{Name: "pools", Model: model, InitialInstanceCount: 2,
				InstancePools: []inference.InstancePool{
					{InstanceType: "ml.c6i.xlarge", Priority: 2}, {InstanceType: "ml.c7i.xlarge", Priority: 1, Model: compiled}},
				Instances: inference.InstanceProps{PrefixAwareRouting: &inference.PrefixAwareRouting{
					PrefixLength: 4096, ConcurrencyThreshold: 8}}},
		},
	})
	got := template.Of(t, stack)
	names := map[string]object{}
	keys := map[string]any{}
	for id, r := range got.Resources {
		switch r.Type {
		case "AWS::SageMaker::Model":
			names[strings.TrimRight(id, "0123456789ABCDEF")] = getAtt(id, "ModelName")
		case "AWS::KMS::Key":
			keys[strings.TrimRight(id, "0123456789ABCDEF")] = getAtt(id, "Arn")
		}
	}
	t.Run("the configuration has every property", func(t *testing.T) {
		want := []any{
			object{
				"VariantName": "main", "ModelName": names["Model"], "InstanceType": "ml.inf2.xlarge",
				"InitialInstanceCount": 1.0, "InitialVariantWeight": 1.0, "VariantInstanceProvisionTimeoutInSeconds": 600.0,
				"CapacityReservationConfig": object{
					"CapacityReservationPreference": "capacity-reservations-only", "MlReservationArn": reservation},
				"RoutingConfig":  object{"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
				"VolumeSizeInGB": 256.0, "ModelDataDownloadTimeoutInSeconds": 1200.0,
				"ContainerStartupHealthCheckTimeoutInSeconds": 3600.0,
				"InferenceAmiVersion":                         "al2-ami-sagemaker-inference-neuron-2", "EnableSSMAccess": true,
				"CoreDumpConfig": object{"DestinationS3Uri": "s3://dumps/odds/", "KmsKeyId": keys["Dumps"]},
			},
			object{
				"VariantName": "pools", "ModelName": names["Model"], "InitialInstanceCount": 2.0, "InitialVariantWeight": 1.0,
				"InstancePools": []any{
					object{"InstanceType": "ml.c6i.xlarge", "Priority": 2.0},
					object{"InstanceType": "ml.c7i.xlarge", "Priority": 1.0, "ModelNameOverride": names["Compiled"]}},
				"RoutingConfig": object{"RoutingStrategy": "PREFIX_AWARE",
					"PrefixAwareRoutingConfig": object{"PrefixLength": 4096.0, "ConcurrencyThreshold": 8.0}},
			},
		}
		config := got.One(t, "AWS::SageMaker::EndpointConfig").Properties
		if diff := cmp.Diff(want, config["ProductionVariants"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(keys["Volume"], config["KmsKeyId"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("scaling knows the type of the highest priority", func(t *testing.T) {
		if v := endpoint.Variant("pools").ScalingVariant(); v.InstanceType != "ml.c7i.xlarge" {
			t.Errorf("got %q", v.InstanceType)
		}
	})
	t.Run("the role writes dumps under their folder and nowhere else", func(t *testing.T) {
		want := []any{object{"Effect": "Allow", "Action": []any{"s3:AbortMultipartUpload", "s3:PutObject"},
			"Resource": "arn:aws:s3:::dumps/odds/*"}}
		if diff := cmp.Diff(want, policyOf(t, got, "EndpointCoreDump")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("the role uses the dumps' key, and not the volume's", func(t *testing.T) {
		for _, s := range policyOf(t, got, "ModelExecutionRole") {
			s := s.(object)
			if actions, ok := s["Action"].([]any); ok && strings.HasPrefix(actions[0].(string), "kms:") {
				if diff := cmp.Diff(keys["Dumps"], s["Resource"]); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				return
			}
		}
		t.Error("the role may not use the key")
	})
	t.Run("one role connects to Systems Manager, the other does not", func(t *testing.T) {
		count := func(prefix string) (n int) {
			for _, s := range policyOf(t, got, prefix) {
				actions, _ := s.(object)["Action"].([]any)
				for _, action := range actions {
					if strings.HasPrefix(action.(string), "ssm") {
						n++
					}
				}
			}
			return n
		}
		if a, b := count("ModelExecutionRole"), count("CompiledExecutionRole"); a != 4 || b != 0 {
			t.Errorf("got %d and %d actions, want the 4 channels of the first alone", a, b)
		}
	})
	t.Run("a pool's model writes logs too", func(t *testing.T) {
		for _, s := range policyOf(t, got, "CompiledExecutionRole") {
			if actions, ok := s.(object)["Action"].([]any); ok && actions[0] == "logs:CreateLogGroup" {
				return
			}
		}
		t.Error("it may not")
	})
}

func TestShadowAndMetrics(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	next := inference.NewModel(stack, "Next", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	half, off := 0.5, false
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		ShadowVariants: []inference.VariantProps{
			{Name: "next", Model: next, InstanceType: "ml.c7i.xlarge", Weight: &half}},
		Metrics: &inference.MetricsProps{
			Enhanced: true, PublishFrequency: 10 * time.Second, DetailedObservability: &off},
	})
	got := template.Of(t, stack)
	config := got.One(t, "AWS::SageMaker::EndpointConfig").Properties
	shadows := config["ShadowProductionVariants"].([]any)
	if len(shadows) != 1 || len(config["ProductionVariants"].([]any)) != 1 {
		t.Fatalf("got %v", config)
	}
	if s := shadows[0].(object); s["VariantName"] != "next" || s["InitialVariantWeight"] != 0.5 {
		t.Errorf("got %v", s)
	}
	want := object{"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10.0, "EnableDetailedObservability": false}
	if diff := cmp.Diff(want, config["MetricsConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	logs := false
	for _, s := range policyOf(t, got, "NextExecutionRole") {
		actions, ok := s.(object)["Action"].([]any)
		logs = logs || ok && actions[0] == "logs:CreateLogGroup"
	}
	if !logs {
		t.Error("the shadow's role may not write logs")
	}
	if text := template.Panics(t, func() { endpoint.Variant("next") }).(error).Error(); !strings.Contains(text, `["main"]`) {
		t.Errorf("scaling finds the shadow: %s", text)
	}
}

// TestDefaults: what an importing app does not say is not in the template.
func TestDefaults(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Metrics: &inference.MetricsProps{},
		Variants: []inference.VariantProps{{Model: model, InstancePools: []inference.InstancePool{
			{InstanceType: "ml.g5.xlarge"}, {InstanceType: "ml.g6.xlarge"}}}},
	})
	got := template.Of(t, stack)
	want := object{
		"MetricsConfig": object{"EnableEnhancedMetrics": false},
		"ProductionVariants": []any{object{
			"VariantName": "main", "ModelName": getAtt(got.ID(t, "AWS::SageMaker::Model"), "ModelName"),
			"InitialInstanceCount": 1.0, "InitialVariantWeight": 1.0, "InstancePools": []any{
				object{"InstanceType": "ml.g5.xlarge", "Priority": 1.0},
				object{"InstanceType": "ml.g6.xlarge", "Priority": 2.0}},
		}},
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
