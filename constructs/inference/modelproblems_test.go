package inference_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestModelProblems(t *testing.T) {
	stack := template.NewStack(t)
	repository := awsecr.NewRepository(stack, jsii.String("Repository"), nil)
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	dir := t.TempDir()
	folder := awss3assets.NewAsset(stack, jsii.String("Folder"), &awss3assets.AssetProps{Path: jsii.String(dir)})
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String(
			"vpc-1",
		), AvailabilityZones: jsii.Strings("eu-west-1a"), IsolatedSubnetIds: jsii.Strings("subnet-a"),
	})
	one := func(c inference.ContainerProps) validator {
		return inference.ModelProps{Containers: []inference.ContainerProps{c}}
	}
	with := func(change func(*inference.ContainerProps)) validator {
		c := inference.ContainerProps{Image: image, ModelDataURL: archive}
		change(&c)
		return one(c)
	}
	var (
		noRepository awsecr.Repository
		noBucket     awss3.Bucket
		many         []inference.ContainerProps
		huge         = map[string]string{}
	)
	for range 16 {
		many = append(many, inference.ContainerProps{Image: image})
	}
	for i := range 20 {
		huge[strings.Repeat("A", i+1)] = strings.Repeat("x", 1000)
	}
	const at = "Containers[0]."
	check(t, []mistake{
		{"no container", inference.ModelProps{},
			`Containers: got 0: a model has 1 to 15 containers; add a container`},
		{"16 containers", inference.ModelProps{Containers: many},
			`Containers: got 16: a model has 1 to 15 containers; join some, or move some to another model`},
		{"no image", one(inference.ContainerProps{}),
			at + `Image: a container has an image, or a model package that names one; give Image or ModelPackageARN`},
		{"two images", one(inference.ContainerProps{Image: image, ImageFrom: inference.ImageFromRepository(repository, "1")}),
			at + `Image: got "` + image + `": a container has one image, and another way to it is given; keep one of the two`},
		{"an image and a package", one(inference.ContainerProps{Image: image, ModelPackageARN: packageARN}),
			at + `ModelPackageARN: got "` + packageARN + `": a model package names its image, and an image is given too;` +
				` keep one of the two`},
		{"no repository", one(inference.ContainerProps{ImageFrom: inference.ImageFromRepository(noRepository, "1")}),
			at + `ImageFrom: an image is in a repository; make one with awsecr.NewRepository, or import it`},
		{
			"a tag and a digest",
			one(inference.ContainerProps{ImageFrom: inference.ImageFromRepository(repository, "1@sha256:12")}),
			at + `ImageFrom: got "1@sha256:12": SageMaker takes a tag or a digest, not both; keep the digest, it names the image exactly`,
		},
		{"a short digest", one(inference.ContainerProps{ImageFrom: inference.ImageFromRepository(repository, "sha256:12")}),
			at + `ImageFrom: got "sha256:12": a digest is sha256: and 64 hexadecimal digits; copy the digest from Amazon ECR`},
		{
			"a tag that begins with a hyphen",
			one(inference.ContainerProps{ImageFrom: inference.ImageFromRepository(repository, "-1")}),
			at + `ImageFrom: got "-1": a tag has 1 to 128 letters, digits, '_', '.' and '-', and begins with neither '.' nor '-';` +
				` copy the tag from Amazon ECR`,
		},
		{"no Dockerfile", one(inference.ContainerProps{ImageFrom: inference.ImageFromFolder(dir, nil)}),
			at + `ImageFrom: got "` + dir + `": an image is built from a folder with a Dockerfile, and there is none;` +
				` give the folder's path from where the app runs`},
		{
			"no version of a package",
			one(inference.ContainerProps{ModelPackageARN: "arn:aws:sagemaker:eu-west-1:123456789012:model/odds"}),
			at + `ModelPackageARN: got "arn:aws:sagemaker:eu-west-1:123456789012:model/odds": a package's version is` +
				` arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION; copy the ARN of the version from the model registry`,
		},
		{"a package with model data", one(inference.ContainerProps{ModelPackageARN: packageARN, ModelDataURL: archive}),
			at + `ModelDataURL: a model package names its model data; leave out the model data, or the package`},
		{"two sources of model data", with(func(c *inference.ContainerProps) {
			c.ModelDataFrom = inference.ModelDataFromBucket(bucket, "a.tar.gz")
		}), at + `ModelDataURL: got "` + archive + `": a container has one source of model data; keep one of them`},
		{
			"no bucket",
			one(inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromBucket(noBucket, "a.tar.gz")}),
			at + `ModelDataFrom: model data is in a bucket; make one with awss3.NewBucket, or import it`,
		},
		{
			"a slash first",
			one(inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromBucket(bucket, "/a.tar.gz")}),
			at + `ModelDataFrom: got "/a.tar.gz": a key begins with no slash; write a.tar.gz`,
		},
		{
			"no archive",
			one(inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromBucket(bucket, "a.zip")}),
			at + `ModelDataFrom: got "a.zip": SageMaker unpacks one archive whose key ends in .tar.gz; pack the model as a gzip compressed tar archive,` +
				` or end the URL with a slash for all objects below it`,
		},
		{
			"an asset of a folder",
			one(inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromAsset(folder)}),
			at + `ModelDataFrom: got "` + *folder.AssetPath() + `": SageMaker unpacks one archive that ends in .tar.gz;` +
				` pack the model as a gzip compressed tar archive, and give its path to the asset`,
		},
		{"many models in one archive", with(func(c *inference.ContainerProps) { c.MultiModel = true }),
			at + `MultiModel: got true: the model data is one archive; give the prefix of several, with a slash at its end, or leave MultiModel out`},
		{"many models nowhere", one(inference.ContainerProps{Image: image, MultiModel: true}),
			at + `MultiModel: got true: the models of the container are archives under a prefix in Amazon S3;` +
				` give ModelDataURL, such as "s3://models-eu-west-1/odds/"`},
		{"a cache of one model", with(func(c *inference.ContainerProps) { c.DisableModelCache = true }),
			at + `DisableModelCache: got true: only a container of several models has a cache; set MultiModel, or leave it out`},
		{"a licence of an archive", with(func(c *inference.ContainerProps) { c.AcceptEULA = true }),
			at + `AcceptEULA: got true: SageMaker takes it with files that are not compressed only;` +
				` give their prefix, with a slash at its end, or leave it out`},
		{
			"a key for nothing",
			one(inference.ContainerProps{Image: image, ModelDataKey: awskms.NewKey(stack, jsii.String("Key"), nil)}),
			at + `ModelDataKey: a key without model data has nothing to decrypt; give ModelDataURL, or leave the key out`,
		},
		{"a name for one", with(func(c *inference.ContainerProps) { c.ContainerHostname = "odds" }),
			at + `ContainerHostname: got "odds": SageMaker ignores the name of a single container; leave it out`},
		{"a bad name", inference.ModelProps{Containers: []inference.ContainerProps{
			{Image: image, ContainerHostname: "odds-"}, {Image: image, ContainerHostname: "b"}}},
			at + `ContainerHostname: got "odds-": this has 1 to 63 letters, digits and hyphens, and begins and ends with no hyphen; such as "preprocessing"`},
		{"the same name twice", inference.ModelProps{Containers: []inference.ContainerProps{
			{Image: image, ContainerHostname: "a"}, {Image: image, ContainerHostname: "a"}}},
			`Containers[1].ContainerHostname: got "a": Containers[0] has the same name; give each container a name of its own`},
		{
			"some names",
			inference.ModelProps{Containers: []inference.ContainerProps{{Image: image, ContainerHostname: "a"}, {Image: image}}},
			`Containers[1].ContainerHostname: other containers have a name, and either all have one or none; give each container one`,
		},
		{"a choice without names", inference.ModelProps{DirectInvocation: true, Containers: []inference.ContainerProps{
			{Image: image, ContainerHostname: "a"}, {Image: image}}},
			`Containers[1].ContainerHostname: a request chooses a container by its name; give each container one`},
		{
			"a choice of one",
			inference.ModelProps{DirectInvocation: true, Containers: []inference.ContainerProps{{Image: image}}},
			`DirectInvocation: got true: a request chooses among several containers, and the model has one; leave it out, or add containers`,
		},
		{"a specification of no package", with(func(c *inference.ContainerProps) { c.InferenceSpecificationName = "gpu" }),
			at + `InferenceSpecificationName: got "gpu": only a model package has specifications; give ModelPackageARN, or leave it out`},
		{
			"a private registry without a VPC",
			one(inference.ContainerProps{Image: "registry.example.com/odds:1", PrivateRegistry: true}),
			at + `PrivateRegistry: got true: SageMaker reaches a private registry through the model's VPC; give VPC`,
		},
		{"much environment", inference.ModelProps{Containers: []inference.ContainerProps{
			{Image: image, Environment: huge}, {Image: image, Environment: huge}}},
			`Containers: got 40420: the environment variables of all containers have at most 32768 bytes together, names and values;` +
				` move some into a file of the model data`},
		{"two containers of many models", inference.ModelProps{Containers: []inference.ContainerProps{
			{
				Image:        image,
				ModelDataURL: "s3://models/a/",
				MultiModel:   true,
			}, {Image: image, ModelDataURL: "s3://models/b/", MultiModel: true}}},
			`Containers: got 2: one container of a model may have MultiModel; serve the others by another model`},
		{"subnets of no VPC", inference.ModelProps{Containers: many[:1], Subnets: &awsec2.SubnetSelection{}},
			`Subnets: subnets are those of a VPC; give VPC, or leave them out`},
	})
	err := inference.ModelProps{Containers: many[:1], VPC: vpc,
		Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC}}.Validate()
	if err == nil || !strings.Contains(err.Error(), "Subnets: the VPC's subnets cannot be selected: ") {
		t.Errorf("got %v", err)
	}
}

