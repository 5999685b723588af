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

// WAF is a load balancer's web application firewall: an existing web ACL, or a new
// one with AWS's managed rules and rate limits.
type WAF struct {
	// WebACLARN is an existing regional web ACL in the load balancer's region.
	// Default: "", a new web ACL with the limits below.
	WebACLARN string
	// SessionHeader is the header that identifies a client, such as Authorization
	// or X-Session-Id. RequestsPerSession does not limit requests without it.
	// Default: "", no limit per session.
	SessionHeader string
	// RequestsPerSession is the most requests in 5 minutes with one value of
	// SessionHeader, 10 to 2,000,000,000. WAF answers more with 429. It is required
	// with SessionHeader.
	// Default: 0, without SessionHeader.
	RequestsPerSession int
	// RequestsPerAddress is the most requests in 5 minutes from one IP address, 10
	// to 2,000,000,000. Mobile networks put thousands of people behind one address:
	// set it high, and read the count before you set BlockAddresses.
	// Default: 0, no limit per address.
	RequestsPerAddress int
	// BlockAddresses makes WAF answer requests over RequestsPerAddress with 429.
	// Default: false, WAF only counts them.
	BlockAddresses bool
	// FailOpen makes the load balancer forward requests when it cannot reach WAF.
	// Default: false, it answers them with 500.
	FailOpen bool
}

// WAF's bounds of a rate-based rule.
const (
	minRequestsPerKey = 10
	maxRequestsPerKey = 2_000_000_000
)

func (w WAF) validate() problem.List {
	var ps problem.List
	limit := func(field string, n int) {
		if n < minRequestsPerKey || n > maxRequestsPerKey {
			rule := "WAF limits to 10 up to 2,000,000,000 requests in 5 minutes"
			ps.Add("WAF."+field, n, rule, "give such a number")
		}
	}
	if w.WebACLARN != "" && w != (WAF{WebACLARN: w.WebACLARN, FailOpen: w.FailOpen}) {
		ps.Add("WAF.WebACLARN", w.WebACLARN, "a web ACL that stands has its own rules", "leave it out, or the limits")
		return ps
	}
	switch {
	case w.SessionHeader != "":
		ps = append(ps, settings.ValidateHeaderName(w.SessionHeader).In("WAF.SessionHeader")...)
		limit("RequestsPerSession", w.RequestsPerSession)
	case w.RequestsPerSession != 0:
		ps.Add("WAF.SessionHeader", nil, "RequestsPerSession needs the header that tells clients apart",
			"such as Authorization")
	}
	switch {
	case w.RequestsPerAddress != 0:
		limit("RequestsPerAddress", w.RequestsPerAddress)
	case w.BlockAddresses:
		ps.Add("WAF.RequestsPerAddress", nil, "BlockAddresses needs the limit over which they are blocked",
			"give it, or leave BlockAddresses out")
	}
	return ps
}

// associate associates the web ACL with the load balancer.
func (w WAF) associate(scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) {
	loadBalancer.SetAttribute(jsii.String("waf.fail_open.enabled"), jsii.String(strconv.FormatBool(w.FailOpen)))
	arn := jsii.String(w.WebACLARN)
	if w.WebACLARN == "" {
		rules := w.rules()
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

// rules returns the web ACL's rules in the order of their priority.
func (w WAF) rules() []*awswafv2.CfnWebACL_RuleProperty {
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
