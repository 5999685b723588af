package settings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// says fails unless ps is one problem for each text of want, which it contains.
func says(t *testing.T, name string, ps problem.List, want ...string) {
	t.Helper()
	if len(ps) != len(want) {
		t.Errorf("%s: got %d problems, want %d:\n%v", name, len(ps), len(want), ps)
		return
	}
	for i, p := range ps {
		if !strings.Contains(p.String(), want[i]) {
			t.Errorf("%s: got %s, want %q in it", name, p, want[i])
		}
	}
}

const region = "eu-west-1"

func TestCertificate(t *testing.T) {
	t.Parallel()
	const id = ":certificate/00000000-0000-4000-8000-000000000001"
	for name, test := range map[string]struct {
		arn, account, region string
		want                 []string
	}{
		"commercial":      {"arn:aws:acm:eu-west-1:123456789012" + id, "123456789012", "eu-west-1", nil},
		"China":           {"arn:aws-cn:acm:cn-north-1:123456789012" + id, "123456789012", "cn-north-1", nil},
		"GovCloud":        {"arn:aws-us-gov:acm:us-gov-west-1:123456789012" + id, "123456789012", "us-gov-west-1", nil},
		"isolated":        {"arn:aws-iso-b:acm:us-isob-east-1:123456789012" + id, "123456789012", "us-isob-east-1", nil},
		"nothing known":   {"arn:aws:acm:eu-west-1:123456789012" + id, "", "", nil},
		"not given":       {"", "123456789012", "eu-west-1", nil},
		"of the same app": {"${Token[TOKEN.12]}", "123456789012", "eu-west-1", nil},
		"partition":       {"arn:aws:acm:cn-north-1:123456789012" + id, "123456789012", "cn-north-1", []string{"begins with arn:aws-cn"}},
		"region":          {"arn:aws:acm:us-east-1:123456789012" + id, "123456789012", "eu-west-1", []string{"of its own region"}},
		"account":         {"arn:aws:acm:eu-west-1:123456789012" + id, "210987654321", "eu-west-1", []string{"of its own account"}},
		"both":            {"arn:aws:acm:us-east-1:123456789012" + id, "210987654321", "eu-west-1", []string{"of its own region", "of its own account"}},
		"service":         {"arn:aws:iot:eu-west-1:123456789012:cert/1", "123456789012", "eu-west-1", []string{"not the ARN of a certificate"}},
		"no certificate":  {"arn:aws:acm:eu-west-1:123456789012:certificate/", "123456789012", "eu-west-1", []string{"not the ARN of a certificate"}},
		"a domain":        {"predictions.example.com", "", "", []string{"arn:aws:acm:REGION:ACCOUNT:certificate/ID"}},
	} {
		says(t, name, settings.ValidateCertificate(test.arn, test.account, test.region), test.want...)
	}
}

