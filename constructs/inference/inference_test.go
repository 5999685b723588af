package inference_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const (
	image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds/model:1.4.2"
	archive = "s3://models-eu-west-1/odds/1.4.2/model.tar.gz"
)

func TestMain(m *testing.M) { template.Main(m) }

func TestEndpoint(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{
			Image: image, ModelDataURL: archive, Environment: map[string]string{"WORKERS": "2"},
		}},
	})
	weight := 3.0
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "Odds",
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 3, Weight: &weight},
			{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge"},
		},
	})
	got := template.Of(t, stack)
	modelID, configID := got.ID(t, "AWS::SageMaker::Model"), got.ID(t, "AWS::SageMaker::EndpointConfig")

	t.Run("the model runs isolated and has no name", func(t *testing.T) {
		want := map[string]any{
			"EnableNetworkIsolation": true,
			"ExecutionRoleArn":       map[string]any{"Fn::GetAtt": []any{got.ID(t, "AWS::IAM::Role"), "Arn"}},
			"PrimaryContainer": map[string]any{
				"Image": image, "ModelDataUrl": archive, "Environment": map[string]any{"WORKERS": "2"},
			},
		}
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::Model").Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the configuration has both variants and no name", func(t *testing.T) {
		name := map[string]any{"Fn::GetAtt": []any{modelID, "ModelName"}}
		want := map[string]any{"ProductionVariants": []any{
			map[string]any{"VariantName": "main", "ModelName": name, "InstanceType": "ml.c6i.xlarge", "InitialInstanceCount": 3.0, "InitialVariantWeight": 3.0},
			map[string]any{"VariantName": "next", "ModelName": name, "InstanceType": "ml.c7i.xlarge", "InitialInstanceCount": 1.0, "InitialVariantWeight": 1.0},
		}}
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an update keeps the instance counts of the endpoint", func(t *testing.T) {
		want := map[string]any{
			"EndpointName":               "Odds",
			"EndpointConfigName":         map[string]any{"Fn::GetAtt": []any{configID, "EndpointConfigName"}},
			"RetainAllVariantProperties": true,
		}
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::Endpoint").Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the execution role reads this image and this archive, and writes this endpoint's logs", func(t *testing.T) {
		want := []map[string]any{
			{"Effect": "Allow", "Action": []any{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
				"Resource": "arn:aws:ecr:eu-west-1:123456789012:repository/odds/model"},
			{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::models-eu-west-1/odds/1.4.2/model.tar.gz"},
			{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
			{"Effect": "Allow", "Action": []any{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
				"Resource": []any{"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/Odds",
					"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/Odds:*"}},
			{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
				"Condition": map[string]any{"StringEquals": map[string]any{"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}}},
		}
		if diff := cmp.Diff(want, got.Statements()); diff != "" {
			t.Error(diff)
		}
		if arns := got.One(t, "AWS::IAM::Role").Properties["ManagedPolicyArns"]; arns != nil {
			t.Errorf("got managed policies %v, want none", arns)
		}
	})
	t.Run("permissions come before the model", func(t *testing.T) {
		want := slices.Sorted(maps.Keys(got.Resources))
		want = slices.DeleteFunc(want, func(id string) bool { return !strings.HasPrefix(got.Resources[id].Type, "AWS::IAM::") })
		if len(want) != 3 {
			t.Errorf("got %q, want a role with its own policy and one for image and archive", want)
		}
		slices.Sort(got.One(t, "AWS::SageMaker::Model").DependsOn)
		if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::Model").DependsOn); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("scaling can ask for a variant by name", func(t *testing.T) {
		want := autoscaling.Variant{EndpointName: "Odds", Name: "main", InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 3}
		if diff := cmp.Diff(want, endpoint.Variant("main").ScalingVariant()); diff != "" {
			t.Error(diff)
		}
		if got := template.Panics(t, func() { endpoint.Variant("other") }).(error).Error(); got != `endpoint "Odds" has no variant "other", it has ["main" "next"]` {
			t.Error(got)
		}
	})
}

func TestModelVariations(t *testing.T) {
	t.Run("network access only by name, an image without an archive needs no S3", func(t *testing.T) {
		stack := template.NewStack(t)
		inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true})
		got := template.Of(t, stack)
		if isolated := got.One(t, "AWS::SageMaker::Model").Properties["EnableNetworkIsolation"]; isolated != false {
			t.Errorf("got isolation %v, want false", isolated)
		}
		for _, s := range got.Statements() {
			if s["Action"] == "s3:GetObject" {
				t.Errorf("got %v, want no access to S3", s)
			}
		}
	})
	t.Run("a role of the user's is taken", func(t *testing.T) {
		stack := template.NewStack(t)
		role := awsiam.NewRole(stack, jsii.String("Mine"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil)})
		inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image, ModelDataURL: archive}}, ExecutionRole: role})
		got := template.Of(t, stack)
		if id := got.ID(t, "AWS::IAM::Role"); !strings.HasPrefix(id, "Mine") {
			t.Errorf("got role %s, want only the user's", id)
		}
		if n := len(got.Statements()); n != 3 {
			t.Errorf("got %d statements, want image, login and archive", n)
		}
	})
}

func TestConstructsAreScopesAndDependencies(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	topic := awssns.NewTopic(endpoint, jsii.String("Inside"), nil)
	after := awssns.NewTopic(stack, jsii.String("After"), nil)
	after.Node().AddDependency(endpoint)
	if path := *topic.Node().Path(); path != "test/Endpoint/Inside" {
		t.Errorf("got %s", path)
	}
	got := template.Of(t, stack)
	for _, r := range got.All("AWS::SNS::Topic") {
		if len(r.DependsOn) > 0 {
			return
		}
	}
	t.Error("no topic depends on the endpoint")
}

func TestGrantInvoke(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "Odds", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	endpoint.GrantInvoke(caller)
	want := map[string]any{"Effect": "Allow", "Action": []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"},
		"Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds"}
	for _, s := range template.Of(t, stack).Statements() {
		if cmp.Equal(want, s) {
			return
		}
	}
	t.Errorf("no statement is %v: SageMaker lower-cases the name in the ARN", want)
}

func TestValidate(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	heavy := -1.0
	for _, test := range []struct {
		name  string
		props interface{ Validate() error }
		want  []string
	}{
		{"a model with everything wrong", inference.ModelProps{Containers: []inference.ContainerProps{{Image: "library/model", ModelDataURL: "https://models/m.tar.gz", Environment: map[string]string{"1A": "x"}}}}, []string{
			`Containers[0].Image: got "library/model": an image is ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, or @sha256:DIGEST in place of :TAG; SageMaker pulls it from Amazon ECR; copy the image URI from the repository in Amazon ECR`,
			`Containers[0].ModelDataURL: got "https://models/m.tar.gz": a model archive is s3://BUCKET/KEY.tar.gz, one object without wildcards or spaces; copy the S3 URI of the archive`,
			`Containers[0].Environment.1A: a variable's name is a letter or underscore, then letters, digits and underscores, 1024 at most; rename it`,
		}},
		{"an image without a tag", inference.ModelProps{Containers: []inference.ContainerProps{{Image: strings.TrimSuffix(image, ":1.4.2")}}}, []string{
			`Containers[0].Image: got "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds/model": the image has neither a tag nor a digest, so that containers could start with different ones; add the tag or, best, the digest that was tested`,
		}},
		{"an endpoint without anything", inference.EndpointProps{}, []string{
			`EndpointName: got "": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; such as "predictions"`,
			`Variants: got 0: an endpoint has 1 to 10 variants; add a variant, or move some to another endpoint`,
		}},
		{"variants with everything wrong", inference.EndpointProps{EndpointName: "odds", Variants: []inference.VariantProps{
			{Model: model, InstanceType: "c6i.xlarge", InitialInstanceCount: -1},
			{Weight: &heavy},
		}}, []string{
			`Variants[0].InstanceType: got "c6i.xlarge": a SageMaker instance type is ml.FAMILY.SIZE; write ml.c6i.xlarge`,
			`Variants[0].InitialInstanceCount: got -1: a variant starts with at least 1 instance; set it to 1 or more`,
			`Variants[1].Model: a variant serves a model; make one with NewModel`,
			`Variants[1].InstanceType: a variant needs an instance type; such as "ml.c6i.xlarge"`,
			`Variants[1].Weight: got -1: a weight is 0 or more; leave it out for an equal share`,
			`Variants[1].Name: got "main": Variants[0] has the same name; give each variant a name of its own`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.props.Validate()
			if err == nil {
				t.Fatal("got no error")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a constructor panics with the same error", func(t *testing.T) {
		props := inference.EndpointProps{}
		got := template.Problems(t, "test/Wrong", func() { inference.NewEndpoint(stack, "Wrong", props) })
		if diff := cmp.Diff(props.Validate().Error(), got); diff != "" {
			t.Error(diff)
		}
	})
}
