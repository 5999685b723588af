package deploy_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// isGuarded wants a load balancer in production as it stands to be protected
// against deletion, to log, to verify tokens, and to have its firewall.
func isGuarded(ctx context.Context, t *testing.T, local *localaws.AWS, balancer localaws.LoadBalancer) {
	t.Helper()
	bucket := balancer.Attributes["access_logs.s3.bucket"]
	if bucket == "" {
		t.Error("the access logs have no bucket")
	}
	for name, want := range map[string]string{
		"deletion_protection.enabled":                     "true",
		"access_logs.s3.enabled":                          "true",
		"access_logs.s3.prefix":                           "access",
		"connection_logs.s3.enabled":                      "true",
		"connection_logs.s3.bucket":                       bucket,
		"connection_logs.s3.prefix":                       "connections",
		"routing.http.drop_invalid_header_fields.enabled": "true",
		"waf.fail_open.enabled":                           "true",
	} {
		if got := balancer.Attributes[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	var refused smithy.APIError
	client := elasticloadbalancingv2.NewFromConfig(local.Config(region))
	_, err := client.DeleteLoadBalancer(ctx, &elasticloadbalancingv2.DeleteLoadBalancerInput{LoadBalancerArn: &balancer.ARN})
	if !errors.As(err, &refused) || refused.ErrorCode() != "OperationNotPermitted" {
		t.Errorf("deleting it: got %v, want it refused", err)
	}
	for _, l := range balancer.Listeners {
		if l.Port != 443 {
			continue
		}
		rules, err := client.DescribeRules(ctx, &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: &l.ARN})
		if err != nil {
			t.Fatal(err)
		}
		tokens := rules.Rules[0].Actions[0].JwtValidationConfig
		if tokens == nil || aws.ToString(tokens.Issuer) != "https://login.example.com" || aws.ToString(tokens.JwksEndpoint) != "https://login.example.com/.well-known/jwks.json" {
			t.Errorf("got tokens verified by %+v", tokens)
		}
	}
	firewall, err := wafv2.NewFromConfig(local.Config(region)).GetWebACLForResource(ctx, &wafv2.GetWebACLForResourceInput{ResourceArn: &balancer.ARN})
	if err != nil {
		t.Fatal(err)
	}
	if firewall.WebACL == nil {
		t.Fatal("the load balancer has no web ACL")
	}
	var rules []string
	for _, r := range firewall.WebACL.Rules {
		rules = append(rules, aws.ToString(r.Name))
	}
	want := []string{"RequestsPerAddress", "RequestsPerSession", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"}
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Errorf("the firewall's rules (-want +got)\n%s", diff)
	}
	logged, err := wafv2.NewFromConfig(local.Config(region)).GetLoggingConfiguration(ctx,
		&wafv2.GetLoggingConfigurationInput{ResourceArn: firewall.WebACL.ARN})
	if err != nil || !strings.Contains(logged.LoggingConfiguration.LogDestinationConfigs[0], ":log-group:aws-waf-logs-") {
		t.Errorf("the firewall's log: %+v, %v", logged, err)
	}
	if firewall.WebACL.DefaultAction.Allow == nil {
		t.Errorf("got default action %+v, want Allow", firewall.WebACL.DefaultAction)
	}
}
