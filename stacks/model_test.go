package stacks_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const modelImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictions:1.0.0"

// withModel is the inference stack of an environment file whose model has other keys
// than its image. A warning of CDK is an error.
func withModel(t *testing.T, file, keys string) template.Template {
	t.Helper()
	stage := environment(t, file, edit{"  image: " + modelImage + "\n", keys})
	stack := stage.Node().FindChild(jsii.String("inference")).(awscdk.Stack)
	for _, w := range *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue()) {
		t.Errorf("%v: %v", *w.Id, w.Entry) //nolint:staticcheck // the type that it has moved to is not in CDK for Go
	}
	return template.Of(t, stack)
}

// model is the properties of the only model.
func model(t *testing.T, of template.Template) map[string]any {
	t.Helper()
	return of.One(t, "AWS::SageMaker::Model").Properties
}

// mayDo checks what the roles of a template are allowed, as ACTION RESOURCE, and one
// thing that they are not.
func mayDo(t *testing.T, of template.Template, not string, want ...string) {
	t.Helper()
	for _, said := range want {
		if action, resource, _ := strings.Cut(said, " "); !of.Allows(action, resource) {
			t.Errorf("may not %s", said)
		}
	}
	if action, resource, _ := strings.Cut(not, " "); not != "" && of.Allows(action, resource) {
		t.Errorf("may %s", not)
	}
}

func TestModelPackage(t *testing.T) {
	got := withModel(
		t,
		validFile(t, "minimal"),
		`  modelPackageArn: arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7
  inferenceSpecificationName: gpu
  environment: {LEVEL: low}
`,
	)
	want := map[string]any{
		"ModelPackageName":           "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7",
		"InferenceSpecificationName": "gpu", "Environment": map[string]any{"LEVEL": "low"},
	}
	if diff := cmp.Diff(want, model(t, got)["PrimaryContainer"]); diff != "" {
		t.Error(diff)
	}
	mayDo(t, got, "s3:GetObject arn:${AWS::Partition}:s3:::odds/model.tar.gz", "ecr:GetAuthorizationToken *")
}

// TestModelOfFiles: files that are not compressed, in a variant's own model, and in a
// component's.
func TestModelOfFiles(t *testing.T) {
	const (
		key  = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000002"
		keys = "modelDataUrl: s3://weights-eu-west-1/llm/\nacceptEula: true\nmodelDataKeyArn: " + key + "\n"
	)
	indented := func(by string) string { return by + strings.ReplaceAll(strings.TrimSpace(keys), "\n", "\n"+by) + "\n" }
	for name, got := range map[string]template.Template{
		"a model": withModel(t, validFile(t, "minimal"), "  image: "+modelImage+"\n"+indented("  ")),
		"a component": stackOf(t, environment(t, validFile(t, "components"),
			edit{"  - name: odds\n", "  - name: odds\n" + indented("    ")}), "inference"),
	} {
		want := map[string]any{"S3DataSource": map[string]any{
			"S3Uri": "s3://weights-eu-west-1/llm/", "S3DataType": "S3Prefix", "CompressionType": "None",
			"ModelAccessConfig": map[string]any{"AcceptEula": true},
		}}
		found := false
		for _, m := range got.All("AWS::SageMaker::Model") {
			container := m.Properties["PrimaryContainer"].(map[string]any)
			found = found || cmp.Equal(want, container["ModelDataSource"]) && container["ModelDataUrl"] == nil
		}
		if !found {
			t.Errorf("%s: there is no model of the files", name)
		}
		mayDo(t, got, "s3:GetObject arn:${AWS::Partition}:s3:::weights-eu-west-1/other/a",
			"s3:GetObject arn:${AWS::Partition}:s3:::weights-eu-west-1/llm/a/b", "kms:Decrypt "+key)
		if !got.Allows("s3:ListBucket", "arn:${AWS::Partition}:s3:::weights-eu-west-1", "StringLike s3:prefix llm/*") ||
			got.Allows("s3:ListBucket", "arn:${AWS::Partition}:s3:::weights-eu-west-1") {
			t.Errorf("%s: the list is not of the prefix alone", name)
		}
	}
}

const existingVPC = `  existingVpc:
    vpcId: vpc-0123456789abcdef0
    cidr: 10.20.0.0/16
    privateSubnets:
      - {id: subnet-0123456789abcdef1, availabilityZone: eu-west-1a, routeTableId: rtb-0123456789abcdef1}
      - {id: subnet-0123456789abcdef2, availabilityZone: eu-west-1b, routeTableId: rtb-0123456789abcdef2}
`

