package inference_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecrassets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const packageARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7"

// call is an action on a resource, with the conditions that a policy may ask for.
type call struct {
	action, resource string
	conditions       []string
}

// TestModelKinds: each way to give an image and model data writes the right container,
// and lets the execution role read that and nothing beside it.
func TestModelKinds(t *testing.T) {
	const (
		repository = "arn:aws:ecr:eu-west-1:123456789012:repository/odds"
		pull, get  = "ecr:BatchGetImage", "s3:GetObject"
	)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "Dockerfile"), "FROM scratch\n")
	file := filepath.Join(t.TempDir(), "model.tar.gz")
	write(t, file, "an archive")
	for name, test := range map[string]struct {
		container func(stack awscdk.Stack) inference.ContainerProps
		want      map[string]any
		allowed   []call
		refused   []call
	}{
		"a repository and a tag": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				r := awsecr.Repository_FromRepositoryName(stack, jsii.String("Repository"), jsii.String("odds"))
				return inference.ContainerProps{ImageFrom: inference.ImageFromRepository(r, "1.4.2")}
			},
			want:    map[string]any{"Image": "123456789012.dkr.ecr.eu-west-1.${AWS::URLSuffix}/odds:1.4.2"},
			allowed: []call{{action: pull, resource: repository}, {action: "ecr:GetAuthorizationToken", resource: "*"}},
			refused: []call{{action: pull, resource: repository + "s"}, {action: "ecr:PutImage", resource: repository},
				{action: get, resource: "arn:aws:s3:::a/b"}},
		},
		"a repository and a digest": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				r := awsecr.NewRepository(stack, jsii.String("Repository"), nil)
				return inference.ContainerProps{ImageFrom: inference.ImageFromRepository(r, "sha256:"+strings.Repeat("0f", 32))}
			},
			allowed: []call{{action: pull, resource: "${Repository22E53BBD.Arn}"}},
			refused: []call{{action: pull, resource: repository}},
		},
		"an asset": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				asset := awsecrassets.NewDockerImageAsset(stack, jsii.String("Asset"),
					&awsecrassets.DockerImageAssetProps{Directory: jsii.String(folder)})
				return inference.ContainerProps{ImageFrom: inference.ImageFromAsset(asset)}
			},
			allowed: []call{{action: pull,
				resource: "arn:aws:ecr:eu-west-1:123456789012:repository/cdk-hnb659fds-container-assets-123456789012-eu-west-1"}},
			refused: []call{{action: pull, resource: repository}},
		},
		"a folder": {
			container: func(awscdk.Stack) inference.ContainerProps {
				return inference.ContainerProps{ImageFrom: inference.ImageFromFolder(folder, nil)}
			},
			allowed: []call{{action: pull,
				resource: "arn:aws:ecr:eu-west-1:123456789012:repository/cdk-hnb659fds-container-assets-123456789012-eu-west-1"}},
		},
		"an image that is known at deployment": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				return inference.ContainerProps{Image: *awscdk.NewCfnParameter(stack, jsii.String("Image"), nil).ValueAsString()}
			},
			want:    map[string]any{"Image": "${Image}"},
			allowed: []call{{action: "ecr:GetAuthorizationToken", resource: "*"}},
			refused: []call{{action: pull, resource: repository}},
		},
		"a bucket with a key of its own": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				key := awskms.NewKey(stack, jsii.String("Key"), nil)
				bucket := awss3.NewBucket(stack, jsii.String("Bucket"), &awss3.BucketProps{EncryptionKey: key})
				return inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromBucket(bucket, "odds/1/model.tar.gz")}
			},
			want: map[string]any{"Image": image, "ModelDataUrl": "s3://${Bucket83908E77}/odds/1/model.tar.gz"},
			allowed: []call{{action: get, resource: "arn:aws:s3:::${Bucket83908E77}/odds/1/model.tar.gz"},
				{action: "kms:Decrypt", resource: "${Key961B73FD.Arn}"}},
			refused: []call{{action: get, resource: "arn:aws:s3:::${Bucket83908E77}/odds/2/model.tar.gz"},
				{action: "s3:ListBucket", resource: "arn:aws:s3:::${Bucket83908E77}"}, {action: "kms:Encrypt", resource: "${Key961B73FD.Arn}"}},
		},
		"an asset of model data": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				asset := awss3assets.NewAsset(stack, jsii.String("Asset"), &awss3assets.AssetProps{Path: jsii.String(file)})
				return inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromAsset(asset)}
			},
			refused: []call{{action: "s3:ListBucket", resource: "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-eu-west-1"},
				{action: get, resource: "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-eu-west-1/other.tar.gz"}},
		},
		"an archive that is known at deployment": {
			container: func(stack awscdk.Stack) inference.ContainerProps {
				version := awscdk.NewCfnParameter(stack, jsii.String("Version"), nil).ValueAsString()
				return inference.ContainerProps{Image: image, ModelDataURL: "s3://models/odds/" + *version + "/model.tar.gz"}
			},
			want:    map[string]any{"Image": image, "ModelDataUrl": "s3://models/odds/${Version}/model.tar.gz"},
			allowed: []call{{action: get, resource: "arn:aws:s3:::models/odds/${Version}/model.tar.gz"}},
			refused: []call{{action: get, resource: "arn:aws:s3:::models/odds/1/model.tar.gz"}},
		},
		"files that are not compressed, under a licence": {
			container: func(awscdk.Stack) inference.ContainerProps {
				return inference.ContainerProps{Image: image, ModelDataURL: "s3://models/llm/", AcceptEULA: true}
			},
			want: map[string]any{"Image": image, "ModelDataSource": map[string]any{"S3DataSource": map[string]any{
				"S3Uri": "s3://models/llm/", "S3DataType": "S3Prefix", "CompressionType": "None",
				"ModelAccessConfig": map[string]any{"AcceptEula": true},
			}}},
			allowed: []call{{action: get, resource: "arn:aws:s3:::models/llm/weights/1.bin"},
				{action: "s3:ListBucket", resource: "arn:aws:s3:::models", conditions: []string{"StringLike s3:prefix llm/*"}}},
			refused: []call{{action: get, resource: "arn:aws:s3:::models/other/1.bin"},
				{action: "s3:ListBucket", resource: "arn:aws:s3:::models"}},
		},
		"many models": {
			container: func(awscdk.Stack) inference.ContainerProps {
				return inference.ContainerProps{Image: image, ModelDataURL: "s3://models/odds/", MultiModel: true, DisableModelCache: true}
			},
			want: map[string]any{"Image": image, "ModelDataUrl": "s3://models/odds/", "Mode": "MultiModel",
				"MultiModelConfig": map[string]any{"ModelCacheSetting": "Disabled"}},
			allowed: []call{{action: get, resource: "arn:aws:s3:::models/odds/a.tar.gz"}},
			refused: []call{{action: get, resource: "arn:aws:s3:::models/a.tar.gz"}, {action: "s3:PutObject", resource: "arn:aws:s3:::models/odds/a.tar.gz"}},
		},
		"a model package": {
			container: func(awscdk.Stack) inference.ContainerProps {
				return inference.ContainerProps{ModelPackageARN: packageARN, InferenceSpecificationName: "gpu"}
			},
			want:    map[string]any{"ModelPackageName": packageARN, "InferenceSpecificationName": "gpu"},
			refused: []call{{action: pull, resource: repository}, {action: get, resource: "arn:aws:s3:::a/b"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{test.container(stack)}})
			got := template.Of(t, stack)
			if test.want != nil {
				container := got.One(t, "AWS::SageMaker::Model").Properties["PrimaryContainer"].(map[string]any)
				for key, value := range container {
					if _, nested := test.want[key].(map[string]any); !nested {
						container[key] = template.Text(value)
					}
				}
				if diff := cmp.Diff(test.want, container); diff != "" {
					t.Error(diff)
				}
			}
			for _, c := range test.allowed {
				if !got.Allows(c.action, c.resource, c.conditions...) {
					t.Errorf("%s on %s is refused by %v", c.action, c.resource, got.Statements())
				}
			}
			for _, c := range test.refused {
				if got.Allows(c.action, c.resource, c.conditions...) {
					t.Errorf("%s on %s is allowed by %v", c.action, c.resource, got.Statements())
				}
			}
		})
	}
}

