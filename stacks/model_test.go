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
		t.Errorf("%v: %v", *w.Id, w.Entry)
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
	got := withModel(t, validFile(t, "minimal"), `  modelPackageArn: arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7
  inferenceSpecificationName: gpu
  environment: {LEVEL: low}
`)
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
