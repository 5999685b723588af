package frontend

import (
	"strconv"

	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// WAF is the web application firewall in front of a load balancer: a web ACL
// with AWS's own rules and limits of rate, or one that stands.
type WAF struct {
	// WebACLARN is a regional web ACL that stands, in the load balancer's region.
	// Default: "", one is made of what follows.
	WebACLARN string
	// SessionHeader is the header that tells clients apart, such as
	// Authorization or X-Session-Id. Requests without it are not limited by it.
	// Default: "", there is no such limit.
	SessionHeader string
	// RequestsPerSession is how many requests in 5 minutes one value of
	// SessionHeader may make; further ones are answered with 429. 10 to 2 × 10⁹.
	// Default: 0, which is an error where SessionHeader is given.
	RequestsPerSession int
	// RequestsPerAddress is the same for one IP address. Mobile networks put
	// thousands of people behind one, so set it high, and see what it counts
	// before BlockAddresses.
	// Default: 0, there is no such limit.
	RequestsPerAddress int
	// BlockAddresses blocks the addresses that RequestsPerAddress counts.
	// Default: false, they are counted only.
	BlockAddresses bool
	// FailOpen lets requests through unseen when the load balancer cannot reach
	// WAF.
	// Default: false, they are answered with 500.
	FailOpen bool
}

// Bounds of a rate-based rule.
const (
	minRequestsPerKey = 10
	maxRequestsPerKey = 2_000_000_000
)

func (w WAF) validate() problem.List {
	var ps problem.List
	limit := func(field string, n int) {
		if n < minRequestsPerKey || n > maxRequestsPerKey {
			ps.Add("WAF."+field, n, "WAF limits to 10 up to 2,000,000,000 requests in 5 minutes", "give such a number")
		}
	}
	if w.WebACLARN != "" && (w.SessionHeader != "" || w.RequestsPerSession != 0 || w.RequestsPerAddress != 0 || w.BlockAddresses) {
		ps.Add("WAF.WebACLARN", w.WebACLARN, "a web ACL that stands has its own rules", "leave it out, or the limits")
		return ps
	}
	switch {
	case w.SessionHeader != "":
		ps = append(ps, settings.ValidateHeaderName(w.SessionHeader).In("WAF.SessionHeader")...)
		limit("RequestsPerSession", w.RequestsPerSession)
	case w.RequestsPerSession != 0:
		ps.Add("WAF.SessionHeader", nil, "RequestsPerSession needs the header that tells clients apart", "such as Authorization")
	}
	switch {
	case w.RequestsPerAddress != 0:
		limit("RequestsPerAddress", w.RequestsPerAddress)
	case w.BlockAddresses:
		ps.Add("WAF.RequestsPerAddress", nil, "BlockAddresses needs the limit over which they are blocked", "give it, or leave BlockAddresses out")
	}
	return ps
}

// protect puts the firewall in front of the load balancer.
func (w WAF) protect(scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) {
	loadBalancer.SetAttribute(jsii.String("waf.fail_open.enabled"), jsii.String(strconv.FormatBool(w.FailOpen)))
	arn := jsii.String(w.WebACLARN)
	if w.WebACLARN == "" {
		rules := w.rules()
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

// rules is the web ACL's, in the order in which they are asked.
func (w WAF) rules() []*awswafv2.CfnWebACL_RuleProperty {
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