// The URL of an asset is that of the object which cdk deploy uploads, and ends as
// SageMaker wants it.
func TestModelDataFromAsset(t *testing.T) {
	stack := template.NewStack(t)
	file := filepath.Join(t.TempDir(), "model.tar.gz")
	write(t, file, "an archive")
	asset := awss3assets.NewAsset(stack, jsii.String("Asset"), &awss3assets.AssetProps{Path: jsii.String(file)})
	inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image: image, ModelDataFrom: inference.ModelDataFromAsset(asset),
	}}})
	got := template.Of(t, stack)
	url := template.Text(got.One(t, "AWS::SageMaker::Model").Properties["PrimaryContainer"].(map[string]any)["ModelDataUrl"])
	if want := "s3://cdk-hnb659fds-assets-123456789012-eu-west-1/" + *asset.AssetHash() + ".gz"; url != want {
		t.Errorf("got %s, want %s", url, want)
	}
	if !got.Allows("s3:GetObject", "arn:aws:s3:::"+strings.TrimPrefix(url, "s3://")) {
		t.Errorf("the role may not read %s: %v", url, got.Statements())
	}
}

func TestPipelines(t *testing.T) {
	stack := template.NewStack(t)
	inference.NewModel(stack, "Serial", inference.ModelProps{Containers: []inference.ContainerProps{
		{Image: image}, {Image: image, ModelDataURL: archive},
	}})
	inference.NewModel(stack, "Direct", inference.ModelProps{DirectInvocation: true, Containers: []inference.ContainerProps{
		{Image: image, ContainerHostname: "odds"}, {Image: image, ContainerHostname: "scores"},
	}})
	for _, m := range template.Of(t, stack).All("AWS::SageMaker::Model") {
		containers := m.Properties["Containers"].([]any)
		mode, direct := m.Properties["InferenceExecutionConfig"].(map[string]any)
		first := containers[0].(map[string]any)
		if len(containers) != 2 || m.Properties["PrimaryContainer"] != nil ||
			direct && (mode["Mode"] != "Direct" || first["ContainerHostname"] != "odds") ||
			!direct && containers[1].(map[string]any)["ModelDataUrl"] != archive {
			t.Errorf("got %v", m.Properties)
		}
	}
}