func TestDomain(t *testing.T) {
	t.Parallel()
	const zone = "Z0123456789ABCDEFGHIJ"
	long := strings.Repeat("a", 53) + ".example.com"
	for name, test := range map[string]struct {
		domain    settings.Domain
		certified bool
		want      []string
	}{
		"in the zone":           {settings.Domain{"predictions.example.com", zone, "example.com"}, false, nil},
		"below":                 {settings.Domain{"a.b-c.example.com", zone, "example.com"}, false, nil},
		"the zone itself":       {settings.Domain{"example.com", zone, "example.com"}, false, nil},
		"nothing":               {settings.Domain{}, false, []string{"Name: a domain needs it", "HostedZoneID: a domain needs it", "ZoneName: a domain needs it"}},
		"another zone":          {settings.Domain{"predictions.example.org", zone, "example.com"}, false, []string{"ends in .example.com"}},
		"of a similar end":      {settings.Domain{"myexample.com", zone, "example.com"}, false, []string{"not in the zone example.com"}},
		"capitals":              {settings.Domain{"Predictions.Example.com", zone, "example.com"}, false, []string{"write predictions.example.com"}},
		"a dot at the end":      {settings.Domain{"predictions.example.com", zone, "example.com."}, false, []string{"ZoneName: got \"example.com.\": a domain name is lower-case letters, digits and hyphens, parted by dots; write example.com"}},
		"an address":            {settings.Domain{"https://predictions.example.com/", zone, "example.com"}, false, []string{"such as predictions.example.com"}},
		"a wildcard":            {settings.Domain{"*.example.com", zone, "example.com"}, false, []string{"a domain name is"}},
		"one label":             {settings.Domain{"predictions", zone, "example.com"}, false, []string{"a domain name is"}},
		"the zone's path":       {settings.Domain{"predictions.example.com", "/hostedzone/" + zone, "example.com"}, false, []string{"without /hostedzone/"}},
		"64 characters":         {settings.Domain{long[1:], zone, "example.com"}, false, nil},
		"65 characters":         {settings.Domain{long, zone, "example.com"}, false, []string{"at most 64 characters, this name has 65"}},
		"65, and a certificate": {settings.Domain{long, zone, "example.com"}, true, nil},
		"of the same app":       {settings.Domain{"predictions.example.com", "${Token[TOKEN.1]}", "${Token[TOKEN.2]}"}, false, nil},
	} {
		says(t, name, test.domain.Validate(test.certified), test.want...)
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	for cidr, want := range map[string]struct {
		is        bool
		dualStack []string
	}{
		"10.0.0.0/8": {}, "nonsense": {}, "2001:db8::1": {}, "::ffff:10.0.0.0/112": {},
		"::/0":            {true, nil},
		"2001:db8::/32":   {true, nil},
		"2001:db8::1/32":  {true, []string{"write 2001:db8::/32"}},
		"2001:db8::1/128": {true, nil},
	} {
		prefix, is := settings.IPv6(cidr)
		if is != want.is {
			t.Errorf("%s: got %v", cidr, is)
		}
		if is {
			says(t, cidr, settings.ValidateIPv6(prefix, true), want.dualStack...)
			says(t, cidr, settings.ValidateIPv6(prefix, false), "has no IPv6 address")
		}
	}
	for _, test := range []struct {
		cidrs []string
		want  bool
	}{
		{nil, false}, {[]string{"0.0.0.0/0"}, false}, {[]string{"::/0"}, false}, {[]string{"nonsense"}, false},
		{[]string{"10.1.0.0/16"}, true}, {[]string{"10.0.0.0/7"}, false}, {[]string{"172.16.0.0/12", "192.168.1.0/24", "fd00::/8", "100.64.0.0/10"}, true},
		{[]string{"10.0.0.0/8", "192.0.2.0/24"}, false},
	} {
		if got := settings.AllPrivate(test.cidrs); got != test.want {
			t.Errorf("%v: got %v", test.cidrs, got)
		}
	}
}

func TestHeaderName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"Authorization": nil, "X-Session_Id.1": nil, strings.Repeat("a", 64): nil,
		"Authorization:":        {"write Authorization"},
		" X-Session ":           {"write X-Session"},
		"X Session":             {"such as Authorization"},
		"":                      {"1 to 64 letters"},
		strings.Repeat("a", 65): {"1 to 64 letters"},
		"Séance":                {"1 to 64 letters"},
		"a\r\nb":                {"without spaces"},
	} {
		says(t, name, settings.ValidateHeaderName(name), want...)
	}
}

func oidc() settings.OIDC {
	return settings.OIDC{
		Issuer: "https://login.example.com", AuthorizationEndpoint: "https://login.example.com/authorize",
		TokenEndpoint: "https://login.example.com/token", UserInfoEndpoint: "https://login.example.com:443/userinfo",
		ClientID: "predictions", ClientSecretARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login/predictions-a1B2c3",
	}
}

