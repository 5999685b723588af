package stacks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// parsed is an environment of a file among config's valid ones.
func parsed(t *testing.T, name string) config.Environment {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "config", "testdata", "valid", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse(name+".yaml", name, data)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestEnvironmentsParts: what an environment is made of can be named.
func TestEnvironmentsParts(t *testing.T) {
	for name, want := range map[string][]string{
		"minimal":      {"Network", "Inference", "Frontend", "VPC", "Gateway", "LoadBalancer", "1 scale", "1 models", "URL"},
		"listener":     {"Network", "Inference", "Frontend", "VPC", "Gateway", "Canary", "Route", "1 scale", "1 models", "URL"},
		"asynchronous": {"Inference", "1 scale", "1 models"},
		"components":   {"Network", "Inference", "Frontend", "VPC", "Gateway", "LoadBalancer", "2 components", "2 scale", "2 models", "URL"},
	} {
		e := parsed(t, name)
		made := stacks.NewEnvironment(awscdk.NewApp(nil), e)
		var got []string
		has := func(part string, there bool) {
			if there {
				got = append(got, part)
			}
		}
		has("Network", made.Network != nil)
		has("Inference", made.Inference != nil)
		has("Frontend", made.Frontend != nil)
		has("VPC", made.VPC != nil)
		has("Gateway", made.Gateway != nil)
		has("Canary", made.Canary != nil)
		has("LoadBalancer", made.LoadBalancer != nil)
		has("Route", made.Route != nil)
		has(*jsii.Sprintf("%d components", len(made.Components)), len(made.Components) > 0)
		has(*jsii.Sprintf("%d scale", len(made.Scaling)), true)
		has(*jsii.Sprintf("%d models", len(made.Models)), true)
		has("URL", made.URL != "")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if *made.Stage.Node().Id() != name || made.Endpoint == nil {
			t.Errorf("%s: the stage is %s, the endpoint %v", name, *made.Stage.Node().Id(), made.Endpoint)
		}
		for i, subject := range e.Subjects() {
			if got := made.Scaling[i].Model.ResourceID; got != subject.Target.ResourceID {
				t.Errorf("%s: Scaling[%d] scales %s, want %s", name, i, got, subject.Target.ResourceID)
			}
		}
	}
}

// TestAddToAnEnvironment: another endpoint behind the environment's load balancer,
// and an alarm of the app's own.
func TestAddToAnEnvironment(t *testing.T) {
	made := stacks.NewEnvironment(awscdk.NewApp(nil), parsed(t, "minimal"))
	second := awscdk.NewStack(made.Stage, jsii.String("second"), nil)
	frontend.NewRoute(second, "Route", frontend.RouteProps{
		Listener: made.LoadBalancer.Listener, Priority: 5, Hosts: []string{"scores.example.com"},
		Gateway: frontend.NewGatewayService(second, "Gateway", frontend.GatewayServiceProps{
			EndpointName: "scores", VPC: made.VPC, Subnets: made.TaskSubnets, SecurityGroup: made.TaskSecurityGroup,
			Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0",
		}),
	})
	awscloudwatch.NewAlarm(made.Frontend, jsii.String("Errors"), &awscloudwatch.AlarmProps{
		Metric:    made.LoadBalancer.Resource.Metrics().HttpCodeElb("ELB_5XX_COUNT", nil),
		Threshold: jsii.Number(10), EvaluationPeriods: jsii.Number(3),
	})
	if n := len(template.Of(t, second).All("AWS::ElasticLoadBalancingV2::ListenerRule")); n != 2 {
		t.Errorf("got %d rules, want one for predictions and one for streams", n)
	}
	if n := len(template.Of(t, made.Frontend).All("AWS::CloudWatch::Alarm")); n != 1 {
		t.Errorf("got %d alarms", n)
	}
}

// TestEnvironmentBuiltInGo: it has the defaults of a file that says the same, and its
// mistakes are errors.
func TestEnvironmentBuiltInGo(t *testing.T) {
	loaded := parsed(t, "asynchronous")
	built := config.Environment{
		Name: loaded.Name, Account: loaded.Account, Region: loaded.Region, Model: loaded.Model, Endpoint: loaded.Endpoint,
		Variant: config.Variant{InstanceType: loaded.Variant.InstanceType}, Scaling: loaded.Scaling,
	}
	built.Scaling.ScaleInCooldown, built.Scaling.ScaleOutCooldown = nil, nil
	made := stacks.NewEnvironment(awscdk.NewApp(nil), built)
	config := template.Of(t, made.Inference).One(t, "AWS::SageMaker::EndpointConfig").Properties
	variant := config["ProductionVariants"].([]any)[0].(map[string]any)
	if variant["VariantName"] != "main" || variant["InitialInstanceCount"] != 1.0 {
		t.Errorf("got %v", variant)
	}
	built.Scaling.MaxCapacity, built.Region = -1, ""
	got := template.Panics(t, func() { stacks.NewEnvironment(awscdk.NewApp(nil), built) })
	if err, ok := got.(error); !ok || err.Error() != built.Validate().Error() ||
		!strings.HasPrefix(err.Error(), "Region: ") {
		t.Errorf("got %v, want %v", got, built.Validate())
	}
}
