package frontend_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func number(n int) *int { return &n }

func withWAF(t *testing.T, waf settings.WAF) template.Template {
	t.Helper()
	stack := template.NewStack(t)
	frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, WAF: &waf,
		Gateway: frontend.NewGatewayFunction(
			stack,
			"Gateway",
			frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)},
		),
	})
	return template.Of(t, stack)
}

// TestWAF: the statement and the action of each rule, in order.
func TestWAF(t *testing.T) {
	const acl = "AWS::WAFv2::WebACL"
	count, block := map[string]any{
		"Count": map[string]any{},
	}, map[string]any{
		"Block": map[string]any{"CustomResponse": map[string]any{"ResponseCode": 429.0}},
	}
	none := map[string]any{"None": map[string]any{}}
	managed := func(name string, more map[string]any) map[string]any {
		group := map[string]any{"VendorName": "AWS", "Name": name}
		for k, v := range more {
			group[k] = v
		}
		return map[string]any{"OverrideAction": none, "Statement": map[string]any{"ManagedRuleGroupStatement": group}}
	}
	aws := []any{
		managed("AWSManagedRulesAmazonIpReputationList", nil), managed("AWSManagedRulesKnownBadInputsRuleSet", nil),
		managed("AWSManagedRulesCommonRuleSet", map[string]any{"RuleActionOverrides": []any{
			map[string]any{"Name": "SizeRestrictions_BODY", "ActionToUse": count},
		}}),
	}
	rate := func(action any, statement map[string]any) map[string]any {
		return map[string]any{"Action": action, "Statement": map[string]any{"RateBasedStatement": statement}}
	}
	session := map[string]any{
		"AggregateKeyType": "CUSTOM_KEYS",
		"Limit":            300.0,
		"CustomKeys": []any{map[string]any{"Header": map[string]any{
			"Name": "X-Session", "TextTransformations": []any{map[string]any{"Priority": 0.0, "Type": "NONE"}},
		}}},
	}
	asItIs := []any{map[string]any{"Priority": 0.0, "Type": "NONE"}}
	not := func(kind string, s map[string]any) map[string]any {
		return map[string]any{"NotStatement": map[string]any{"Statement": map[string]any{kind: s}}}
	}
	sessionless := map[string]any{"AndStatement": map[string]any{"Statements": []any{
		not("SizeConstraintStatement", map[string]any{
			"FieldToMatch":       map[string]any{"SingleHeader": map[string]any{"Name": "x-session"}},
			"ComparisonOperator": "GT", "Size": 0.0, "TextTransformations": asItIs,
		}),
		not("ByteMatchStatement", map[string]any{ // a preflight request has no such header
			"FieldToMatch": map[string]any{"Method": map[string]any{}}, "SearchString": "OPTIONS",
			"PositionalConstraint": "EXACTLY", "TextTransformations": asItIs,
		}),
	}}}
	address := map[string]any{"AggregateKeyType": "IP", "Limit": 100000.0}
	for _, test := range []struct {
		name string
		waf  settings.WAF
		open string
		want []any
	}{
		{"AWS's rules alone", settings.WAF{}, "false", aws},
		{"with limits", settings.WAF{SessionHeader: "X-Session", RequestsPerSession: 300, RequestsPerAddress: 100000, FailOpen: true}, "true",
			append([]any{rate(count, address), rate(block, session)}, aws...)},
		{"without a session blocked", settings.WAF{SessionHeader: "X-Session", RequestsPerSession: 300, RequireSession: jsii.Bool(true)},
			"false", append([]any{map[string]any{"Action": map[string]any{"Block": map[string]any{}}, "Statement": sessionless},
				rate(block, session)}, aws...)},
		{"without a session let through", settings.WAF{
			SessionHeader: "X-Session", RequestsPerSession: 300, RequireSession: jsii.Bool(false),
		}, "false", append([]any{rate(block, session)}, aws...)},
		{"addresses blocked", settings.WAF{RequestsPerAddress: 100000, BlockAddresses: true}, "false", append([]any{rate(block, address)}, aws...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := withWAF(t, test.waf)
			rules := got.One(t, acl).Properties["Rules"].([]any)
			for i, r := range rules {
				r := r.(map[string]any)
				if r["Priority"] != float64(i) || r["Name"] == nil || r["VisibilityConfig"] == nil {
					t.Errorf("rule %d: got %v", i, r)
				}
				delete(r, "Priority")
				delete(r, "Name")
				delete(r, "VisibilityConfig")
			}
			if diff := cmp.Diff(test.want, rules); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if open := attributes(t, got)["waf.fail_open.enabled"]; open != test.open {
				t.Errorf("fail open: got %v", open)
			}
			got.One(t, "AWS::WAFv2::WebACLAssociation")
		})
	}
	t.Run("one that stands", func(t *testing.T) {
		const arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/00000000-0000-4000-8000-000000000001"
		got := withWAF(t, settings.WAF{WebACLARN: arn})
		want := map[string]any{"WebACLArn": arn, "ResourceArn": ref(got.ID(t, loadBalancer))}
		if diff := cmp.Diff(want, got.One(t, "AWS::WAFv2::WebACLAssociation").Properties); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if n := len(got.All(acl)); n != 0 {
			t.Errorf("got %d web ACLs beside it", n)
		}
	})
}