// inExistingVPC is an environment in a VPC that stands.
func inExistingVPC(t *testing.T) string {
	const own = "  newVpc:\n    cidr: 10.0.0.0/16\n    availabilityZones: [eu-west-1a, eu-west-1b]\n"
	return strings.Replace(validFile(t, "minimal"), own, existingVPC, 1)
}

// TestModelInVPC: the containers are in the private subnets of the existing VPC, or in
// what the file gives, and the role makes interfaces in those only.
func TestModelInVPC(t *testing.T) {
	subnet := "arn:${AWS::Partition}:ec2:eu-west-1:123456789012:subnet/subnet-0123456789abcdef"
	own := withModel(t, inExistingVPC(t), "  image: "+modelImage+"\n  vpc: {}\n")
	group := own.ID(t, "AWS::EC2::SecurityGroup")
	want := map[string]any{
		"Subnets":          []any{"subnet-0123456789abcdef1", "subnet-0123456789abcdef2"},
		"SecurityGroupIds": []any{map[string]any{"Fn::GetAtt": []any{group, "GroupId"}}},
	}
	if diff := cmp.Diff(want, model(t, own)["VpcConfig"]); diff != "" {
		t.Error(diff)
	}
	if vpc := own.Resources[group].Properties["VpcId"]; vpc != "vpc-0123456789abcdef0" {
		t.Errorf("the security group is in %v", vpc)
	}
	if model(t, own)["EnableNetworkIsolation"] != true {
		t.Error("the containers are not isolated any more")
	}
	mayDo(t, own, "ec2:CreateNetworkInterface "+subnet+"3",
		"ec2:CreateNetworkInterface "+subnet+"1", "ec2:CreateNetworkInterface "+subnet+"2")

	given := withModel(t, validFile(t, "minimal"), "  image: "+modelImage+`
  allowNetworkAccess: true
  vpc:
    vpcId: vpc-0123456789abcdef9
    subnetIds: [subnet-0123456789abcdef3]
    securityGroupIds: [sg-0123456789abcdef1, sg-0123456789abcdef2]
`)
	want = map[string]any{
		"Subnets":          []any{"subnet-0123456789abcdef3"},
		"SecurityGroupIds": []any{"sg-0123456789abcdef1", "sg-0123456789abcdef2"},
	}
	if diff := cmp.Diff(want, model(t, given)["VpcConfig"]); diff != "" {
		t.Error(diff)
	}
	mayDo(t, given, "ec2:CreateNetworkInterface "+subnet+"1", "ec2:CreateNetworkInterface "+subnet+"3",
		"ec2:CreateNetworkInterface arn:${AWS::Partition}:ec2:eu-west-1:123456789012:security-group/sg-0123456789abcdef2")

	if got := withModel(t, validFile(t, "asynchronous"), "  image: "+modelImage+
		"\n  vpc: {vpcId: vpc-0123456789abcdef9, subnetIds: [subnet-0123456789abcdef3]}\n"); model(t, got)["VpcConfig"] == nil {
		t.Error("the model of an asynchronous endpoint, whose environment has no network, is not connected")
	}
}

// TestVariantInVPC: a variant's own model is connected, and the environment's is not.
func TestVariantInVPC(t *testing.T) {
	file := strings.Replace(validFile(t, "update"),
		"  newVpc:\n    cidr: 10.0.0.0/16\n    availabilityZones: [eu-west-1a, eu-west-1b]\n", existingVPC, 1)
	got := stackOf(t, environment(t, file, edit{
		"variants:\n  - name: main\n", "variants:\n  - name: main\n    model: {image: " + modelImage + ", vpc: {}}\n",
	}), "inference")
	connected := 0
	for _, m := range got.All("AWS::SageMaker::Model") {
		if m.Properties["VpcConfig"] != nil {
			connected++
		}
	}
	if models := len(got.All("AWS::SageMaker::Model")); connected != 1 || models != 2 {
		t.Errorf("%d of %d models are connected, want 1 of 2", connected, models)
	}
}

// TestModelWithRole: the role that the file gives is assumed, gets the permissions, and
// no other role is made.
func TestModelWithRole(t *testing.T) {
	const arn = "arn:aws:iam::123456789012:role/predictions/models"
	got := withModel(t, validFile(t, "minimal"), "  image: "+modelImage+"\n  executionRoleArn: "+arn+"\n")
	if role := model(t, got)["ExecutionRoleArn"]; role != arn {
		t.Errorf("SageMaker assumes %v", role)
	}
	for id, r := range got.Resources {
		switch {
		case r.Type == "AWS::IAM::Role" && strings.HasPrefix(id, "Model"):
			t.Errorf("there is the role %s", id)
		case r.Type == "AWS::IAM::Policy" && strings.HasPrefix(id, "Model"):
			if diff := cmp.Diff([]any{"models"}, r.Properties["Roles"]); diff != "" {
				t.Errorf("%s: %s", id, diff)
			}
		}
	}
	mayDo(t, got, "", "ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/predictions")
}

