package changes

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stacks reads one stack a name from "name: {resources}", where the resources may be
// followed by outputs.
func stacks(t *testing.T, resources map[string]string, outputs map[string]string) (list []Stack) {
	t.Helper()
	for _, name := range []string{"network", "inference", "frontend"} {
		if resources[name] == "" {
			continue
		}
		body := fmt.Sprintf(`{"Resources": {%s}, "Outputs": {%s}}`, resources[name], outputs[name])
		s, err := ReadStack(name, []byte(body))
		if err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		list = append(list, s)
	}
	return list
}

const (
	endpoint = `"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "predictions",
		"EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}, "RetainAllVariantProperties": true}}`
	target = `"Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
		"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
		"ResourceId": "endpoint/predictions/variant/main", "MinCapacity": 1, "MaxCapacity": 12}}`
	listener = `"Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {"Port": 80,
		"LoadBalancerArn": {"Ref": "Balancer"}, "DefaultActions": [{"TargetGroupArn": {"Ref": "Group"}}]}}`
	group = `"Group": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Port": 8080}}`
)

// config is an endpoint configuration with variants as name:type.
func config(variants ...string) string {
	var list []string
	for _, v := range variants {
		name, kind, _ := strings.Cut(v, ":")
		list = append(list, fmt.Sprintf(`{"VariantName": %q, "InstanceType": %q, "InitialInstanceCount": 1}`, name, kind))
	}
	return `"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [` +
		strings.Join(list, ", ") + `]}}`
}

// pooled is an endpoint configuration with one variant of pools as type:priority.
func pooled(pools ...string) string {
	var list []string
	for _, p := range pools {
		kind, priority, _ := strings.Cut(p, ":")
		list = append(list, fmt.Sprintf(`{"InstanceType": %q, "Priority": %s}`, kind, priority))
	}
	return strings.Replace(config("main:"), `"InstanceType": ""`, `"InstancePools": [`+strings.Join(list, ", ")+`]`, 1)
}

func balancer(scheme string) string {
	return `"Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Scheme": "` + scheme + `"}}`
}

func resource(id, kind, properties string) string {
	return fmt.Sprintf("%q: {\"Type\": %q, \"Properties\": {%s}}", id, kind, properties)
}