func TestModelInVPC(t *testing.T) {
	stack := template.NewStack(t)
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-1"), AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"),
		PrivateSubnetIds: jsii.Strings("subnet-a", "subnet-b"),
	})
	credentials := awslambda.Function_FromFunctionArn(stack, jsii.String("Credentials"),
		jsii.String("arn:aws:lambda:eu-west-1:123456789012:function:registry"))
	model := inference.NewModel(stack, "Model", inference.ModelProps{VPC: vpc, Containers: []inference.ContainerProps{{
		Image: "registry.example.com/odds:1", PrivateRegistry: true, RegistryCredentials: credentials,
	}}})
	other := awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Other"), jsii.String("sg-1"), nil)
	model.Connections().AllowTo(other, awsec2.Port_Tcp(jsii.Number(443)), nil)
	got := template.Of(t, stack)
	properties := got.One(t, "AWS::SageMaker::Model").Properties
	group := got.ID(t, "AWS::EC2::SecurityGroup")
	want := map[string]any{
		"Subnets":          []any{"subnet-a", "subnet-b"},
		"SecurityGroupIds": []any{map[string]any{"Fn::GetAtt": []any{group, "GroupId"}}},
	}
	if diff := cmp.Diff(want, properties["VpcConfig"]); diff != "" {
		t.Error(diff)
	}
	config := properties["PrimaryContainer"].(map[string]any)["ImageConfig"]
	if diff := cmp.Diff(map[string]any{"RepositoryAccessMode": "Vpc", "RepositoryAuthConfig": map[string]any{
		"RepositoryCredentialsProviderArn": "arn:aws:lambda:eu-west-1:123456789012:function:registry"}}, config); diff != "" {
		t.Error(diff)
	}
	const ec2 = "arn:aws:ec2:eu-west-1:123456789012:"
	for _, c := range []call{
		{action: "ec2:CreateNetworkInterface", resource: ec2 + "subnet/subnet-a"},
		{action: "ec2:CreateNetworkInterface", resource: ec2 + "security-group/${" + group + ".GroupId}"},
		{action: "ec2:DeleteNetworkInterface", resource: ec2 + "network-interface/eni-1",
			conditions: []string{"ArnEquals ec2:Subnet [" + ec2 + "subnet/subnet-a " + ec2 + "subnet/subnet-b]"}},
		{action: "ec2:DescribeVpcs", resource: "*"},
		{action: "lambda:InvokeFunction", resource: "arn:aws:lambda:eu-west-1:123456789012:function:registry"},
	} {
		if !got.Allows(c.action, c.resource, c.conditions...) {
			t.Errorf("%s on %s is refused", c.action, c.resource)
		}
	}
	for _, c := range []call{
		{action: "ec2:CreateNetworkInterface", resource: ec2 + "subnet/subnet-c"},
		{action: "ec2:DeleteNetworkInterface", resource: ec2 + "network-interface/eni-1"},
		{action: "ecr:GetAuthorizationToken", resource: "*"},
		{action: "lambda:InvokeFunction", resource: "arn:aws:lambda:eu-west-1:123456789012:function:other"},
	} {
		if got.Allows(c.action, c.resource) {
			t.Errorf("%s on %s is allowed", c.action, c.resource)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
