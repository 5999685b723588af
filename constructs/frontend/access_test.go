package frontend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

var domain = settings.Domain{Name: "predictions.example.com", HostedZoneID: "Z0123456789ABCDEFGHIJ", ZoneName: "example.com"}

func login() settings.Authentication {
	return settings.Authentication{OIDC: &settings.OIDC{
		Issuer: "https://login.example.com", AuthorizationEndpoint: "https://login.example.com/authorize",
		TokenEndpoint: "https://login.example.com/token", UserInfoEndpoint: "https://login.example.com/userinfo",
		ClientID: "predictions", ClientSecretARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-a1B2c3", ClientSecretField: "client_secret",
		Scope: "openid email", SessionTimeout: 8 * time.Hour,
	}}
}

func pool() settings.Authentication {
	return settings.Authentication{Cognito: &settings.Cognito{
		UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI", ClientID: "1example23456789", Domain: "predictions",
	}}
}

func tokens() settings.Authentication {
	return settings.Authentication{JWT: &settings.JWT{
		Issuer: "https://login.example.com", JWKSEndpoint: "https://login.example.com/keys", Audience: "predictions",
		Claims: []settings.Claim{{Name: "scope", Format: settings.SpaceSeparated, Values: []string{"ask", "tell"}}},
	}}
}

// loadBalancerWith makes a load balancer with changed properties in a new stack.
func loadBalancerWith(t *testing.T, change func(*frontend.LoadBalancerProps)) (*frontend.LoadBalancer, template.Template) {
	t.Helper()
	stack := template.NewStack(t)
	props := frontend.LoadBalancerProps{
		VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
		Gateway: frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)}),
	}
	change(&props)
	made := frontend.NewLoadBalancer(stack, "LoadBalancer", props)
	return made, template.Of(t, stack)
}