// What is in another Region is refused where both Regions are known.
func TestModelRegions(t *testing.T) {
	stack := template.NewStack(t)
	elsewhere := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("elsewhere"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("us-east-1")},
	})
	bucket := awss3.NewBucket(elsewhere, jsii.String("Bucket"), &awss3.BucketProps{BucketName: jsii.String("models")})
	repository := awsecr.Repository_FromRepositoryArn(stack, jsii.String("Repository"),
		jsii.String("arn:aws:ecr:us-east-1:123456789012:repository/odds"))
	for want, c := range map[string]inference.ContainerProps{
		"Containers[0].Image: got": {Image: strings.Replace(image, "eu-west-1", "us-east-1", 1)},
		"Containers[0].ImageFrom: SageMaker pulls an image from its own region eu-west-1, this one is in us-east-1": {
			ImageFrom: inference.ImageFromRepository(repository, "1")},
		"Containers[0].ModelDataKey: got": {Image: image, ModelDataURL: archive, ModelDataKey: awskms.Key_FromKeyArn(stack,
			jsii.String("Key"), jsii.String("arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001"))},
		"Containers[0].ModelPackageARN: got": {ModelPackageARN: strings.Replace(packageARN, "eu-west-1", "us-east-1", 1)},
		"Containers[0].ModelDataFrom: SageMaker reads model data of its own region eu-west-1, this bucket is in us-east-1": {
			Image: image, ModelDataFrom: inference.ModelDataFromBucket(bucket, "a.tar.gz")},
	} {
		id := strings.ReplaceAll(want, ":", "")
		got := template.Problems(t, "test/"+id, func() {
			inference.NewModel(stack, id, inference.ModelProps{Containers: []inference.ContainerProps{c}})
		})
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A role of another account is refused where both accounts are known.
func TestModelRoleOfAnotherAccount(t *testing.T) {
	stack := template.NewStack(t)
	got := template.Problems(t, "test/Model", func() {
		inference.NewModel(stack, "Model", inference.ModelProps{
			Containers: []inference.ContainerProps{{Image: image}},
			ExecutionRole: awsiam.Role_FromRoleArn(stack, jsii.String("Role"),
				jsii.String("arn:aws:iam::210987654321:role/models"), nil),
		})
	})
	const want = `ExecutionRole: got "arn:aws:iam::210987654321:role/models": SageMaker assumes a role of the endpoint's account` +
		` 123456789012, this one is of 210987654321; give a role of 123456789012, or leave it out for a new one`
	if got != want {
		t.Errorf("got %s", got)
	}
}

// What a model of another kind cannot be served by.
func TestKindsOfModelsThatDoNotFit(t *testing.T) {
	stack := template.NewStack(t)
	model := func(id string, containers ...inference.ContainerProps) *inference.Model {
		return inference.NewModel(stack, id, inference.ModelProps{Containers: containers, AllowNetworkAccess: true})
	}
	c := inference.ContainerProps{Image: image}
	pipeline := model("Pipeline", c, c)
	files := model("Files", inference.ContainerProps{Image: image, ModelDataURL: "s3://models/llm/"})
	multi := model("Multi", inference.ContainerProps{Image: image, ModelDataURL: "s3://models/odds/", MultiModel: true})
	plain := model("Plain", c)
	serverless := func(m *inference.Model) validator {
		return inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: m, Serverless: &inference.ServerlessProps{MemoryMB: 1024, MaxConcurrency: 1}}}}
	}
	const fix = "; run it on instances"
	check(t, []mistake{
		{"a serverless pipeline", serverless(pipeline),
			`Variants[0].Model: a serverless variant serves no model with several containers` + fix},
		{"serverless files", serverless(files),
			`Variants[0].Model: a serverless variant serves no model with files that are not compressed` + fix},
		{"many serverless models", serverless(multi),
			`Variants[0].Model: a serverless variant serves no model with many models` + fix},
		{"a shadow of many models", inference.EndpointProps{EndpointName: "odds",
			Variants:       []inference.VariantProps{{Model: plain, InstanceType: "ml.c6i.xlarge"}},
			ShadowVariants: []inference.VariantProps{{Name: "next", Model: multi, InstanceType: "ml.c6i.xlarge"}}},
			`ShadowVariants[0].Model: a model of many models does not go with a shadow variant; serve it by another endpoint`},
	})
}
