package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// frontendOf is the front end of the shortest environment with these lines more.
func frontendOf(t *testing.T, more string) Frontend {
	t.Helper()
	e, ps := decode("test.yaml", "test", []byte(environment(t)+more))
	if err := ps.err(); err != nil {
		t.Fatal(err)
	}
	return e.Frontend
}

// TestAuthenticationModel: all that a file says of each way arrives.
func TestAuthenticationModel(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		yaml string
		want settings.Authentication
	}{
		"oidc": {`  internetFacing: true
  authentication:
    oidc:
      issuer: https://login.example.com
      authorizationEndpoint: https://login.example.com/authorize
      tokenEndpoint: https://login.example.com/token
      userInfoEndpoint: https://login.example.com/userinfo
      clientId: predictions
      clientSecretArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-a1B2c3
      clientSecretField: client_secret
      scope: openid email
      sessionTimeout: 8h
`, settings.Authentication{OIDC: &settings.OIDC{
			Issuer: "https://login.example.com", AuthorizationEndpoint: "https://login.example.com/authorize",
			TokenEndpoint: "https://login.example.com/token", UserInfoEndpoint: "https://login.example.com/userinfo",
			ClientID: "predictions", ClientSecretARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-a1B2c3",
			ClientSecretField: "client_secret", Scope: "openid email", SessionTimeout: 8 * time.Hour,
		}}},
		"cognito and mutual TLS": {`  internetFacing: true
  authentication:
    cognito:
      userPoolArn: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI
      clientId: 1example23456789
      domain: predictions
      scope: openid
      sessionTimeout: 30m
    mutualTls:
      trustStoreArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/clients/0123456789abcdef
`, settings.Authentication{
			Cognito: &settings.Cognito{
				UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI", ClientID: "1example23456789",
				Domain: "predictions", Scope: "openid", SessionTimeout: 30 * time.Minute,
			},
			MutualTLS: &settings.MutualTLS{TrustStoreARN: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/clients/0123456789abcdef"},
		}},
		"jwt and mutual TLS": {`  authentication:
    jwt:
      issuer: https://login.example.com
      jwksEndpoint: https://login.example.com/keys
      audience: predictions
      audienceFormat: string-array
      claims:
        - {name: scope, format: space-separated-values, values: [ask, tell]}
    mutualTls:
      caBundleUrl: s3://authorities/clients.pem
      caBundleVersion: "1"
`, settings.Authentication{
			JWT: &settings.JWT{
				Issuer: "https://login.example.com", JWKSEndpoint: "https://login.example.com/keys",
				Audience: "predictions", AudienceFormat: settings.StringArray,
				Claims: []settings.Claim{{Name: "scope", Format: settings.SpaceSeparated, Values: []string{"ask", "tell"}}},
			},
			MutualTLS: &settings.MutualTLS{CABundleURL: "s3://authorities/clients.pem", CABundleVersion: "1"},
		}},
	} {
		got := frontendOf(t, test.yaml).Authentication
		if got == nil {
			t.Fatalf("%s: nothing arrives", name)
		}
		if diff := cmp.Diff(test.want, *got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if f := frontendOf(t, ""); f.Authentication != nil || f.Domain != nil {
		t.Error("what is not said arrives")
	}
}

func TestDomainModel(t *testing.T) {
	t.Parallel()
	want := settings.Domain{Name: "predictions.example.com", HostedZoneID: "Z0123456789ABCDEFGHIJ", ZoneName: "example.com"}
	for _, certificate := range []bool{true, false} {
		more := "  domain: {name: predictions.example.com, hostedZoneId: Z0123456789ABCDEFGHIJ, zoneName: example.com}\n"
		file := environment(t) + more
		if !certificate {
			before, _, _ := strings.Cut(environment(t), "  certificateArn:")
			file = before + more
		}
		e, ps := decode("test.yaml", "test", []byte(file))
		if err := ps.err(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, e.Frontend.Domain); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestWhoMayConnectByDefault: IPv6 ranges only where there are IPv6 addresses.
func TestWhoMayConnectByDefault(t *testing.T) {
	t.Parallel()
	for more, want := range map[string][]string{
		"":                                       {"10.0.0.0/16"},
		"  internetFacing: true\n":               {"0.0.0.0/0"},
		"  internetFacing: true\n  ipv6: true\n": {"0.0.0.0/0", "::/0"},
		"  ipv6: true\n  allowedCidrs: [10.0.0.0/8, \"fd00::/8\"]\n": {"10.0.0.0/8", "fd00::/8"},
	} {
		if diff := cmp.Diff(want, frontendOf(t, more).AllowedCIDRs); diff != "" {
			t.Errorf("%s(-want +got)\n%s", more, diff)
		}
	}
}

// TestLoginInAnExistingVPC: its private subnets may have a way out, which no file
// shows.
func TestLoginInAnExistingVPC(t *testing.T) {
	t.Parallel()
	a := &settings.Authentication{Cognito: &settings.Cognito{
		UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI", ClientID: "1example23456789", Domain: "predictions",
	}}
	silent := source{given: func(string) bool { return false }, faulty: func(string) bool { return false }, touched: func(string) bool { return false }}
	says(t, "existing", validateAuthentication(Environment{Network: Network{ExistingVPC: &ExistingVPC{}}, Frontend: Frontend{Authentication: a}}, silent))
	says(t, "new", validateAuthentication(Environment{Network: Network{NewVPC: &NewVPC{}}, Frontend: Frontend{Authentication: a}}, silent),
		"frontend.authentication.cognito: an internal load balancer of a new VPC has no way out")
}