func cognito() settings.Cognito {
	return settings.Cognito{UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI", ClientID: "1example23456789", Domain: "predictions"}
}

func jwt() settings.JWT {
	return settings.JWT{Issuer: "https://login.example.com", JWKSEndpoint: "https://login.example.com/keys", Audience: "predictions"}
}

func with[T any](value T, change func(*T)) *T {
	change(&value)
	return &value
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	missing := "a login needs"
	o, c, j := oidc(), cognito(), jwt()
	for name, test := range map[string]struct {
		of   settings.Authentication
		want []string
	}{
		"nothing":         {settings.Authentication{}, []string{"no way to authenticate clients is given"}},
		"OIDC":            {settings.Authentication{OIDC: &o}, nil},
		"Cognito":         {settings.Authentication{Cognito: &c}, nil},
		"JWT":             {settings.Authentication{JWT: &j}, nil},
		"JWT and mutual":  {settings.Authentication{JWT: &j, MutualTLS: &settings.MutualTLS{CABundleURL: "s3://authorities/clients.pem"}}, nil},
		"two":             {settings.Authentication{OIDC: &o, JWT: &j}, []string{"JWT: a load balancer asks requests in one way"}},
		"three":           {settings.Authentication{OIDC: &o, Cognito: &c, JWT: &j}, []string{"Cognito: ", "JWT: "}},
		"OIDC of nothing": {settings.Authentication{OIDC: &settings.OIDC{}}, []string{missing, missing, missing, missing, missing, missing}},
		"another port": {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.TokenEndpoint = "https://login.example.com:8443/token" })},
			[]string{"OIDC.TokenEndpoint: got \"https://login.example.com:8443/token\": a load balancer may connect to a provider on port 443 only"}},
		"plain HTTP": {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.Issuer = "http://login.example.com" })}, []string{"not an HTTPS address"}},
		"a secret of another region": {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) {
			o.ClientSecretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:login-a1B2c3"
		})}, []string{"of its own region eu-west-1, this one is in us-east-1"}},
		"a secret by its name":      {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.ClientSecretARN = "login" })}, []string{"not the whole ARN of a secret"}},
		"a secret of the same app":  {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.ClientSecretARN = "${Token[TOKEN.9]}" })}, nil},
		"a session of eight days":   {settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.SessionTimeout = 8 * 24 * time.Hour })}, []string{"1s to 168h"}},
		"Cognito of nothing":        {settings.Authentication{Cognito: &settings.Cognito{}}, []string{missing, missing, missing}},
		"a user pool by its id":     {settings.Authentication{Cognito: with(cognito(), func(c *settings.Cognito) { c.UserPoolARN = "eu-west-1_AbCdEfGhI" })}, []string{"not the ARN of a user pool"}},
		"a domain with its end":     {settings.Authentication{Cognito: with(cognito(), func(c *settings.Cognito) { c.Domain = "predictions.auth.eu-west-1.amazoncognito.com" })}, []string{"write predictions"}},
		"a domain as an address":    {settings.Authentication{Cognito: with(cognito(), func(c *settings.Cognito) { c.Domain = "https://login.example.com" })}, []string{"without https://"}},
		"mutual of nothing":         {settings.Authentication{MutualTLS: &settings.MutualTLS{}}, []string{"MutualTLS.CABundleURL"}},
		"mutual of both":            {settings.Authentication{MutualTLS: &settings.MutualTLS{TrustStoreARN: store("eu-west-1"), CABundleURL: "s3://authorities/clients.pem"}}, []string{"keep one of the two"}},
		"mutual of a store":         {settings.Authentication{MutualTLS: &settings.MutualTLS{TrustStoreARN: store("eu-west-1")}}, nil},
		"a store of another region": {settings.Authentication{MutualTLS: &settings.MutualTLS{TrustStoreARN: store("us-east-1")}}, []string{"of its own region eu-west-1"}},
		"a store by its name":       {settings.Authentication{MutualTLS: &settings.MutualTLS{TrustStoreARN: "clients"}}, []string{"not the ARN of a trust store"}},
		"a store with a version":    {settings.Authentication{MutualTLS: &settings.MutualTLS{TrustStoreARN: store("eu-west-1"), CABundleVersion: "1"}}, []string{"CABundleVersion"}},
		"a bundle over HTTPS":       {settings.Authentication{MutualTLS: &settings.MutualTLS{CABundleURL: "https://authorities.s3.amazonaws.com/clients.pem"}}, []string{"write s3://BUCKET/KEY"}},
	} {
		says(t, name, test.of.Validate(region), test.want...)
	}
}

func store(region string) string {
	return "arn:aws:elasticloadbalancing:" + region + ":123456789012:truststore/clients/0123456789abcdef"
}

// TestSecretsAreNotShown: what stands in a secret's place may be the secret.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	ps := settings.Authentication{OIDC: with(oidc(), func(o *settings.OIDC) { o.ClientSecretARN = secret })}.Validate(region)
	if len(ps) != 1 || strings.Contains(ps.Error(), secret) {
		t.Errorf("got %v", ps)
	}
}