// TestDomain: the domain has an alias record, with IPv6 an IPv6 record too, and a
// new certificate unless one is given.
func TestDomain(t *testing.T) {
	for _, test := range []struct {
		name        string
		certificate string
		ipv6        bool
		records     []any
	}{
		{"with a certificate", certificate, false, []any{"A"}},
		{"without one, over IPv6 too", "", true, []any{"A", "AAAA"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			made, got := loadBalancerWith(t, func(p *frontend.LoadBalancerProps) {
				p.Domain, p.CertificateARN, p.IPv6 = &domain, test.certificate, test.ipv6
				if test.ipv6 {
					p.AllowedCIDRs = append(p.AllowedCIDRs, "2001:db8::/32")
				}
			})
			var records []any
			balancer := got.ID(t, loadBalancer)
			for _, r := range got.All("AWS::Route53::RecordSet") {
				p := r.Properties
				records = append(records, p["Type"])
				want := map[string]any{
					"HostedZoneId": getAtt(balancer, "CanonicalHostedZoneID"),
					"DNSName":      map[string]any{"Fn::Join": []any{"", []any{"dualstack.", getAtt(balancer, "DNSName")}}},
				}
				if diff := cmp.Diff(want, p["AliasTarget"]); diff != "" || p["Name"] != "predictions.example.com." || p["HostedZoneId"] != domain.HostedZoneID {
					t.Errorf("got %v\n%s", p, diff)
				}
			}
			if diff := cmp.Diff(test.records, records); diff != "" {
				t.Error(diff)
			}
			if made.URL() != "https://predictions.example.com" {
				t.Errorf("got URL %s", made.URL())
			}
			certificates := listenerOn(t, got, 443)["Certificates"].([]any)
			if test.certificate != "" {
				if n := len(got.All("AWS::CertificateManager::Certificate")); n != 0 || made.Certificate != nil {
					t.Errorf("got %d certificates beside the one given", n)
				}
				return
			}
			id := got.ID(t, "AWS::CertificateManager::Certificate")
			if diff := cmp.Diff([]any{map[string]any{"CertificateArn": ref(id)}}, certificates); diff != "" || made.Certificate == nil {
				t.Error(diff)
			}
			want := []any{map[string]any{"DomainName": domain.Name, "HostedZoneId": domain.HostedZoneID}}
			if diff := cmp.Diff(want, got.Resources[id].Properties["DomainValidationOptions"]); diff != "" {
				t.Error(diff)
			}
			if p := got.Resources[balancer].Properties; p["IpAddressType"] != "dualstack" {
				t.Errorf("got addresses %v", p["IpAddressType"])
			}
			openings := map[any]int{}
			for _, r := range got.One(t, "AWS::EC2::SecurityGroup").Properties["SecurityGroupIngress"].([]any) {
				openings[r.(map[string]any)["CidrIpv6"]]++
			}
			if diff := cmp.Diff(map[any]int{nil: 2, "2001:db8::/32": 2}, openings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAuthentication: every forwarded path requires authentication, and the load
// balancer may connect to the provider's port only.
func TestAuthentication(t *testing.T) {
	const secret = "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-a1B2c3:SecretString:client_secret::}}"
	for _, test := range []struct {
		name string
		as   settings.Authentication
		// kind is the type of the action, and config its properties under key.
		kind, key string
		config    map[string]any
		// unauthenticated is the action for requests without a session, by the rule's
		// priority.
		unauthenticated map[any]any
	}{
		{"a login with OIDC", login(), "authenticate-oidc", "AuthenticateOidcConfig", map[string]any{
			"Issuer": "https://login.example.com", "AuthorizationEndpoint": "https://login.example.com/authorize",
			"TokenEndpoint": "https://login.example.com/token", "UserInfoEndpoint": "https://login.example.com/userinfo",
			"ClientId": "predictions", "ClientSecret": secret, "Scope": "openid email", "SessionTimeout": 28800.0,
		}, map[any]any{9.0: "authenticate", 10.0: "deny"}},
		{"a login with Cognito", pool(), "authenticate-cognito", "AuthenticateCognitoConfig", map[string]any{
			"UserPoolArn":      "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
			"UserPoolClientId": "1example23456789", "UserPoolDomain": "predictions",
		}, map[any]any{9.0: "authenticate", 10.0: "deny"}},
		{"a token", tokens(), "jwt-validation", "JwtValidationConfig", map[string]any{
			"Issuer": "https://login.example.com", "JwksEndpoint": "https://login.example.com/keys", "AdditionalClaims": []any{
				map[string]any{"Name": "aud", "Format": "single-string", "Values": []any{"predictions"}},
				map[string]any{"Name": "scope", "Format": "space-separated-values", "Values": []any{"ask", "tell"}},
			},
		}, map[any]any{10.0: nil}},
		{"a certificate", settings.Authentication{MutualTLS: &settings.MutualTLS{CABundleURL: "s3://authorities/clients.pem"}}, "", "", nil, map[any]any{10.0: nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got := loadBalancerWith(t, func(p *frontend.LoadBalancerProps) { p.Authentication = &test.as })
			forward := map[string]any{"Type": "forward", "TargetGroupArn": ref(got.ID(t, targetGroup))}
			want := []any{forward}
			if test.kind != "" {
				forward["Order"] = 2.0
				want = []any{map[string]any{"Type": test.kind, test.key: test.config, "Order": 1.0}, forward}
			}
			unauthenticated := map[any]any{}
			for _, r := range got.All(rule) {
				priority, actions := r.Properties["Priority"], r.Properties["Actions"].([]any)
				unauthenticated[priority] = nil
				if config, asks := actions[0].(map[string]any)[test.key].(map[string]any); asks {
					unauthenticated[priority] = config["OnUnauthenticatedRequest"]
					delete(config, "OnUnauthenticatedRequest")
				}
				if diff := cmp.Diff(want, actions); diff != "" {
					t.Errorf("at %v (-want +got)\n%s", priority, diff)
				}
				if paths := r.Properties["Conditions"].([]any)[0].(map[string]any)["PathPatternConfig"]; priority == 9.0 && !cmp.Equal(paths, map[string]any{"Values": []any{"/ping"}}) {
					t.Errorf("users are sent to the login page from %v", paths)
				}
			}
			if diff := cmp.Diff(test.unauthenticated, unauthenticated); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var ways []any
			for _, r := range got.One(t, "AWS::EC2::SecurityGroup").Properties["SecurityGroupEgress"].([]any) {
				r := r.(map[string]any)
				ways = append(ways, []any{r["CidrIp"], r["FromPort"], r["ToPort"]})
			}
			out := []any{[]any{"0.0.0.0/0", 443.0, 443.0}}
			if !test.as.CallsProvider() { // CDK's way of saying none
				out = []any{[]any{"255.255.255.255/32", 252.0, 86.0}}
			}
			if diff := cmp.Diff(out, ways); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestMutualTLS: the listener verifies certificates against an existing trust store,
// or against a new one.
func TestMutualTLS(t *testing.T) {
	const stands = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/clients/0123456789abcdef"
	for _, test := range []struct {
		name   string
		mutual settings.MutualTLS
		made   bool
	}{
		{"a trust store that stands", settings.MutualTLS{TrustStoreARN: stands}, false},
		{"one that is made", settings.MutualTLS{CABundleURL: "s3://authorities/a/clients.pem", CABundleVersion: "1"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got := loadBalancerWith(t, func(p *frontend.LoadBalancerProps) {
				p.Authentication = &settings.Authentication{MutualTLS: &test.mutual}
			})
			store := any(stands)
			if test.made {
				id := got.ID(t, "AWS::ElasticLoadBalancingV2::TrustStore")
				store = getAtt(id, "TrustStoreArn")
				p := got.Resources[id].Properties
				if p["CaCertificatesBundleS3Bucket"] != "authorities" || p["CaCertificatesBundleS3Key"] != "a/clients.pem" || p["CaCertificatesBundleS3ObjectVersion"] != "1" {
					t.Errorf("got %v", p)
				}
			}
			if diff := cmp.Diff(map[string]any{"Mode": "verify", "TrustStoreArn": store}, listenerOn(t, got, 443)["MutualAuthentication"]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if other := listenerOn(t, got, 80)["MutualAuthentication"]; other != nil {
				t.Errorf("the listener that redirects has %v", other)
			}
		})
	}
}

// TestFunctionIsCalledByOwnTargetGroups: another account's load balancer cannot
// call the gateway.
func TestFunctionIsCalledByOwnTargetGroups(t *testing.T) {
	_, got := loadBalancerWith(t, func(*frontend.LoadBalancerProps) {})
	p := got.One(t, "AWS::Lambda::Permission").Properties
	if p["Principal"] != "elasticloadbalancing.amazonaws.com" || p["SourceArn"] != "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/*" {
		t.Errorf("got %v", p)
	}
}

// TestValidateAccess: each contradiction is an error.
func TestValidateAccess(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	for _, test := range []struct {
		name   string
		change func(*frontend.LoadBalancerProps)
		want   []string
	}{
		{"all is well", func(*frontend.LoadBalancerProps) {}, nil},
		{"no certificate", func(p *frontend.LoadBalancerProps) { p.CertificateARN = "" }, []string{
			"CertificateARN: an HTTPS listener needs a certificate; give the ARN of one in AWS Certificate Manager, or a Domain to have one made, or ask for PlainHTTP by name"}},
		{"a certificate of another region", func(p *frontend.LoadBalancerProps) {
			p.CertificateARN = strings.Replace(certificate, "eu-west-1", "us-east-1", 1)
		}, []string{`CertificateARN: got "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001": a load balancer takes certificates of its own region eu-west-1, this one is in us-east-1; request the certificate in eu-west-1 too`}},
		{"a domain and plain HTTP", func(p *frontend.LoadBalancerProps) { p.CertificateARN, p.PlainHTTP, p.Domain = "", true, &domain }, []string{
			"PlainHTTP: got true: a certificate is made for the domain, and plain HTTP has no use for it; keep one of the two"}},
		{"a domain outside its zone", func(p *frontend.LoadBalancerProps) {
			p.Domain = &settings.Domain{Name: "example.org", HostedZoneID: "Z1", ZoneName: "example.com"}
		}, []string{`Domain.Name: got "example.org": this name is not in the zone example.com; give one that ends in .example.com, or the zone that it is in`}},
		{"a login and plain HTTP", func(p *frontend.LoadBalancerProps) {
			as := login()
			p.CertificateARN, p.PlainHTTP, p.Authentication = "", true, &as
		}, []string{"PlainHTTP: got true: clients show who they are over HTTPS only; leave it out, and give CertificateARN or Domain"}},
		{"two logins, and a secret of another region", func(p *frontend.LoadBalancerProps) {
			as := login()
			as.Cognito = pool().Cognito
			as.OIDC.ClientSecretARN = strings.Replace(as.OIDC.ClientSecretARN, "eu-west-1", "us-east-1", 1)
			p.Authentication = &as
		}, []string{
			"Authentication.Cognito: a load balancer asks requests in one way who they are, and another is given too; keep one of them",
			"Authentication.OIDC.ClientSecretARN: CloudFormation reads secrets of its own region eu-west-1, this one is in us-east-1; replicate the secret to eu-west-1 and give its ARN there",
		}},
		{"a token for anybody", func(p *frontend.LoadBalancerProps) {
			as := tokens()
			as.JWT.Audience, as.JWT.Claims = "", nil
			p.Authentication = &as
		}, []string{"Authentication.JWT.Audience: any token of the issuer would be taken, those for other services too; give the claim aud of tokens for this service, or a claim such as client_id or scope where they have none"}},
		{"public for private ranges", func(p *frontend.LoadBalancerProps) { p.InternetFacing = true }, []string{
			"InternetFacing: got true: the load balancer is to be public, and only private ranges may connect, from which nobody reaches it over the internet; leave it out for an internal one, or allow the public ranges of its clients"}},
		{"public in private subnets", func(p *frontend.LoadBalancerProps) {
			p.InternetFacing, p.AllowedCIDRs = true, []string{"0.0.0.0/0"}
			p.Subnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
		}, []string{"InternetFacing: got true: the load balancer is to be public, and its subnets are private; leave it out for an internal one, or give public subnets"}},
		{"an IPv6 range without IPv6", func(p *frontend.LoadBalancerProps) { p.AllowedCIDRs = []string{"10.0.0.0/16", "::/0"} }, []string{
			`AllowedCIDRs[1]: got "::/0": the load balancer has no IPv6 address that this range could reach; remove it, or ask for IPv6`}},
		{"IPv6 for nobody", func(p *frontend.LoadBalancerProps) { p.IPv6 = true }, []string{
			`IPv6: got true: nobody may connect over IPv6; allow the clients' IPv6 ranges, "::/0" for everybody, or leave it out`}},
		{"a header that is none", func(p *frontend.LoadBalancerProps) {
			p.WAF = &settings.WAF{SessionHeader: "X-Session:", RequestsPerSession: 300}
		}, []string{"WAF.SessionHeader: got \"X-Session:\": a header's name is 1 to 64 letters, digits and any of !#$%&'*+-.^_`|~, without spaces or a colon; write X-Session"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			props := frontend.LoadBalancerProps{VPC: vpc, Gateway: &frontend.GatewayFunction{}, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}}
			test.change(&props)
			var got []string
			if err := props.Validate(); err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
