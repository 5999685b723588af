package localaws

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"
)

// retained has an endpoint that outlives its stack and its replacement.
const retained = `
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: arn:aws:iam::123456789012:role/model
      PrimaryContainer: {Image: "123456789012.dkr.ecr.eu-south-1.amazonaws.com/model:1"}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: main
          ModelName: !GetAtt Model.ModelName
          InitialInstanceCount: 1
          InstanceType: ml.c6i.large
          InitialVariantWeight: 1
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties: {EndpointName: old, EndpointConfigName: !GetAtt Config.EndpointConfigName}
`

// TestProtection: a protected stack cannot be deleted, and an endpoint that is to
// stay does, both when another takes its place and when its stack goes. What a
// failed creation has made goes.
func TestProtection(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "eu-south-1")
	endpoints := func() (names []string) {
		// A snapshot wants the configurations too, which go with their stack.
		client := sagemaker.NewFromConfig(r.sdk())
		listed, err := client.ListEndpoints(t.Context(), &sagemaker.ListEndpointsInput{})
		must(t, err)
		for _, e := range listed.Endpoints {
			names = append(names, aws.ToString(e.EndpointName))
		}
		slices.Sort(names)
		return names
	}
	want := func(names ...string) {
		t.Helper()
		if diff := cmp.Diff(names, endpoints()); diff != "" {
			t.Errorf("endpoints (-want +got)\n%s", diff)
		}
	}
	protect := func(on bool) {
		t.Helper()
		_, err := r.stacks().UpdateTerminationProtection(t.Context(), &cloudformation.UpdateTerminationProtectionInput{
			StackName: aws.String("retained"), EnableTerminationProtection: &on,
		})
		must(t, err)
		got, err := r.stacks().DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{
			StackName: aws.String("retained"),
		})
		must(t, err)
		if is := aws.ToBool(got.Stacks[0].EnableTerminationProtection); is != on {
			t.Errorf("got termination protection %v, want %v", is, on)
		}
	}

	refused := r.create("retained", retained+`
  Unknown:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    DependsOn: Endpoint
    Properties: {ServiceNamespace: sagemaker, ScalableDimension: sagemaker:variant:DesiredInstanceCount,
      ResourceId: endpoint/old/variant/absent, MinCapacity: 1, MaxCapacity: 2}
`)
	contains(t, refused, "Unknown")
	must(t, r.delete("retained"))
	want()

	_, err := r.stacks().CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("retained"), TemplateBody: aws.String(retained), EnableTerminationProtection: aws.Bool(true),
	})
	must(t, err)
	contains(t, r.delete("retained"), "Stack [retained] cannot be deleted while TerminationProtection is enabled")
	must(t, r.update("retained", replaced(t, retained, "EndpointName: old", "EndpointName: new")))
	want("new", "old")
	protect(false)
	protect(true)
	contains(t, r.delete("retained"), "TerminationProtection")
	protect(false)
	must(t, r.delete("retained"))
	want("new", "old")
	must(t, shared.Err())
}
