package frontend_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func withWAF(t *testing.T, waf settings.WAF) template.Template {
	t.Helper()
	stack := template.NewStack(t)
	frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, WAF: &waf,
		Gateway: frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)}),
	})
	return template.Of(t, stack)
}

// TestWAF: the statement and the action of each rule, in order.
func TestWAF(t *testing.T) {
	const acl = "AWS::WAFv2::WebACL"
	count, block := map[string]any{"Count": map[string]any{}}, map[string]any{"Block": map[string]any{"CustomResponse": map[string]any{"ResponseCode": 429.0}}}
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
	session := map[string]any{"AggregateKeyType": "CUSTOM_KEYS", "Limit": 300.0, "CustomKeys": []any{map[string]any{"Header": map[string]any{
		"Name": "X-Session", "TextTransformations": []any{map[string]any{"Priority": 0.0, "Type": "NONE"}},
	}}}}
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

func TestWAFProblems(t *testing.T) {
	for _, test := range []struct {
		waf  settings.WAF
		want []string
	}{
		{settings.WAF{WebACLARN: "arn", RequestsPerAddress: 100}, []string{`WAF.WebACLARN: got "arn"`}},
		{settings.WAF{SessionHeader: "X-Session", BlockAddresses: true}, []string{"WAF.RequestsPerSession: got 0", "WAF.RequestsPerAddress: BlockAddresses needs"}},
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
