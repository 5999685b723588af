package stacks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestBehindAListenerThatStands: a function and a canary on Fargate behind a load
// balancer of somebody else's; of the network there is the group of the tasks.
func TestBehindAListenerThatStands(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "config", "testdata", "valid", "listener.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse("listener.yaml", "listener", data)
	if err != nil {
		t.Fatal(err)
	}
	stage := stacks.NewEnvironment(awscdk.NewApp(nil), e).Stage
	part := func(name string) template.Template {
		return template.Of(t, stage.Node().FindChild(jsii.String(name)).(awscdk.Stack))
	}
	front, network := part("frontend"), part("network")
	for _, kind := range []string{"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener"} {
		if made := front.All(kind); len(made) > 0 {
			t.Errorf("got %v", made)
		}
	}
	rule := front.One(t, "AWS::ElasticLoadBalancingV2::ListenerRule").Properties
	if rule["ListenerArn"] != e.Frontend.ExistingListener.ARN || rule["Priority"] != 120.0 || !strings.Contains(fmt.Sprint(rule["Conditions"]), "odds.example.com") {
		t.Errorf("got %v", rule)
	}
	if weights := fmt.Sprint(rule["Actions"]); !strings.Contains(weights, "Weight:90") || !strings.Contains(weights, "Weight:10") {
		t.Errorf("got %v", rule["Actions"])
	}
	if n := front.One(t, "AWS::Lambda::Function").Properties["ReservedConcurrentExecutions"]; n != 200.0 {
		t.Errorf("got a reserved concurrency of %v", n)
	}
	container := fmt.Sprint(front.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"])
	for _, want := range []string{`FALLBACK_BODY Value:{"predictions": []}`, "PRIORITY_SOURCES Value:10.0.0.0/8", "gateway:2.0.0", "MAX_BODY_BYTES Value:1000000"} {
		if !strings.Contains(container, want) {
			t.Errorf("got %s, want %s within", container, want)
		}
	}
	in := front.One(t, "AWS::EC2::SecurityGroupIngress").Properties
	if in["SourceSecurityGroupId"] != "sg-0123456789abcdef0" || in["FromPort"] != 8080.0 || in["ToPort"] != 8080.0 {
		t.Errorf("got into the tasks: %v", in)
	}
	if groups := network.All("AWS::EC2::SecurityGroup"); len(groups) != 1 {
		t.Errorf("got the groups %v, want the tasks' own", groups)
	}
}

// TestNoNetworkForAFunction: behind a load balancer that stands a function needs
// none.
func TestNoNetworkForAFunction(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "config", "testdata", "valid", "listener.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(data), "network:\n")
	_, model, _ := strings.Cut(rest, "model:\n")
	model, _, _ = strings.Cut(model, "  canary:\n")
	e, err := config.Parse("listener.yaml", "listener", []byte(before+"model:\n"+model))
	if err != nil {
		t.Fatal(err)
	}
	stage := stacks.NewEnvironment(awscdk.NewApp(nil), e).Stage
	if stage.Node().TryFindChild(jsii.String("network")) != nil {
		t.Error("got a network stack")
	}
	template.Of(t, stage.Node().FindChild(jsii.String("frontend")).(awscdk.Stack)).One(t, "AWS::ElasticLoadBalancingV2::ListenerRule")
}
