package inference_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const lora = "s3://models-eu-west-1/odds/lora.tar.gz"

// base is a component on an instance type with one GPU.
func base(scope constructs.Construct) *inference.InferenceComponent {
	return inference.NewInferenceComponent(scope, "Base", inference.InferenceComponentProps{
		InferenceComponentName: "base", MinMemoryMB: 8192, Accelerators: 1,
		Model: inference.NewModel(scope, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}}),
		Endpoint: inference.NewEndpoint(scope, "Endpoint", inference.EndpointProps{
			EndpointName: "shared", Variants: []inference.VariantProps{{InstanceType: "ml.g6.2xlarge",
				ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 2}}}}),
	})
}

func TestAdapter(t *testing.T) {
	stack := template.NewStack(t)
	adapter := inference.NewAdapter(stack, "Adapter", inference.AdapterProps{
		InferenceComponentName: "Finals", Base: base(stack), ArtifactURL: lora,
		ArtifactKey: awskms.NewKey(stack, jsii.String("Key"), nil),
	})
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	adapter.GrantInvoke(caller)
	got := template.Of(t, stack)
	var resource template.Resource
	var baseID string
	for id, r := range got.Resources {
		if r.Type == "AWS::SageMaker::InferenceComponent" {
			if r.Properties["InferenceComponentName"] == "Finals" {
				resource = r
			} else {
				baseID = id
			}
		}
	}
	t.Run("it has a base and an archive, and no variant, resources or copies", func(t *testing.T) {
		want := object{"InferenceComponentName": "Finals", "EndpointName": "shared", "Specification": object{
			"BaseInferenceComponentName": "base", "Container": object{"ArtifactUrl": lora}}}
		if diff := cmp.Diff(want, resource.Properties); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("it is made after its base and the permission, and deleted before", func(t *testing.T) {
		if d := resource.DependsOn; !slices.Contains(d, baseID) || !slices.Contains(d, got.ID(t, "AWS::IAM::ManagedPolicy")) {
			t.Errorf("it depends on %v", d)
		}
	})
	t.Run("the endpoint's role reads this archive, and no other", func(t *testing.T) {
		var read []any
		for _, s := range policyOf(t, got, "EndpointComponentArtifacts") {
			if s := s.(object); s["Action"] == "s3:GetObject" {
				read = append(read, s["Resource"])
			}
		}
		if diff := cmp.Diff([]any{"arn:aws:s3:::models-eu-west-1/odds/lora.tar.gz"}, read); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		decrypts := object{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": getAtt(got.ID(t, "AWS::KMS::Key"), "Arn")}
		if !slices.ContainsFunc(policyOf(t, got, "EndpointComponentRole"), func(s any) bool { return cmp.Equal(decrypts, s) }) {
			t.Error("it may not decrypt it")
		}
	})
	t.Run("callers may call it, and not its base", func(t *testing.T) {
		want := []any{object{"Effect": "Allow", "Action": []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"}, "Resource": []any{
			"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/shared",
			"arn:aws:sagemaker:eu-west-1:123456789012:inference-component/finals"}}}
		if diff := cmp.Diff(want, policyOf(t, got, "CallerDefaultPolicy")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestComponentProblems(t *testing.T) {
	stack := template.NewStack(t)
	component := base(stack)
	model := inference.NewModel(stack, "Other", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	managed := &inference.ManagedInstancesProps{MaxInstanceCount: 2}
	pooled := inference.NewEndpoint(stack, "Pooled", inference.EndpointProps{EndpointName: "pooled",
		Variants: []inference.VariantProps{{ManagedInstances: managed, InstancePools: []inference.InstancePool{
			{InstanceType: "ml.g6.xlarge"}, {InstanceType: "ml.g6.12xlarge"}}}}})
	small := inference.NewEndpoint(stack, "Small", inference.EndpointProps{EndpointName: "small",
		Variants: []inference.VariantProps{{ManagedInstances: managed, InstanceType: "ml.g5.xlarge"}}})
	copies := func(e *inference.Endpoint, accelerators, memoryMB int) validator {
		return inference.InferenceComponentProps{
			InferenceComponentName: "odds", Endpoint: e, Model: model, Accelerators: accelerators, MinMemoryMB: memoryMB}
	}
	check(t, []mistake{
		{"4 accelerators of 1", copies(small, 4, 128), `Accelerators: got 4: an instance of ml.g5.xlarge has 1, and a copy ` +
			`runs on one instance; set it to 1 or less, or take a larger type`},
		{"all the memory", copies(small, 1, 16384), `MinMemoryMB: got 16384: an instance of ml.g5.xlarge has 16384 MB, and ` +
			`SageMaker takes a part of it; reserve less, or take a larger type`},
		{"one of the pools holds it", copies(pooled, 4, 32768), ""},
		{"none of the pools holds it", copies(pooled, 8, 128), `Accelerators: got 8: an instance of ml.g6.xlarge has 1, and ` +
			"a copy runs on one instance; set it to 1 or less, or take a larger type\n" +
			`Accelerators: got 8: an instance of ml.g6.12xlarge has 4, and a copy runs on one instance; set it to 4 or ` +
			`less, or take a larger type`},

		{"an adapter of nothing", inference.AdapterProps{}, `InferenceComponentName: got "": a SageMaker name has 1 to 63 ` +
			"letters, digits and hyphens, and neither begins nor ends with a hyphen; such as \"odds\"\n" +
			"Base: an adapter adapts the model of a component; make one with NewInferenceComponent\n" +
			`ArtifactURL: an adapter has an archive of its own; such as "s3://models-eu-west-1/lora.tar.gz"`},
		{"an adapter of its base's name", inference.AdapterProps{InferenceComponentName: "base", Base: component, ArtifactURL: lora},
			`InferenceComponentName: got "base": the base has the same name; give the adapter a name of its own`},
		{"a folder of adapters", inference.AdapterProps{
			InferenceComponentName: "finals", Base: component, ArtifactURL: "s3://models/lora/"},
			`ArtifactURL: got "s3://models/lora/": SageMaker unpacks one archive whose key ends in .tar.gz; pack the model ` +
				`as a gzip compressed tar archive`},
	})
}

func TestRegions(t *testing.T) {
	app := template.NewApp(t)
	stack := func(id, region string) awscdk.Stack {
		return awscdk.NewStack(app, jsii.String(id), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String(region)}})
	}
	t.Run("a Region without components is refused, beside all else", func(t *testing.T) {
		got := template.Panics(t, func() {
			inference.NewEndpoint(stack("cape", "af-south-1"), "Endpoint", inference.EndpointProps{EndpointName: "-",
				Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
					ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 2}}}})
		}).(error).Error()
		for _, want := range []string{
			`EndpointName: got "-"`, `Variants: CloudFormation has no inference components in af-south-1; give the variant`} {
			if !strings.Contains(got, want) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
	t.Run("for a component and an adapter of another stack too", func(t *testing.T) {
		component := base(stack("ireland", "eu-west-1"))
		scope := stack("milan", "eu-south-1")
		const want = "Endpoint: CloudFormation has no inference components in eu-south-1"
		got := template.Problems(t, "milan/Adapter", func() {
			inference.NewAdapter(scope, "Adapter", inference.AdapterProps{
				InferenceComponentName: "finals", Base: component, ArtifactURL: lora})
		})
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %s", got)
		}
		got = template.Problems(t, "milan/Component", func() {
			inference.NewInferenceComponent(scope, "Component", inference.InferenceComponentProps{})
		})
		if !strings.Contains(got, want) {
			t.Errorf("got %s", got)
		}
	})
	t.Run("an endpoint of models is not, and an unknown Region is not", func(t *testing.T) {
		cape := stack("models", "af-south-1")
		inference.NewEndpoint(cape, "Endpoint", inference.EndpointProps{EndpointName: "odds",
			Variants: []inference.VariantProps{{InstanceType: "ml.c6i.xlarge",
				Model: inference.NewModel(cape, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
					Image: strings.Replace(image, "eu-west-1", "af-south-1", 1)}}})}}})
		base(awscdk.NewStack(app, jsii.String("anywhere"), nil))
	})
}

// TestTokens: rules about text say nothing of what is known only later.
func TestTokens(t *testing.T) {
	stack := template.NewStack(t)
	parameter := func(id string) string {
		return *awscdk.NewCfnParameter(stack, jsii.String("Given"+id), nil).ValueAsString()
	}
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: parameter("Endpoint"), VolumeKey: awskms.NewKey(stack, jsii.String("Key"), nil),
		DataCapture: &inference.DataCaptureProps{SamplingPercent: 1, DestinationS3URI: parameter("Capture")},
		Variants: []inference.VariantProps{{Name: parameter("Variant"), Model: model, InstanceType: parameter("Type"),
			Instances: inference.InstanceProps{
				VolumeSizeGB: 10, RoutingStrategy: parameter("Strategy"), CapacityReservationARN: parameter("Reservation"),
				InferenceAMIVersion: parameter("AMI"),
				CoreDump:            &inference.CoreDumpProps{DestinationS3URI: "s3://" + *bucket.BucketName() + "/dumps/"},
			}}},
	})
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	endpoint.GrantInvoke(caller)
	reader := awsiam.NewRole(stack, jsii.String("Reader"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	endpoint.GrantReadCapturedData(reader)
	got := template.Of(t, stack)
	t.Run("the ARN of a name", func(t *testing.T) {
		want := object{"Ref": got.ID(t, "AWS::SageMaker::Endpoint")}
		if diff := cmp.Diff(want, policyOf(t, got, "CallerDefaultPolicy")[0].(object)["Resource"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("a bucket in a URI", func(t *testing.T) {
		want := object{"Fn::Join": []any{"", []any{"arn:aws:s3:::", object{"Ref": got.ID(t, "AWS::S3::Bucket")}, "/dumps/*"}}}
		if diff := cmp.Diff(want, policyOf(t, got, "EndpointCoreDump")[0].(object)["Resource"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("a whole URI", func(t *testing.T) {
		want := object{"Fn::Join": []any{"", []any{"arn:aws:s3:::", object{"Fn::Select": []any{1.0, object{
			"Fn::Split": []any{"s3://", object{"Ref": "GivenCapture"}}}}}, "/*"}}}
		if diff := cmp.Diff(want, policyOf(t, got, "EndpointCapture1")[0].(object)["Resource"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		bucket := object{"Fn::Join": []any{"", []any{"arn:aws:s3:::", object{"Fn::Select": []any{0.0, object{
			"Fn::Split": []any{"/", object{"Fn::Select": []any{1.0, object{
				"Fn::Split": []any{"s3://", object{"Ref": "GivenCapture"}}}}}}}}}}}}
		if diff := cmp.Diff(bucket, policyOf(t, got, "ReaderDefaultPolicy")[1].(object)["Resource"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
