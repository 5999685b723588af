package synth_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEntrance: environments whose load balancers have a domain, IPv6 addresses,
// and ask for tokens and certificates, or for a login, that have canaries of either
// form, or a listener that stands, pass TestStrict and TestLint, in production. The
// rules of package access are tested there, and single resources with the
// constructs: here is what the stacks make of it together.
func TestEntrance(t *testing.T) {
	t.Parallel()
	type template struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
		Outputs map[string]struct{ Value any }
	}
	made := map[string]template{}
	for path, data := range templates(t, assembly(t, "token")) {
		var parsed template
		if err := json.Unmarshal(data, &parsed); err != nil {
			t.Fatal(err)
		}
		made[strings.TrimPrefix(path, "token/")] = parsed
	}
	if url := made["frontend"].Outputs["Url"].Value; url != "https://token.example.com" {
		t.Errorf("got URL %v", url)
	}
	var kinds []string
	for _, r := range made["frontend"].Resources {
		if strings.HasPrefix(r.Type, "AWS::Route53::") || strings.HasPrefix(r.Type, "AWS::CertificateManager::") || r.Type == "AWS::ElasticLoadBalancingV2::TrustStore" {
			kinds = append(kinds, r.Type)
		}
	}
	slices.Sort(kinds)
	if diff := cmp.Diff([]string{
		"AWS::CertificateManager::Certificate", "AWS::ElasticLoadBalancingV2::TrustStore", "AWS::Route53::RecordSet", "AWS::Route53::RecordSet",
	}, kinds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// The private subnets have no way out over IPv6 either.
	for id, r := range made["network"].Resources {
		switch r.Type {
		case "AWS::EC2::Subnet":
			if r.Properties["Ipv6CidrBlock"] == nil || r.Properties["AssignIpv6AddressOnCreation"] != false {
				t.Errorf("%s: got %v", id, r.Properties)
			}
		case "AWS::EC2::Route":
			if !strings.Contains(id, "public") {
				t.Errorf("got a route %s", id)
			}
		case "AWS::EC2::EgressOnlyInternetGateway":
			t.Errorf("got %s", id)
		}
	}
}
