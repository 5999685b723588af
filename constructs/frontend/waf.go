package frontend

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// WebACLMetric is the name of the new web ACL in CloudWatch, its dimension WebACL.
const WebACLMetric = "WebAcl"

// associateWAF associates the web ACL with the load balancer.
func associateWAF(w settings.WAF, scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) {
	loadBalancer.SetAttribute(jsii.String("waf.fail_open.enabled"), jsii.String(strconv.FormatBool(w.FailOpen)))
	arn := jsii.String(w.WebACLARN)
	if w.WebACLARN == "" {
		rules := webACLRules(w)
		arn = awswafv2.NewCfnWebACL(scope, jsii.String("WebAcl"), &awswafv2.CfnWebACLProps{
			Scope:                jsii.String("REGIONAL"),
			DefaultAction:        &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
			VisibilityConfig:     visibilityConfig(WebACLMetric),
			DataProtectionConfig: protectHeaders(w.SessionHeader),
			Rules:                &rules,
		}).AttrArn()
		if days := w.LogDays(); days != 0 {
			logWAF(scope, arn, days)
		}
		if w.SessionHeader != "" && w.RequireSession == nil {
			awscdk.Annotations_Of(scope).AddWarningV2(jsii.String("sagemaker-scaling:session-not-required"),
				jsii.String("requests without the header of sessions are not limited (fact I2); set requireSession to true to "+
					"block them, or to false to let them pass"))
		}
	}
	awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebAclAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: loadBalancer.LoadBalancerArn(), WebAclArn: arn,
	})
}

// protectHeaders replaces credentials in the web ACL's log and sampled requests, and
// hashes the header of sessions, so that these can still be told apart (fact I12).
func protectHeaders(session string) *awswafv2.CfnWebACL_DataProtectionConfigProperty {
	var protections []any
	protect := func(action string, headers ...string) {
		protections = append(protections, &awswafv2.CfnWebACL_DataProtectProperty{
			Action: jsii.String(action),
			Field: &awswafv2.CfnWebACL_FieldToProtectProperty{
				FieldType: jsii.String("SINGLE_HEADER"), FieldKeys: jsii.Strings(headers...),
			},
		})
	}
	credentials := slices.DeleteFunc([]string{"authorization", "cookie"}, func(header string) bool {
		return header == lowerHeader(session)
	})
	protect("SUBSTITUTION", credentials...)
	if session != "" {
		protect("HASH", lowerHeader(session))
	}
	return &awswafv2.CfnWebACL_DataProtectionConfigProperty{DataProtections: protections}
}

// lowerHeader is the name of a header as AWS WAF writes it. One that is known only at
// deployment stays as it is.
func lowerHeader(name string) string {
	if problem.Unresolved(name) {
		return name
	}
	return strings.ToLower(name)
}

// logWAF writes the web ACL's log to a log group, whose name has to begin with
// aws-waf-logs- (fact I12).
func logWAF(scope constructs.Construct, webACL *string, days int) {
	name := awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{
		MaxLength: jsii.Number(128), Separator: jsii.String("-"),
	})
	group := awslogs.NewLogGroup(scope, jsii.String("WebAclLog"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String("aws-waf-logs-" + *name),
		// The members of RetentionDays are named, not numbered.
		Retention: awslogs.RetentionDays_INFINITE, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(days))
	awswafv2.NewCfnLoggingConfiguration(scope, jsii.String("WebAclLogging"), &awswafv2.CfnLoggingConfigurationProps{
		ResourceArn: webACL,
		// AWS WAF takes the ARN without the :* at its end.
		LogDestinationConfigs: &[]any{awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: group.LogGroupName(),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})},
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
	if w.RequireSession != nil && *w.RequireSession {
		add("RequireSession", awswafv2.CfnWebACL_RuleProperty{
			Action: &action{Block: map[string]any{}}, Statement: withoutHeader(w.SessionHeader),
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

// withoutHeader matches requests without a header, or with an empty one, but for OPTIONS.
func withoutHeader(name string) *awswafv2.CfnWebACL_StatementProperty {
	type statement = awswafv2.CfnWebACL_StatementProperty
	asItIs := []any{&awswafv2.CfnWebACL_TextTransformationProperty{Priority: jsii.Number(0), Type: jsii.String("NONE")}}
	not := func(s *statement) *statement {
		return &statement{NotStatement: &awswafv2.CfnWebACL_NotStatementProperty{Statement: s}}
	}
	return &statement{AndStatement: &awswafv2.CfnWebACL_AndStatementProperty{Statements: []any{
		not(&statement{SizeConstraintStatement: &awswafv2.CfnWebACL_SizeConstraintStatementProperty{
			FieldToMatch: &awswafv2.CfnWebACL_FieldToMatchProperty{
				SingleHeader: map[string]any{"Name": lowerHeader(name)},
			},
			ComparisonOperator: jsii.String("GT"), Size: jsii.Number(0), TextTransformations: asItIs,
		}}),
		not(&statement{ByteMatchStatement: &awswafv2.CfnWebACL_ByteMatchStatementProperty{
			FieldToMatch: &awswafv2.CfnWebACL_FieldToMatchProperty{Method: map[string]any{}},
			SearchString: jsii.String("OPTIONS"), PositionalConstraint: jsii.String("EXACTLY"), TextTransformations: asItIs,
		}}),
	}}}
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
		SampledRequestsEnabled: jsii.Bool(true),
	}
}