func TestJWT(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*settings.JWT)
		want   []string
	}{
		"nothing":              {func(j *settings.JWT) { *j = settings.JWT{} }, []string{"JWT.Issuer", "JWT.JWKSEndpoint", "JWT.Audience"}},
		"no audience":          {func(j *settings.JWT) { j.Audience = "" }, []string{"JWT.Audience: any token of the issuer would be taken"}},
		"a claim in its place": {func(j *settings.JWT) { j.Audience, j.Claims = "", claims("client_id") }, nil},
		"an audience twice":    {func(j *settings.JWT) { j.Claims = claims("aud") }, []string{"the claims have aud too"}},
		"a format of nothing": {func(j *settings.JWT) {
			j.Audience, j.AudienceFormat, j.Claims = "", settings.StringArray, claims("scope")
		}, []string{"JWT.AudienceFormat: got"}},
		"an unknown format":        {func(j *settings.JWT) { j.AudienceFormat = "list" }, []string{"single-string, string-array or space-separated-values"}},
		"an unknown claim format":  {func(j *settings.JWT) { j.Claims = []settings.Claim{{Name: "a", Format: "list", Values: []string{"b"}}} }, []string{"JWT.Claims[0].Format"}},
		"a claim always checked":   {func(j *settings.JWT) { j.Claims = claims("iss") }, []string{"checked always"}},
		"a claim twice":            {func(j *settings.JWT) { j.Claims = claims("a", "a") }, []string{"JWT.Claims[1].Name"}},
		"a claim of nothing":       {func(j *settings.JWT) { j.Claims = []settings.Claim{{}} }, []string{"JWT.Claims[0].Name", "JWT.Claims[0].Values"}},
		"ten with the audience":    {func(j *settings.JWT) { j.Claims = claims("a", "b", "c", "d", "e", "f", "g", "h", "i") }, nil},
		"eleven with the audience": {func(j *settings.JWT) { j.Claims = claims("a", "b", "c", "d", "e", "f", "g", "h", "i", "j") }, []string{"at most 10 claims with the audience, these are 11"}},
		"two values of one":        {func(j *settings.JWT) { j.Claims = []settings.Claim{{Name: "a", Values: []string{"b", "c"}}} }, []string{"a single-string has one value"}},
		"two of several": {func(j *settings.JWT) {
			j.Claims = []settings.Claim{{Name: "a", Format: settings.StringArray, Values: []string{"b", "c d"}}}
		}, nil},
		"eleven of several": {func(j *settings.JWT) {
			j.Claims = []settings.Claim{{Name: "a", Format: settings.StringArray, Values: strings.Split("a b c d e f g h i j k", " ")}}
		}, []string{"at most 10 values"}},
		"a space within": {func(j *settings.JWT) {
			j.Claims = []settings.Claim{{Name: "a", Format: settings.SpaceSeparated, Values: []string{"b c"}}}
		}, []string{"JWT.Claims[0].Values[0]"}},
		"a long value": {func(j *settings.JWT) {
			j.Claims = []settings.Claim{{Name: "a", Values: []string{strings.Repeat("b", 257)}}}
		}, []string{"this one has 257"}},
		"a long audience": {func(j *settings.JWT) { j.Audience = strings.Repeat("b", 257) }, []string{"this one has 257"}},
		"a long issuer":   {func(j *settings.JWT) { j.Issuer = "https://" + strings.Repeat("b", 249) }, []string{"this one has 257"}},
		"long keys":       {func(j *settings.JWT) { j.JWKSEndpoint = "https://" + strings.Repeat("b", 249) }, []string{"this one has 257"}},
	} {
		says(t, name, settings.Authentication{JWT: with(jwt(), test.change)}.Validate(region), test.want...)
	}
}

func claims(names ...string) (claims []settings.Claim) {
	for _, name := range names {
		claims = append(claims, settings.Claim{Name: name, Values: []string{"b"}})
	}
	return claims
}

func TestAdditionalClaims(t *testing.T) {
	t.Parallel()
	j := settings.JWT{Audience: "predictions", Claims: []settings.Claim{{Name: "scope", Format: settings.SpaceSeparated, Values: []string{"ask"}}, {Name: "client_id", Values: []string{"app"}}}}
	want := []settings.Claim{
		{Name: "aud", Format: settings.SingleString, Values: []string{"predictions"}},
		{Name: "scope", Format: settings.SpaceSeparated, Values: []string{"ask"}},
		{Name: "client_id", Format: settings.SingleString, Values: []string{"app"}},
	}
	if diff := cmp.Diff(want, j.Additional()); diff != "" {
		t.Error(diff)
	}
	if j.Claims[1].Format != "" {
		t.Error("it has changed the claims that it was given")
	}
}

func TestBundle(t *testing.T) {
	t.Parallel()
	if bucket, key := (settings.MutualTLS{CABundleURL: "s3://authorities/a/clients.pem"}).Bundle(); bucket != "authorities" || key != "a/clients.pem" {
		t.Errorf("got %s and %s", bucket, key)
	}
}