func TestCompare(t *testing.T) {
	t.Parallel()
	one := func(text string) map[string]string { return map[string]string{"inference": text} }
	for name, test := range map[string]struct {
		from, to map[string]string
		// outputs are those of both sides.
		outputs map[string]string
		// want has a line for each change: logical ID, action, verdict, properties.
		want []string
	}{
		"nothing": {one(endpoint + "," + config("main:a")), one(endpoint + "," + config("main:a")), nil, nil},
		"metadata is no change": {
			one(`"A": {"Type": "AWS::EC2::VPC", "Metadata": {"a": 1}, "Properties": {"CidrBlock": "10.0.0.0/16"}}`),
			one(`"A": {"Type": "AWS::EC2::VPC", "DependsOn": "B", "Properties": {"CidrBlock": "10.0.0.0/16"}}`), nil, nil,
		},
		"another model": {
			one(resource("Model", "AWS::SageMaker::Model", `"PrimaryContainer": {"Image": "a"}`) + "," + endpoint + "," +
				resource("Config", "AWS::SageMaker::EndpointConfig",
					`"ProductionVariants": [{"VariantName": "main", "InstanceType": "a", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]`)),
			one(resource("Model", "AWS::SageMaker::Model", `"PrimaryContainer": {"Image": "b"}`) + "," + endpoint + "," +
				resource("Config", "AWS::SageMaker::EndpointConfig",
					`"ProductionVariants": [{"VariantName": "main", "InstanceType": "a", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}]`)),
			nil,
			[]string{
				"Config replace new fleet ProductionVariants", "Endpoint update new fleet EndpointConfigName",
				"Model replace new fleet PrimaryContainer",
			},
		},
		"another type of a variant that scales": {
			one(endpoint + "," + config("main:a") + "," + target), one(endpoint + "," + config("main:b") + "," + target), nil,
			[]string{
				"Config replace new fleet ProductionVariants", "Endpoint update refused EndpointConfigName detach main",
			},
		},
		"another type of a variant that does not scale": {
			one(endpoint + "," + config("main:a")), one(endpoint + "," + config("main:b") + "," + target), nil,
			[]string{
				"Config replace new fleet ProductionVariants", "Endpoint update new fleet EndpointConfigName", "Target add in place ",
			},
		},
		"a variant that scales goes, and its target with it": {
			one(endpoint + "," + config("main:a", "next:a") + "," + target), one(endpoint + "," + config("next:a")), nil,
			[]string{
				"Config replace new fleet ProductionVariants", "Endpoint update refused EndpointConfigName detach main",
				"Target remove in place ",
			},
		},
		"a target that names its endpoint by reference": {
			one(endpoint + "," + config("main:a") + "," + strings.Replace(target, `"endpoint/predictions/variant/main"`,
				`{"Fn::Join": ["", ["endpoint/", {"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "/variant/main"]]}`, 1)),
			one(endpoint + "," + config("main:b")), nil,
			[]string{
				"Config replace new fleet ProductionVariants", "Endpoint update refused EndpointConfigName detach main",
				"Target remove in place ",
			},
		},
		"the priorities of pools": {
			one(endpoint + "," + pooled("a:1", "b:2") + "," + target), one(endpoint + "," + pooled("a:2", "b:1") + "," + target),
			nil, []string{
				"Config replace new fleet ProductionVariants", "Endpoint update new fleet EndpointConfigName",
			},
		},
		"a pool": {
			one(endpoint + "," + pooled("a:1", "b:2") + "," + target), one(endpoint + "," + pooled("a:1", "c:2") + "," + target),
			nil, []string{
				"Config replace new fleet ProductionVariants", "Endpoint update refused EndpointConfigName detach main",
			},
		},
		"metrics": {
			one(endpoint + "," + config("main:a")),
			one(endpoint + "," + strings.Replace(config("main:a"), `"ProductionVariants"`,
				`"MetricsConfig": {"EnableEnhancedMetrics": true}, "ProductionVariants"`, 1)), nil,
			[]string{"Config replace new fleet MetricsConfig", "Endpoint update new fleet EndpointConfigName"},
		},
		"bounds": {
			one(target), one(strings.Replace(target, `"MinCapacity": 1`, `"MinCapacity": 3`, 1)), nil,
			[]string{"Target update in place MinCapacity"},
		},
		"a target under another ID": {
			one(target), one(strings.Replace(target, `"Target"`, `"Other"`, 1)), nil,
			[]string{"Other add refused  detach main", "Target remove in place "},
		},
		"the endpoint's name": {
			one(endpoint + "," + config("main:a")),
			one(strings.Replace(endpoint, `"predictions"`, `"other"`, 1) + "," + config("main:a")), nil,
			[]string{"Endpoint replace refused EndpointName"},
		},
		"the name of an endpoint that is retained": {
			one(endpoint + "," + config("main:a")),
			one(strings.NewReplacer(`"predictions"`, `"other"`, `"Properties": {"EndpointName"`,
				`"UpdateReplacePolicy": "Retain", "Properties": {"EndpointName"`).Replace(endpoint) + "," + config("main:a")), nil,
			[]string{"Endpoint replace replaced EndpointName"},
		},
		"an endpoint that is retained goes": {
			one(strings.Replace(endpoint, `"Properties"`, `"DeletionPolicy": "RetainExceptOnCreate", "Properties"`, 1)),
			one(config("main:a")), nil, []string{"Config add in place ", "Endpoint remove in place "},
		},
		"how an endpoint is updated": {
			one(endpoint + "," + config("main:a")),
			one(strings.Replace(endpoint, `"RetainAllVariantProperties": true`,
				`"RetainAllVariantProperties": true, "DeploymentConfig": {}`, 1) + "," + config("main:a")), nil,
			[]string{"Endpoint update new fleet DeploymentConfig"},
		},
		"an endpoint's tags": {
			one(endpoint + "," + config("main:a")),
			one(strings.Replace(endpoint, `"RetainAllVariantProperties": true`,
				`"RetainAllVariantProperties": true, "Tags": []`, 1) + "," + config("main:a")), nil,
			[]string{"Endpoint update in place Tags"},
		},
		"the endpoint goes": {one(endpoint + "," + config("main:a")), one(config("main:a")), nil,
			[]string{"Endpoint remove replaced "}},
		"a model with a name": {
			one(resource("M", "AWS::SageMaker::Model", `"ModelName": "m", "PrimaryContainer": {"Image": "a"}`)),
			one(resource("M", "AWS::SageMaker::Model", `"ModelName": "m", "PrimaryContainer": {"Image": "b"}`)), nil,
			[]string{"M replace refused PrimaryContainer"},
		},
		"a model with another name": {
			one(resource("M", "AWS::SageMaker::Model", `"ModelName": "m", "PrimaryContainer": {"Image": "a"}`)),
			one(resource("M", "AWS::SageMaker::Model", `"ModelName": "n", "PrimaryContainer": {"Image": "b"}`)), nil,
			[]string{"M replace in place ModelName,PrimaryContainer"}, // no endpoint has it
		},
		"the type of a resource": {
			one(resource("A", "AWS::SQS::Queue", "")), one(resource("A", "AWS::SNS::Topic", "")), nil,
			[]string{"A replace refused "},
		},
		"a type that is not known": {
			one(resource("A", "Vendor::Some::Thing", `"A": 1`)), one(resource("A", "Vendor::Some::Thing", `"A": 2`)), nil,
			[]string{"A update replaced A"},
		},
		"the model of an inference component": {
			one(resource("M", "AWS::SageMaker::Model", `"PrimaryContainer": {"Image": "a"}`) + "," + endpoint + "," + config("main:a") + "," +
				resource("C", "AWS::SageMaker::InferenceComponent", `"Specification": {"ModelName": {"Fn::GetAtt": ["M", "ModelName"]}}`)),
			one(resource("M", "AWS::SageMaker::Model", `"PrimaryContainer": {"Image": "b"}`) + "," + endpoint + "," + config("main:a") + "," +
				resource("C", "AWS::SageMaker::InferenceComponent", `"Specification": {"ModelName": {"Fn::GetAtt": ["M", "ModelName"]}}`)), nil,
			[]string{"C update in place Specification", "M replace in place PrimaryContainer"},
		},
		"a custom resource": {
			one(resource("A", "Custom::Thing", `"A": 1`)), one(resource("A", "Custom::Thing", `"A": 2`)), nil,
			[]string{"A update in place A"},
		},
		"a listener on the same port": {
			one(balancer("internal") + "," + group + "," + listener),
			one(balancer("internal") + "," + group + "," + strings.Replace(listener, `"Listener"`, `"Other"`, 1)), nil,
			[]string{"Other add refused ", "Listener remove in place "},
		},
		"a listener on another port": {
			one(balancer("internal") + "," + group + "," + listener),
			one(balancer("internal") + "," + group + "," + listener + "," +
				strings.NewReplacer(`"Listener"`, `"Other"`, "80,", "443,").Replace(listener)), nil,
			[]string{"Other add in place "},
		},
		"another scheme and the same target group": {
			one(balancer("internal") + "," + group + "," + listener),
			one(balancer("internet-facing") + "," + group + "," + listener), nil,
			[]string{"Balancer replace replaced Scheme", "Listener replace refused LoadBalancerArn"},
		},
		"another scheme and another target group": {
			one(balancer("internal") + "," + group + "," + listener),
			one(balancer("internet-facing") + "," + strings.ReplaceAll(group, "Group\"", "New\"") + "," +
				strings.ReplaceAll(listener, `"Group"`, `"New"`)), nil,
			[]string{
				"Balancer replace replaced Scheme", "Listener replace in place DefaultActions,LoadBalancerArn",
				"New add in place ", "Group remove replaced ",
			},
		},
		"a subnet over another": {
			one(resource("A", "AWS::EC2::Subnet", `"VpcId": "v", "CidrBlock": "10.0.0.0/20"`)),
			one(resource("B", "AWS::EC2::Subnet", `"VpcId": "v", "CidrBlock": "10.0.8.0/21"`)), nil,
			[]string{"B add refused ", "A remove replaced "},
		},
		"a subnet beside another": {
			one(resource("A", "AWS::EC2::Subnet", `"VpcId": "v", "CidrBlock": "10.0.0.0/20"`)),
			one(resource("A", "AWS::EC2::Subnet", `"VpcId": "v", "CidrBlock": "10.0.0.0/20"`) + "," +
				resource("B", "AWS::EC2::Subnet", `"VpcId": "v", "CidrBlock": "10.0.16.0/20"`)), nil,
			[]string{"B add in place "},
		},
		"a task definition": {
			one(resource("T", "AWS::ECS::TaskDefinition", `"Cpu": "256"`) + "," +
				resource("S", "AWS::ECS::Service", `"TaskDefinition": {"Ref": "T"}`)),
			one(resource("T", "AWS::ECS::TaskDefinition", `"Cpu": "512"`) + "," +
				resource("S", "AWS::ECS::Service", `"TaskDefinition": {"Ref": "T"}`)), nil,
			[]string{"S update in place TaskDefinition", "T replace in place Cpu"},
		},
		"what another stack exports": {
			map[string]string{
				"network":  resource("V", "AWS::EC2::VPC", `"CidrBlock": "10.0.0.0/16"`),
				"frontend": resource("G", "AWS::EC2::SecurityGroup", `"VpcId": {"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Id"}}`),
			},
			map[string]string{
				"network":  resource("V", "AWS::EC2::VPC", `"CidrBlock": "10.1.0.0/16"`),
				"frontend": resource("G", "AWS::EC2::SecurityGroup", `"VpcId": {"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Id"}}`),
			},
			map[string]string{"network": `"Id": {"Value": {"Ref": "V"}}`},
			[]string{"V replace refused CidrBlock", "G replace replaced VpcId"},
		},
		"what another stack uses": {
			map[string]string{
				"network":  resource("N", "AWS::EC2::Subnet", "") + "," + resource("M", "AWS::EC2::Subnet", ""),
				"frontend": resource("B", "AWS::ElasticLoadBalancingV2::LoadBalancer", `"Subnets": [{"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Id"}}]`),
			},
			map[string]string{
				"network":  resource("O", "AWS::SQS::Queue", ""),
				"frontend": resource("B", "AWS::ElasticLoadBalancingV2::LoadBalancer", `"Subnets": ["subnet-1"]`),
			},
			map[string]string{"network": `"Id": {"Value": {"Ref": "N"}}`},
			[]string{"O add in place ", "M remove replaced ", "N remove refused ", "B update in place Subnets"},
		},
		"a reference within a text": {
			one(resource("R", "AWS::IAM::Role", `"RoleName": "a"`) + "," +
				resource("Q", "AWS::SQS::Queue", `"QueueName": {"Fn::Sub": "${R}-${AWS::Region}"}`)),
			one(resource("R", "AWS::IAM::Role", `"RoleName": "b"`) + "," +
				resource("Q", "AWS::SQS::Queue", `"QueueName": {"Fn::Sub": "${R}-${AWS::Region}"}`)), nil,
			[]string{"Q replace replaced QueueName", "R replace in place RoleName"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, c := range Compare(stacks(t, test.from, test.outputs), stacks(t, test.to, test.outputs)) {
				line := fmt.Sprintf("%s %s %s %s", c.LogicalID, c.Action, c.Verdict, strings.Join(c.Properties, ","))
				if len(c.Detach) > 0 {
					line += " detach " + strings.Join(c.Detach, ",")
				}
				got = append(got, line)
				if c.Verdict > InPlace && c.Reason == "" || c.Verdict == Refused && (c.Source == "" || c.Way == "") {
					t.Errorf("%s: %s without reason, source or way: %+v", c.LogicalID, c.Verdict, c)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTypes: every type of the snapshots, and every type with a rule of its own, is
// in the data.
func TestTypes(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for kind := range noticed {
		kinds[kind] = true
	}
	for kind := range identities {
		kinds[kind] = true
	}
	files, err := filepath.Glob("../../test/snapshots/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no snapshots: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var template Template
		if err := json.Unmarshal(data, &template); err != nil {
			t.Fatal(err)
		}
		for _, r := range template.Resources {
			kinds[r.Type] = true
		}
	}
	for kind := range kinds {
		if _, known := createOnly(kind); !known {
			t.Errorf("createonly.json lacks %s: add its family to createonly.py", kind)
		}
	}
}