// TestSeveralContainers: a pipeline, and containers that requests choose among.
func TestSeveralContainers(t *testing.T) {
	const two = `  containers:
    - image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/features:1.0.0
      containerHostname: features
      environment: {LEVEL: low}
    - image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.0.0
      containerHostname: odds
      modelDataUrl: s3://models-eu-west-1/odds/
      multiModel: true
      disableModelCache: true
`
	want := []any{
		map[string]any{
			"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/features:1.0.0", "ContainerHostname": "features",
			"Environment": map[string]any{"LEVEL": "low"},
		},
		map[string]any{
			"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.0.0", "ContainerHostname": "odds",
			"ModelDataUrl": "s3://models-eu-west-1/odds/", "Mode": "MultiModel",
			"MultiModelConfig": map[string]any{"ModelCacheSetting": "Disabled"},
		},
	}
	for keys, mode := range map[string]any{
		two: nil, two + "  directInvocation: true\n": map[string]any{"Mode": "Direct"},
	} {
		got := withModel(t, validFile(t, "minimal"), keys)
		if diff := cmp.Diff(want, model(t, got)["Containers"]); diff != "" || model(t, got)["PrimaryContainer"] != nil {
			t.Errorf("the containers (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(mode, model(t, got)["InferenceExecutionConfig"]); diff != "" {
			t.Errorf("the mode (-want +got)\n%s", diff)
		}
		mayDo(t, got, "ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/predictions",
			"ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/features",
			"ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/odds",
			"s3:GetObject arn:${AWS::Partition}:s3:::models-eu-west-1/odds/first.tar.gz")
	}
	one := withModel(
		t,
		validFile(t, "minimal"),
		"  image: "+modelImage+"\n  modelDataUrl: s3://models-eu-west-1/odds/\n  multiModel: true\n",
	)
	if diff := cmp.Diff(map[string]any{
		"Image": modelImage, "ModelDataUrl": "s3://models-eu-west-1/odds/", "Mode": "MultiModel",
	}, model(t, one)["PrimaryContainer"]); diff != "" {
		t.Errorf("many models (-want +got)\n%s", diff)
	}
}

// TestComponentsReachTheNetwork: the endpoint's key decides for all components.
func TestComponentsReachTheNetwork(t *testing.T) {
	for keys, isolated := range map[string]bool{"": true, "  allowNetworkAccess: true\n": false} {
		got := stackOf(t, environment(t, validFile(t, "components"), edit{"endpoint:\n", "endpoint:\n" + keys}), "inference")
		if is := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["EnableNetworkIsolation"]; is != isolated {
			t.Errorf("the isolation of the endpoint is %v, want %v", is, isolated)
		}
		for _, m := range got.All("AWS::SageMaker::Model") {
			if is := m.Properties["EnableNetworkIsolation"]; is != isolated {
				t.Errorf("the isolation of a model is %v, want %v", is, isolated)
			}
		}
	}
}

// TestPublishedImage: an image of AWS by names, in the environment's Region.
func TestPublishedImage(t *testing.T) {
	got := withModel(
		t,
		validFile(t, "minimal"),
		`  deepLearningContainer: {framework: pytorch, version: 2.6.0, processor: cpu}
  allowNetworkAccess: true
`,
	)
	image, _ := model(t, got)["PrimaryContainer"].(map[string]any)["Image"].(string)
	if !strings.HasPrefix(image, "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312") {
		t.Errorf("got %s", image)
	}
	mayDo(t, got, "ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/predictions",
		"ecr:BatchGetImage arn:${AWS::Partition}:ecr:eu-west-1:763104351884:repository/pytorch-inference")
}

// TestPrivateRegistry: the image is pulled through the VPC, with the function's password.
func TestPrivateRegistry(t *testing.T) {
	const function = "arn:aws:lambda:eu-west-1:123456789012:function:credentials"
	got := withModel(t, inExistingVPC(t), `  image: registry.example.com/odds:1.4.2
  privateRegistry: true
  registryCredentialsArn: `+function+`
  vpc: {}
`)
	want := map[string]any{
		"Image": "registry.example.com/odds:1.4.2",
		"ImageConfig": map[string]any{
			"RepositoryAccessMode": "Vpc",
			"RepositoryAuthConfig": map[string]any{"RepositoryCredentialsProviderArn": function},
		},
	}
	if diff := cmp.Diff(want, model(t, got)["PrimaryContainer"]); diff != "" {
		t.Error(diff)
	}
	mayDo(t, got, "ecr:GetAuthorizationToken *", "lambda:InvokeFunction "+function)
}
