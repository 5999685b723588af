package inference_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func publishedModel(stack awscdk.Stack, containers ...inference.DeepLearningContainer) *inference.Model {
	var props inference.ModelProps
	for _, c := range containers {
		props.Containers = append(props.Containers,
			inference.ContainerProps{ImageFrom: inference.ImageFromDeepLearningContainer(c)})
	}
	return inference.NewModel(stack, "Model", props)
}

// The image is that of the stack's Region, and the execution role pulls it and no other of
// the account that publishes it.
func TestImageFromDeepLearningContainer(t *testing.T) {
	stack := template.NewStack(t)
	publishedModel(stack,
		inference.DeepLearningContainer{Framework: "pytorch", Version: "2.3.0", Processor: "gpu"},
		inference.DeepLearningContainer{Framework: "sklearn", Version: "1.2-1"})
	got := template.Of(t, stack)
	containers := got.One(t, "AWS::SageMaker::Model").Properties["Containers"].([]any)
	for i, want := range []string{
		"763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.3.0-gpu-py311",
		"141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
	} {
		if image := containers[i].(map[string]any)["Image"]; image != want {
			t.Errorf("container %d: got %v, want %s", i, image, want)
		}
	}
	const pull, published = "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:763104351884:repository/pytorch-inference"
	for _, c := range []call{
		{action: pull, resource: published}, {action: "ecr:GetDownloadUrlForLayer", resource: published},
		{action: pull, resource: "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"},
		{action: "ecr:GetAuthorizationToken", resource: "*"},
	} {
		if !got.Allows(c.action, c.resource) {
			t.Errorf("%s on %s is refused by %v", c.action, c.resource, got.Statements())
		}
	}
	for _, c := range []call{
		{action: pull, resource: published + "-graviton"}, {action: "ecr:PutImage", resource: published},
		{action: pull, resource: "arn:aws:ecr:us-east-1:763104351884:repository/pytorch-inference"},
		{action: pull, resource: "arn:aws:ecr:eu-west-1:123456789012:repository/pytorch-inference"},
	} {
		if got.Allows(c.action, c.resource) {
			t.Errorf("%s on %s is allowed by %v", c.action, c.resource, got.Statements())
		}
	}
}

// In China the registry has the partition's domain.
func TestImageFromDeepLearningContainerInChina(t *testing.T) {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("cn-north-1")},
	})
	publishedModel(stack, inference.DeepLearningContainer{Framework: "tensorflow", Version: "2.19.0", Processor: "cpu"})
	container := template.Of(t, stack).One(t, "AWS::SageMaker::Model").Properties["PrimaryContainer"].(map[string]any)
	const want = "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/tensorflow-inference:2.19.0-cpu"
	if container["Image"] != want {
		t.Errorf("got %v, want %s", container["Image"], want)
	}
}

func TestImageFromDeepLearningContainerRefuses(t *testing.T) {
	pytorch := inference.DeepLearningContainer{Framework: "pytorch", Version: "2.6", Processor: "inf2"}
	props := inference.ModelProps{Containers: []inference.ContainerProps{
		{ImageFrom: inference.ImageFromDeepLearningContainer(pytorch)}}}
	err := fmt.Sprint(props.Validate())
	for _, want := range []string{
		`Containers[0].ImageFrom.Version: got "2.6": `, `Containers[0].ImageFrom.Processor: got "inf2": pytorch is for `,
	} {
		if !strings.Contains(err, want) {
			t.Errorf("got %s, want %s", err, want)
		}
	}
	vllm := inference.DeepLearningContainer{Framework: "vllm", Version: "0.30.0"}
	for name, test := range map[string]struct {
		env  *awscdk.Environment
		want string
	}{
		"a Region that is known at deployment": {nil, "Containers[0].ImageFrom: the registry of vllm 0.30.0 depends on the " +
			"Region, and the stack's is known at deployment only; give the stack an env with its Region"},
		"a Region without the image": {&awscdk.Environment{Region: jsii.String("eu-west-9")},
			`Containers[0].ImageFrom: got "eu-west-9": vllm 0.30.0 is in the Regions eu-west-1, `},
	} {
		t.Run(name, func(t *testing.T) {
			stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Stack"), &awscdk.StackProps{Env: test.env})
			got := template.Problems(t, "Stack/Model", func() { publishedModel(stack, vllm) })
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// The comment of Framework names the frameworks of the data.
func TestDeepLearningContainerFrameworks(t *testing.T) {
	source, err := os.ReadFile("image.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(source), "// Framework is ")
	text, _, _ = strings.Cut(text, ". Required")
	names := regexp.MustCompile(`[a-z][a-z-]+`).FindAllString(strings.ReplaceAll(text, " or ", " "), -1)
	problems := func(framework string) string {
		return fmt.Sprint(inference.ModelProps{Containers: []inference.ContainerProps{{
			ImageFrom: inference.ImageFromDeepLearningContainer(inference.DeepLearningContainer{Framework: framework}),
		}}}.Validate())
	}
	for _, name := range names {
		if got := problems(name); strings.Contains(got, "Framework: ") {
			t.Errorf("%s is in the comment: %s", name, got)
		}
	}
	if want := fmt.Sprintf(" and %d more", len(names)-5); !strings.Contains(problems("none"), want) {
		t.Errorf("the comment has %d frameworks, the data others: %s", len(names), problems("none"))
	}
}
