package frontend

import (
	"strconv"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// protect puts the firewall in front of the load balancer.
func protect(w settings.WAF, scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) {
	loadBalancer.SetAttribute(jsii.String("waf.fail_open.enabled"), jsii.String(strconv.FormatBool(w.FailOpen)))
	arn := jsii.String(w.WebACLARN)
	if w.WebACLARN == "" {
		rules := firewallRules(w)
		arn = awswafv2.NewCfnWebACL(scope, jsii.String("WebAcl"), &awswafv2.CfnWebACLProps{
			Scope:            jsii.String("REGIONAL"),
			DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
			VisibilityConfig: visible("WebAcl"),
			Rules:            &rules,
		}).AttrArn()
	}
	awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebAclAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: loadBalancer.LoadBalancerArn(), WebAclArn: arn,
	})
}

// firewallRules are the web ACL's, in the order in which they are asked.
func firewallRules(w settings.WAF) []*awswafv2.CfnWebACL_RuleProperty {
	var rules []*awswafv2.CfnWebACL_RuleProperty
	add := func(name string, rule awswafv2.CfnWebACL_RuleProperty) {
		rule.Name, rule.VisibilityConfig, rule.Priority = jsii.String(name), visible(name), jsii.Number(len(rules))
		rules = append(rules, &rule)
	}
	if w.RequestsPerAddress != 0 {
		action := &awswafv2.CfnWebACL_RuleActionProperty{Count: map[string]any{}}
		if w.BlockAddresses {
			action = tooManyRequests()
		}
		add("RequestsPerAddress", awswafv2.CfnWebACL_RuleProperty{Action: action, Statement: &awswafv2.CfnWebACL_StatementProperty{
			RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
				AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(w.RequestsPerAddress),
			},
		}})
	}
	if w.SessionHeader != "" {
		header := map[string]any{"header": map[string]any{
			"name": w.SessionHeader, "textTransformations": []any{map[string]any{"priority": 0, "type": "NONE"}},
		}}
		add("RequestsPerSession", awswafv2.CfnWebACL_RuleProperty{Action: tooManyRequests(), Statement: &awswafv2.CfnWebACL_StatementProperty{
			RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
				AggregateKeyType: jsii.String("CUSTOM_KEYS"), CustomKeys: []any{header}, Limit: jsii.Number(w.RequestsPerSession),
			},
		}})
	}
	for _, group := range []string{"AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"} {
		managed := &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: jsii.String("AWS"), Name: jsii.String(group)}
		if group == "AWSManagedRulesCommonRuleSet" {
			// It blocks every body over 8 KB (fact F28); the gateway bounds the size.
			managed.RuleActionOverrides = []any{&awswafv2.CfnWebACL_RuleActionOverrideProperty{
				Name: jsii.String("SizeRestrictions_BODY"), ActionToUse: &awswafv2.CfnWebACL_RuleActionProperty{Count: map[string]any{}},
			}}
		}
		add(group, awswafv2.CfnWebACL_RuleProperty{
			OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
			Statement:      &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: managed},
		})
	}
	return rules
}

// tooManyRequests blocks with the status that clients wait for.
func tooManyRequests() *awswafv2.CfnWebACL_RuleActionProperty {
	return &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
		CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{ResponseCode: jsii.Number(429)},
	}}
}

func visible(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		MetricName: jsii.String(metric), CloudWatchMetricsEnabled: jsii.Bool(true), SampledRequestsEnabled: jsii.Bool(false),
	}
}
