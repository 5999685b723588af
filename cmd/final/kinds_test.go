package main

import (
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheTopicIsTold: the reminder tells the topic of the environment's alarms.
func TestTheTopicIsTold(t *testing.T) {
	n := newNight(t, "ap-southeast-2")
	n.stack("prod-monitoring", "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: alarms}}}")
	topic := "arn:aws:sns:ap-southeast-2:123456789012:alarms"
	n.run(during, "floor", "30", "--yes").is(t, 0,
		"The alarm final-reminder-predictions reminds of it, by the topic "+topic)
	if state := n.state(); !strings.Contains(state, "breaching to ["+topic+"]") {
		t.Errorf("got %s", state)
	}
	n.run(during, "resume", "--yes").is(t, 0)
	if state := n.state(); strings.Contains(state, "alarm") {
		t.Errorf("got %s, want no alarm", state)
	}
}

// functionTemplate is a gateway on AWS Lambda, as the stack frontend has it.
const functionTemplate = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [
      {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}}
  Gateway:
    Type: AWS::Lambda::Function
    Properties: {Handler: index.handler, Runtime: python3.12, Role: !GetAtt Role.Arn,
      Code: {ZipFile: "def handler(): pass"}}
  GatewayVersion: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Gateway}}
  GatewayAlias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Gateway, FunctionVersion: !GetAtt GatewayVersion.Version, Name: live,
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 30}}
  GatewayScalingTarget:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    DependsOn: GatewayAlias
    Properties:
      ServiceNamespace: lambda
      ScalableDimension: lambda:function:ProvisionedConcurrency
      ResourceId: !Sub "function:${Gateway}:live"
      MinCapacity: 0
      MaxCapacity: 200
`

// TestFunctionGateway: provisioned concurrency has floors too.
func TestFunctionGateway(t *testing.T) {
	n := newNight(t, "eu-south-1")
	n.environment("prod", nightFile+
		"  capacity: {requestLatency: 50ms, provisionedConcurrency: true, reservedConcurrency: 200}\n")
	n.register(20, 40)
	n.stack("prod-frontend", functionTemplate)
	got := n.run(during, "status")
	got.is(t, 1, "WRONG gateway: the minimum is 0, and the calendar (final) expects 100", "SCALED")
	n.run(during, "floor", "120", "--of", "gateway", "--yes").is(t, 0, "the minimum becomes 120 environments, from 0")
	n.run(during, "status").is(t, 1, "gateway 100 120 200 30 30 0")
	n.run(during, "resume", "--yes").is(t, 0, "the minimum becomes 100 environments")
	// The local AWS moves none.
	n.run(during, "status").is(t, 1, "WRONG gateway: 30 of the minimum's 100 environments are in service")
}

// componentTemplate is a component on the endpoint of a night.
const componentTemplate = `
Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ExecutionRoleArn: arn:aws:iam::123456789012:role/model
      ProductionVariants:
        - VariantName: main
          InstanceType: ml.g6.xlarge
          InitialInstanceCount: 1
          ManagedInstanceScaling: {Status: ENABLED, MinInstanceCount: 1, MaxInstanceCount: 10}
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: {EndpointName: components, EndpointConfigName: !GetAtt Config.EndpointConfigName}
  Component:
    Type: AWS::SageMaker::InferenceComponent
    DependsOn: Endpoint
    Properties:
      InferenceComponentName: odds
      EndpointName: components
      VariantName: main
      Specification:
        ModelName: predictions
        ComputeResourceRequirements: {MinMemoryRequiredInMb: 1024, NumberOfAcceleratorDevicesRequired: 1}
      RuntimeConfig: {CopyCount: 2}
  ComponentTarget:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    DependsOn: Component
    Properties:
      ServiceNamespace: sagemaker
      ScalableDimension: sagemaker:inference-component:DesiredCopyCount
      ResourceId: inference-component/odds
      MinCapacity: 2
      MaxCapacity: 8
