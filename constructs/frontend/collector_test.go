package frontend_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// TestCollector: the tasks get the collector's endpoint, and their security group
// allows its port.
func TestCollector(t *testing.T) {
	for endpoint, want := range map[string]map[string]any{
		"http://collector.example:4318":         {"CidrIp": "0.0.0.0/0", "FromPort": 4318., "ToPort": 4318.},
		"http://10.0.7.7:4318/":                 {"CidrIp": "10.0.7.7/32", "FromPort": 4318., "ToPort": 4318.},
		"http://collector.example":              {"CidrIp": "0.0.0.0/0", "FromPort": 80., "ToPort": 80.},
		"https://collector.example":             nil,
		"https://[2001:db8::7]/otlp":            {"CidrIpv6": "2001:db8::7/128", "FromPort": 443., "ToPort": 443.},
		"https://collector.example:443/v1/here": nil,
	} {
		_, got := newService(t, func(p *frontend.GatewayServiceProps) { p.Server.OTLPEndpoint = endpoint })
		container := got.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0].(map[string]any)
		for _, variable := range []map[string]any{
			{"Name": "OTEL_EXPORTER_OTLP_ENDPOINT", "Value": endpoint},
			{"Name": "OTEL_TRACES_SAMPLER", "Value": "parentbased_traceidratio"},
			{"Name": "OTEL_TRACES_SAMPLER_ARG", "Value": "0.01"},
		} {
			if !slices.ContainsFunc(container["Environment"].([]any), func(v any) bool { return cmp.Equal(v, any(variable)) }) {
				t.Errorf("%s: %v is not in %v", endpoint, variable, container["Environment"])
			}
		}
		var rules []any
		for _, group := range got.All("AWS::EC2::SecurityGroup") {
			if group.Properties["GroupDescription"] == "Tasks of the gateway" {
				rules = group.Properties["SecurityGroupEgress"].([]any)
			}
		}
		if want != nil {
			want["IpProtocol"], want["Description"] = "tcp", "The collector of traces"
			if len(rules) != 2 || !cmp.Equal(rules[1], any(want)) {
				t.Errorf("%s: got %v, want beside the first %v", endpoint, rules, want)
			}
		} else if len(rules) != 1 {
			t.Errorf("%s: got %v", endpoint, rules)
		}
	}
}
