package frontend

import (
	"strconv"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// associateWAF associates the web ACL with the load balancer.
func associateWAF(w settings.WAF, scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) {
	loadBalancer.SetAttribute(jsii.String("waf.fail_open.enabled"), jsii.String(strconv.FormatBool(w.FailOpen)))
	arn := jsii.String(w.WebACLARN)
	if w.WebACLARN == "" {
		rules := webACLRules(w)
		arn = awswafv2.NewCfnWebACL(scope, jsii.String("WebAcl"), &awswafv2.CfnWebACLProps{
			Scope:            jsii.String("REGIONAL"),
			DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
			VisibilityConfig: visibilityConfig("WebAcl"),
			Rules:            &rules,
		}).AttrArn()
	}
	awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebAclAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: loadBalancer.LoadBalancerArn(), WebAclArn: arn,
	})
}

// webACLRules returns the web ACL's rules in the order of their priority.
func webACLRules(w settings.WAF) []*awswafv2.CfnWebACL_RuleProperty {
	var rules []*awswafv2.CfnWebACL_RuleProperty
	add := func(name string, rule awswafv2.CfnWebACL_RuleProperty) {
		rule.Name, rule.Priority = jsii.String(name), jsii.Number(len(rules))
		rule.VisibilityConfig = visibilityConfig(name)
		rules = append(rules, &rule)
	}
	type action = awswafv2.CfnWebACL_RuleActionProperty
	addLimit := func(name string, exceeded *action, limit awswafv2.CfnWebACL_RateBasedStatementProperty) {
		add(name, awswafv2.CfnWebACL_RuleProperty{
			Action: exceeded, Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &limit},
		})
	}
	if w.RequestsPerAddress != 0 {
		exceeded := &action{Count: map[string]any{}}
		if w.BlockAddresses {
			exceeded = tooManyRequests()
		}
		addLimit("RequestsPerAddress", exceeded, awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: jsii.String("IP"), Limit: jsii.Number(w.RequestsPerAddress),
		})
	}
	if w.SessionHeader != "" {
		header := map[string]any{"header": map[string]any{
			"name": w.SessionHeader, "textTransformations": []any{map[string]any{"priority": 0, "type": "NONE"}},
		}}
		addLimit("RequestsPerSession", tooManyRequests(), awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: jsii.String("CUSTOM_KEYS"), CustomKeys: []any{header},
			Limit: jsii.Number(w.RequestsPerSession),
		})
	}
	const commonRules = "AWSManagedRulesCommonRuleSet"
	for _, group := range []string{
		"AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", commonRules,
	} {
		managed := &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
			VendorName: jsii.String("AWS"), Name: jsii.String(group),
		}
		if group == commonRules {
			// Fact F28: the rule blocks every body over 8 KB. The gateway limits the size.
			managed.RuleActionOverrides = []any{&awswafv2.CfnWebACL_RuleActionOverrideProperty{
				Name:        jsii.String("SizeRestrictions_BODY"),
				ActionToUse: &action{Count: map[string]any{}},
			}}
		}
		add(group, awswafv2.CfnWebACL_RuleProperty{
			OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
			Statement:      &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: managed},
		})
	}
	return rules
}

// tooManyRequests blocks with 429, which makes clients back off.
func tooManyRequests() *awswafv2.CfnWebACL_RuleActionProperty {
	return &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
		CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{ResponseCode: jsii.Number(429)},
	}}
}

func visibilityConfig(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		MetricName: jsii.String(metric), CloudWatchMetricsEnabled: jsii.Bool(true),
		SampledRequestsEnabled: jsii.Bool(false),
	}
}