`

// TestComponent: the copies of an inference component.
func TestComponent(t *testing.T) {
	n := newNight(t, "ap-northeast-2")
	head, rest, _ := strings.Cut(nightFile, "model:")
	_, tail, _ := strings.Cut(rest, "frontend:")
	n.environment("prod", head+`endpoint: {name: components}
variant:
  instanceType: ml.g6.xlarge
  managedInstances: {minInstanceCount: 1, maxInstanceCount: 10}
components:
  - name: odds
    image: 123456789012.dkr.ecr.REGION.amazonaws.com/predictions:1
    resources: {minMemoryMb: 1024, acceleratorCount: 1}
    capacity: {requestsPerSecondPerCopy: 50, startTime: 5m}
    scaling: {minCapacity: 2, maxCapacity: 8}
frontend:`+tail)
	n.stack("components", componentTemplate)
	n.stack("prod-frontend", "Resources: {Other: {Type: AWS::SNS::Topic}}")
	n.run(during, "status").is(t, 0, "component odds 2 2 8 2 2 0")
	n.run(during, "floor", "5", "--yes").is(t, 0,
		"component odds of components in ap-northeast-2: the minimum becomes 5 copies")
	n.run(during, "status").is(t, 1, "component odds 2 5 8 5 5 0")
	n.run(during, "floor", "9", "--yes").is(t, 2, "component odds scales to 8 copies at most",
		"(maxCapacity of the component, then make deploy ENV=prod)")
	n.run(during, "resume", "--yes").is(t, 0)
}

// TestWatchRenews the screen on a terminal, until the run ends.
func TestWatchRenews(t *testing.T) {
	n := newNight(t, "il-central-1")
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a device, as a terminal is one
	n.must(err)
	defer terminal.Close()
	f := n.behind()
	ctx, cancel := context.WithCancel(t.Context())
	looks := func() int {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.calls["DescribeEndpoint"]
	}
	go func() {
		for looks() < 2 {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	old := watchEvery
	watchEvery = 10 * time.Millisecond
	defer func() { watchEvery = old }()
	if status := final(ctx, []string{"status", "--watch", "--env", "prod", "--environments", n.dir, "--now", during},
		strings.NewReader(""), terminal, io.Discard); status != 0 || looks() < 2 {
		t.Errorf("got status %d after %d looks", status, looks())
	}
}

// TestPermissions: docs/final.md lists every action that the program calls, and no other.
func TestPermissions(t *testing.T) {
	n := newNight(t, "me-south-1")
	n.withFront()
	f := n.behind()
	n.run(during, "floor", "30", "--yes").is(t, 0)
	n.run(during, "freeze", "--yes").is(t, 0)
	n.run(during, "status").is(t, 1)
	n.run(during, "resume", "--yes").is(t, 0)
	n.run(during, "timeline", "--from", "2027-05-29T18:00Z", "--to", "2027-05-29T20:00Z").is(t, 2,
		"AWS has nothing on 2027-05-29T18:00:00Z to 2027-05-29T20:00:00Z")
	text, err := os.ReadFile("../../docs/final.md")
	n.must(err)
	for action := range f.calls {
		if !strings.HasPrefix(action, "/") && !strings.Contains(string(text), ":"+action+"`") {
			t.Errorf("docs/final.md does not list %s", action)
		}
	}
	listed := regexp.MustCompile("`[a-z-]+:([A-Z][A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	for _, m := range listed {
		if _, called := f.calls[m[1]]; !called && !slices.Contains(elsewhere, m[1]) {
			t.Errorf("docs/final.md lists %s, which nothing calls", m[1])
		}
	}
	if len(listed) < len(f.calls)-1 {
		t.Errorf("got %d actions of %v", len(listed), f.calls)
	}
}

// elsewhere are the actions that TestPermissions does not call: those of other kinds of
// endpoints and gateways.
var elsewhere = []string{"DescribeInferenceComponent", "GetProvisionedConcurrencyConfig"}