// TestWAFLog: credentials reach neither log nor samples, and a session is hashed.
func TestWAFLog(t *testing.T) {
	for _, test := range []struct {
		header string
		want   [][]any
	}{
		{"", [][]any{{"SUBSTITUTION", "authorization", "cookie"}}},
		{"X-Session", [][]any{{"SUBSTITUTION", "authorization", "cookie"}, {"HASH", "x-session"}}},
		{"Authorization", [][]any{{"SUBSTITUTION", "cookie"}, {"HASH", "authorization"}}},
	} {
		t.Run("session "+test.header, func(t *testing.T) {
			waf := settings.WAF{LogRetentionDays: number(90), SessionHeader: test.header}
			if test.header != "" {
				waf.RequestsPerSession = 300
			}
			got := withWAF(t, waf)
			acl := got.One(t, "AWS::WAFv2::WebACL")
			var protected [][]any
			for _, p := range acl.Properties["DataProtectionConfig"].(map[string]any)["DataProtections"].([]any) {
				field := p.(map[string]any)["Field"].(map[string]any)
				protected = append(protected, append([]any{p.(map[string]any)["Action"]}, field["FieldKeys"].([]any)...))
			}
			if diff := cmp.Diff(test.want, protected); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var group template.Resource
			for _, g := range got.All("AWS::Logs::LogGroup") {
				if name, _ := g.Properties["LogGroupName"].(string); strings.HasPrefix(name, "aws-waf-logs-") {
					group = g
				}
			}
			if group.Properties["RetentionInDays"] != 90.0 {
				t.Errorf("got %v, want a log group for AWS WAF that keeps its log for 90 days", group.Properties)
			}
			logging := got.One(t, "AWS::WAFv2::LoggingConfiguration").Properties
			destination := template.Text(logging["LogDestinationConfigs"].([]any)[0])
			if !strings.HasPrefix(destination, "arn:aws:logs:eu-west-1:123456789012:log-group:") ||
				strings.HasSuffix(destination, ":*") {
				t.Errorf("got destination %s", destination)
			}
		})
	}
	if got := withWAF(t, settings.WAF{}); len(got.All("AWS::WAFv2::LoggingConfiguration")) != 0 {
		t.Error("a log that nobody asked for")
	}
}

// TestSessionNotRequired: that requests without a session are not limited is said, until
// RequireSession says one or the other.
func TestSessionNotRequired(t *testing.T) {
	for name, test := range map[string]struct {
		require *bool
		want    int
	}{"not said": {nil, 1}, "required": {jsii.Bool(true), 0}, "let through": {jsii.Bool(false), 0}} {
		stack := template.NewStack(t)
		frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
			VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
			WAF: &settings.WAF{SessionHeader: "X-Session", RequestsPerSession: 300, RequireSession: test.require},
			Gateway: frontend.NewGatewayFunction(
				stack,
				"Gateway",
				frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)},
			),
		})
		warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"),
			assertions.Match_StringLikeRegexp(jsii.String("requests without the header of sessions are not limited")))
		if len(*warnings) != test.want {
			t.Errorf("%s: got %d warnings, want %d", name, len(*warnings), test.want)
		}
	}
}

func TestWAFProblems(t *testing.T) {
	for _, test := range []struct {
		waf  settings.WAF
		want []string
	}{
		{settings.WAF{WebACLARN: "arn", RequestsPerAddress: 100}, []string{`WAF.WebACLARN: got "arn"`}},
		{settings.WAF{SessionHeader: "X-Session", BlockAddresses: true}, []string{"WAF.RequestsPerSession: got 0", "WAF.RequestsPerAddress: BlockAddresses needs"}},
		{settings.WAF{RequireSession: jsii.Bool(true), LogRetentionDays: number(100)},
			[]string{"WAF.SessionHeader: RequireSession needs", "WAF.LogRetentionDays: got 100: CloudWatch Logs takes certain numbers " +
				"of days only; write 120, or 0 for no log"}},
		{settings.WAF{LogRetentionDays: number(5000)}, []string{"write 3653, or 0 for no log"}},
		{settings.WAF{RequestsPerSession: 100, RequestsPerAddress: 9}, []string{"WAF.SessionHeader: RequestsPerSession needs", "WAF.RequestsPerAddress: got 9"}},
	} {
		err := frontend.LoadBalancerProps{WAF: &test.waf}.Validate()
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q within\n%v", want, err)
			}
		}
	}
}
