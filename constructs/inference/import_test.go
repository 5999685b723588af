package inference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// newEndpoint makes an endpoint with one variant.
func newEndpoint(stack awscdk.Stack, name string) *inference.Endpoint {
	model := inference.NewModel(stack, "Model-"+name, inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	return inference.NewEndpoint(stack, "Endpoint-"+name, inference.EndpointProps{
		EndpointName: name, Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
}

// TestCDKTakesAnEndpoint: CDK's own library takes an endpoint of the app and an imported
// one, reads their names, and lets its role invoke them.
func TestCDKTakesAnEndpoint(t *testing.T) {
	for name, test := range map[string]struct {
		endpoint func(awscdk.Stack) inference.IEndpoint
		name     string
	}{
		"of the app": {func(s awscdk.Stack) inference.IEndpoint { return newEndpoint(s, "Odds") }, "Odds"},
		"imported":   {func(s awscdk.Stack) inference.IEndpoint { return inference.EndpointFromName(s, "E", "Odds") }, "Odds"},
		"imported by its ARN": {func(s awscdk.Stack) inference.IEndpoint {
			return inference.EndpointFromARN(s, "E", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds")
		}, "odds"},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			endpoint := test.endpoint(stack)
			api := awsapigateway.NewRestApi(stack, jsii.String("API"), nil)
			integrated := awsapigateway.NewSagemakerIntegration(endpoint.CDKEndpoint(), nil)
			api.Root().AddMethod(jsii.String("POST"), integrated, nil)
			got := template.Of(t, stack)

			integration := got.One(t, "AWS::ApiGateway::Method").Properties["Integration"].(map[string]any)
			uri := "arn:aws:apigateway:eu-west-1:runtime.sagemaker:path/endpoints/" + test.name + "/invocations"
			if diff := cmp.Diff(any(uri), integration["Uri"]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			credentials := integration["Credentials"].(map[string]any)["Fn::GetAtt"].([]any)[0].(string)
			statement := map[string]any{"Effect": "Allow",
				"Action":   []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"},
				"Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds"}
			for _, policy := range got.All("AWS::IAM::Policy") {
				roles, _ := policy.Properties["Roles"].([]any)
				if len(roles) != 1 || roles[0].(map[string]any)["Ref"] != credentials {
					continue
				}
				document := policy.Properties["PolicyDocument"].(map[string]any)
				if diff := cmp.Diff([]any{statement}, document["Statement"]); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				return
			}
			t.Errorf("no policy of the role %s", credentials)
		})
	}
}

// TestAReferenceToAnEndpoint: where CDK asks for a reference only, an endpoint is one.
func TestAReferenceToAnEndpoint(t *testing.T) {
	stack := template.NewStack(t)
	for _, endpoint := range []inference.IEndpoint{
		newEndpoint(stack, "odds"), inference.EndpointFromName(stack, "E", "odds"),
	} {
		reference := endpoint.CDKEndpoint()
		if got := *awssagemaker.CfnEndpoint_ArnForEndpoint(reference); got != *endpoint.EndpointArn() {
			t.Errorf("got %s, want %s", got, *endpoint.EndpointArn())
		}
		if got := *reference.Stack().StackName(); got != "test" {
			t.Errorf("got the stack %s", got)
		}
	}
}

func TestEndpointsKeepTheirARNs(t *testing.T) {
	stack := template.NewStack(t)
	const elsewhere = "arn:aws:sagemaker:us-east-1:210987654321:endpoint/odds"
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Name"), nil)
	arn := awscdk.NewCfnParameter(stack, jsii.String("ARN"), nil)
	for id, test := range map[string]struct {
		endpoint  inference.IEndpoint
		name, arn any
	}{
		"a name": {inference.EndpointFromName(stack, "A", "Odds"), "Odds",
			"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds"},
		"an ARN": {inference.EndpointFromARN(stack, "B", elsewhere), "odds", elsewhere},
		"both": {inference.EndpointFromAttributes(stack, "C", inference.EndpointAttributes{
			EndpointName: "Odds", EndpointARN: elsewhere}), "Odds", elsewhere},
		"a parameter for the name": {inference.EndpointFromName(stack, "D", *parameter.ValueAsString()),
			map[string]any{"Ref": "Name"}, map[string]any{"Fn::Join": []any{"",
				[]any{"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/", map[string]any{"Ref": "Name"}}}}},
		"a parameter for the ARN": {inference.EndpointFromARN(stack, "E", *arn.ValueAsString()),
			map[string]any{"Fn::Select": []any{1.0, map[string]any{"Fn::Split": []any{"/", map[string]any{"Fn::Select": []any{
				5.0, map[string]any{"Fn::Split": []any{":", map[string]any{"Ref": "ARN"}}}}}}}}},
			map[string]any{"Ref": "ARN"}},
	} {
		t.Run(id, func(t *testing.T) {
			for _, value := range []struct {
				got  *string
				want any
			}{{test.endpoint.EndpointName(), test.name}, {test.endpoint.EndpointArn(), test.arn}} {
				if diff := cmp.Diff(value.want, stack.Resolve(value.got)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

// TestImportedEndpointsScale as those of the app do, without an order of creation.
func TestImportedEndpointsScale(t *testing.T) {
	stack := template.NewStack(t)
	standing := inference.EndpointFromAttributes(stack, "Standing", inference.EndpointAttributes{
		EndpointName: "Standing", Variants: map[string]string{"main": "ml.c6i.xlarge", "old": "ml.t3.large"},
	})
	figures := autoscaling.VariantScaling{
		Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2, TargetInvocationsPerMinute: 60},
	}
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{Variant: standing.Variant("main"), Scaling: figures})
	got := template.Of(t, stack).One(t, "AWS::ApplicationAutoScaling::ScalableTarget")
	if got.Properties["ResourceId"] != "endpoint/Standing/variant/main" || got.DependsOn != nil {
		t.Errorf("got %v depending on %v", got.Properties["ResourceId"], got.DependsOn)
	}
	const burstable = `Variant.InstanceType: got "ml.t3.large": a burstable instance type cannot be scaled automatically, ` +
		`AWS refuses to register it; use a type of fixed performance, such as "ml.c6i.large"`
	err := scaling.VariantScalingProps{Variant: standing.Variant("old"), Scaling: figures}.Validate()
	if err == nil || err.Error() != burstable {
		t.Errorf("got %v, want %s", err, burstable)
	}
	elsewhere := inference.EndpointFromARN(stack, "Elsewhere", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/odds")
	const wrongRegion = `Variant: got "us-east-1": the endpoint is in another region than the stack of its scaling, eu-west-1; ` +
		`make the scaling in a stack there`
	if got := template.Problems(t, "test/Nowhere", func() {
		scaling.NewVariantScaling(stack, "Nowhere", scaling.VariantScalingProps{Variant: elsewhere.Variant("main"), Scaling: figures})
	}); got != wrongRegion {
		t.Errorf("got %s, want %s", got, wrongRegion)
	}
	const unknown = `endpoint "Standing" has no variant "next", it has ["main" "old"]`
	if got := template.Panics(t, func() { standing.Variant("next") }).(error).Error(); got != unknown {
		t.Errorf("got %s, want %s", got, unknown)
	}
}

func TestEndpointAttributesProblems(t *testing.T) {
	for name, test := range map[string]struct {
		attrs inference.EndpointAttributes
		want  string
	}{
		"nothing": {inference.EndpointAttributes{},
			`EndpointName: what is imported has a name or an ARN; give one of EndpointName and EndpointARN`},
		"a name that is none, and an ARN of something else": {inference.EndpointAttributes{
			EndpointName: "odds/main", EndpointARN: "arn:aws:sagemaker:eu-west-1:123456789012:model/odds",
			Variants: map[string]string{"main": "c6i.large"}},
			`EndpointName: got "odds/main": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ` +
				`ends with a hyphen; such as "predictions"` + "\n" +
				`EndpointARN: got "arn:aws:sagemaker:eu-west-1:123456789012:model/odds": the ARN is ` +
				`arn:PARTITION:sagemaker:REGION:ACCOUNT:endpoint/NAME; such as ` +
				`"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/predictions"` + "\n" +
				`Variants["main"].InstanceType: got "c6i.large": a SageMaker instance type is ml.FAMILY.SIZE; write ml.c6i.large`},
		"two endpoints": {inference.EndpointAttributes{
			EndpointName: "odds", EndpointARN: "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/bets"},
			`EndpointARN: got "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/bets": this is another endpoint than ` +
				`EndpointName, "odds"; leave one of the two out`},
	} {
		err := test.attrs.Validate()
		if err == nil {
			t.Errorf("%s: got no error", name)
		} else if diff := cmp.Diff(test.want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestGrantInvokeOfAQueue: an asynchronous endpoint has another action, imported or not.
func TestGrantInvokeOfAQueue(t *testing.T) {
	stack := template.NewStack(t)
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	inference.EndpointFromAttributes(stack, "Queue", inference.EndpointAttributes{
		EndpointName: "queue", Asynchronous: true}).GrantInvoke(caller)
	want := []map[string]any{{"Effect": "Allow", "Action": "sagemaker:InvokeEndpointAsync",
		"Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/queue"}}
	if diff := cmp.Diff(want, template.Of(t, stack).Statements()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestImportedModel: an endpoint and a component serve a model that exists already; its
// role, where it is known, may write the endpoint's logs.
func TestImportedModel(t *testing.T) {
	stack := template.NewStack(t)
	role := awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil)})
	known := inference.ModelFromAttributes(stack, "Known", inference.ModelAttributes{
		ModelName: "Odds-1", ExecutionRole: role})
	unknown := inference.ModelFromARN(stack, "Unknown", "arn:aws:sagemaker:eu-west-1:123456789012:model/odds-2")
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{
			{Model: known, InstanceType: "ml.c6i.xlarge"}, {Name: "next", Model: unknown, InstanceType: "ml.c6i.xlarge"},
		},
		Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers"},
		Update:       &autoscaling.Update{TerminationWait: time.Hour, Rollback: &autoscaling.Rollback{Alarms: []string{"errors"}}},
	})
	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared", Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}},
	})
	inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-a", Endpoint: shared, MinMemoryMB: 1024, Model: inference.ModelFromName(stack, "M", "odds-3"),
	})
	got := template.Of(t, stack)
	if n := len(got.All("AWS::SageMaker::Model")); n != 0 {
		t.Errorf("got %d models, want none", n)
	}
	var names []any
	for _, config := range got.All("AWS::SageMaker::EndpointConfig") {
		for _, variant := range config.Properties["ProductionVariants"].([]any) {
			names = append(names, variant.(map[string]any)["ModelName"])
		}
	}
	component := got.One(t, "AWS::SageMaker::InferenceComponent").Properties["Specification"].(map[string]any)
	names = append(names, component["ModelName"])
	if diff := cmp.Diff([]any{"Odds-1", "odds-2", nil, "odds-3"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var resources []any
	for _, s := range got.Statements() {
		if !strings.Contains(fmt.Sprint(s["Resource"]), "/odds:*") && s["Resource"] != "arn:aws:s3:::answers/*" {
			continue
		}
		resources = append(resources, s["Resource"])
	}
	if len(resources) != 2 {
		t.Errorf("got permissions on %v, want the logs and the answers of the model whose role is known", resources)
	}
	for _, s := range got.Statements() {
		if strings.Contains(fmt.Sprint(s["Action"]), "ecr:") {
			t.Errorf("got %v, though no image is known", s)
		}
	}
	if got := *known.ModelArn(); got != "arn:aws:sagemaker:eu-west-1:123456789012:model/odds-1" {
		t.Errorf("got %s", got)
	}
	const wrong = `ModelName: got "odds 1": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ` +
		`ends with a hyphen; such as "predictions"`
	if err := (inference.ModelAttributes{ModelName: "odds 1"}).Validate(); err == nil || err.Error() != wrong {
		t.Errorf("got %v, want %s", err, wrong)
	}
}

// TestAnEndpointIsAConstruct: what CDK does with any construct works, and jsii does not ask
// Go for the node, as it does of what is a resource to it.
func TestAnEndpointIsAConstruct(t *testing.T) {
	stack := template.NewStack(t)
	endpoint := newEndpoint(stack, "odds")
	for _, e := range []any{endpoint, inference.EndpointFromName(stack, "Other", "other")} {
		switch e.(type) {
		case awscdk.IResource, awssagemaker.IEndpoint, interfacesawssagemaker.IEndpointRef:
			t.Errorf("%T is a resource to jsii", e)
		}
	}
	awscdk.Tags_Of(endpoint).Add(jsii.String("team"), jsii.String("odds"), nil)
	if got := *endpoint.With().Node().Path(); got != "test/Endpoint-odds" {
		t.Errorf("got %s", got)
	}
	topic := awscdk.NewCfnResource(endpoint, jsii.String("Topic"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::SNS::Topic")})
	endpoint.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	imported := inference.EndpointFromName(topic, "Imported", "bets")
	topic.Node().AddDependency(imported)
	if !*constructs.Construct_IsConstruct(imported) || *imported.Node().Path() != "test/Endpoint-odds/Topic/Imported" {
		t.Errorf("got %s", *imported.Node().Path())
	}
	got := template.Of(t, stack)
	tags := []any{map[string]any{"Key": "team", "Value": "odds"}}
	if diff := cmp.Diff(tags, got.One(t, "AWS::SageMaker::Endpoint").Properties["Tags"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if on := got.One(t, "AWS::SNS::Topic").DependsOn; on != nil {
		t.Errorf("the topic depends on %v", on)
	}
}
