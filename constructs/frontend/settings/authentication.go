package settings

import (
	"regexp"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Authentication is as whom clients have to show themselves to the load
// balancer, before a request reaches the gateway: at most one of OIDC, Cognito
// and JWT, and MutualTLS alone or with any of them. The load balancer asks for it
// on every path that it forwards, /ping among them; targets are asked for their
// health directly, and not through it.
type Authentication struct {
	// OIDC logs people in with their browsers, at an OpenID Connect provider.
	// Default: none.
	OIDC *OIDC `json:"oidc,omitempty"`
	// Cognito logs people in with their browsers, at a user pool of Amazon Cognito.
	// Default: none.
	Cognito *Cognito `json:"cognito,omitempty"`
	// JWT takes the signed token that a program sends as its bearer token.
	// Default: none.
	JWT *JWT `json:"jwt,omitempty"`
	// MutualTLS takes connections of clients only that have a certificate of a
	// known authority. Default: none.
	MutualTLS *MutualTLS `json:"mutualTls,omitempty"`
}

// OIDC is an OpenID Connect provider, as its discovery document has it. The
// provider redirects to https://DOMAIN/oauth2/idpresponse.
type OIDC struct {
	// Issuer is the provider's HTTPS address, such as https://login.example.com.
	Issuer string `json:"issuer"`
	// AuthorizationEndpoint is the HTTPS address of its login page.
	AuthorizationEndpoint string `json:"authorizationEndpoint"`
	// TokenEndpoint is the HTTPS address, on port 443, where the load balancer
	// gets tokens.
	TokenEndpoint string `json:"tokenEndpoint"`
	// UserInfoEndpoint is the HTTPS address, on port 443, where the load balancer
	// asks who the user is.
	UserInfoEndpoint string `json:"userInfoEndpoint"`
	// ClientID is under what the provider knows the load balancer.
	ClientID string `json:"clientId"`
	// ClientSecretARN is the secret in AWS Secrets Manager, in the load balancer's
	// region, that holds the client's secret. CloudFormation reads it when it
	// deploys: the template has its ARN alone.
	ClientSecretARN string `json:"clientSecretArn"`
	// ClientSecretField is the field of the secret's JSON that holds the client's
	// secret. Default: none, the secret is nothing else.
	ClientSecretField string `json:"clientSecretField,omitempty"`
	// Scope is what of the user is asked for, such as openid email. Default: openid.
	Scope string `json:"scope,omitempty"`
	// SessionTimeout is after how long a user logs in again, in whole seconds, up
	// to 168h. Default: 168h.
	SessionTimeout time.Duration `json:"sessionTimeout,omitempty"`
}

// Cognito is a client of a user pool in Amazon Cognito. The client has a secret,
// takes the authorization code grant, and redirects to
// https://DOMAIN/oauth2/idpresponse.
type Cognito struct {
	// UserPoolARN is the user pool's ARN.
	UserPoolARN string `json:"userPoolArn"`
	// ClientID is the client's id.
	ClientID string `json:"clientId"`
	// Domain is the prefix of the user pool's domain, or its own domain name.
	Domain string `json:"domain"`
	// Scope is what of the user is asked for, such as openid email. Default: openid.
	Scope string `json:"scope,omitempty"`
	// SessionTimeout is after how long a user logs in again, in whole seconds, up
	// to 168h. Default: 168h.
	SessionTimeout time.Duration `json:"sessionTimeout,omitempty"`
}

// LogsIn reports whether users are sent to a login page, which is for browsers.
func (a Authentication) LogsIn() bool { return a.OIDC != nil || a.Cognito != nil }

// Verifies reports whether the load balancer verifies the claims of a Server that has
// ClaimsFrom from; nobody has to verify none.
func (a *Authentication) Verifies(from string) bool {
	switch from {
	case ClaimsFromJWT:
		return a != nil && a.JWT != nil
	case ClaimsFromLogin:
		return a != nil && a.LogsIn()
	}
	return true
}

// CallsProvider reports whether the load balancer asks an identity provider, over
// HTTPS.
func (a Authentication) CallsProvider() bool { return a.LogsIn() || a.JWT != nil }

// Validate returns everything wrong with the authentication of a load balancer
// in region; a region that is empty is not known.
func (a Authentication) Validate(region string) problem.List {
	var ps problem.List
	const rule, fix = "a load balancer asks requests in one way who they are, and another is given too", "keep one of them"
	if a.Cognito != nil && a.OIDC != nil {
		ps.Add("Cognito", nil, rule, fix)
	}
	if a.JWT != nil && a.LogsIn() {
		ps.Add("JWT", nil, rule, fix)
	}
	if !a.CallsProvider() && a.MutualTLS == nil {
		ps.Add("", nil, "no way to authenticate clients is given", "say how clients show who they are, or leave it out")
	}
	if a.OIDC != nil {
		ps = append(ps, a.OIDC.validate(region).In("OIDC")...)
	}
	if a.Cognito != nil {
		ps = append(ps, a.Cognito.validate().In("Cognito")...)
	}
	if a.JWT != nil {
		ps = append(ps, a.JWT.validate().In("JWT")...)
	}
	if a.MutualTLS != nil {
		ps = append(ps, a.MutualTLS.validate(region).In("MutualTLS")...)
	}
	return ps
}

func (o OIDC) validate(region string) problem.List {
	var ps problem.List
	for _, endpoint := range []struct{ field, address string }{
		{"Issuer", o.Issuer}, {"AuthorizationEndpoint", o.AuthorizationEndpoint},
		{"TokenEndpoint", o.TokenEndpoint}, {"UserInfoEndpoint", o.UserInfoEndpoint},
	} {
		if endpoint.address == "" {
			ps.Add(endpoint.field, nil, "a login needs it", "copy it from the provider's /.well-known/openid-configuration")
		}
		ps = append(ps, validateURL(endpoint.field, endpoint.address)...)
	}
	if o.ClientID == "" {
		ps.Add("ClientID", nil, "a login needs it", "register the load balancer with the provider")
	}
	ps = append(ps, validateSecret(o.ClientSecretARN, region)...)
	return append(ps, validateSession(o.SessionTimeout)...)
}

var secretARN = regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:` +
	`secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$`)

// validateSecret never shows what it was given: that may be the secret itself.
func validateSecret(arn, region string) problem.List {
	const field = "ClientSecretARN"
	var ps problem.List
	if arn == "" {
		ps.Add(field, nil, "a login needs the client's secret, from AWS Secrets Manager",
			"give the ARN of the secret that holds it")
		return ps
	}
	if !known(arn) {
		return nil
	}
	parts := secretARN.FindStringSubmatch(arn)
	switch {
	case parts == nil:
		ps.Add(field, nil, "this is not the whole ARN of a secret in AWS Secrets Manager, which ends in a hyphen and "+
			"six letters or digits",
			"put the client's secret there, and copy the ARN")
	case region != "" && parts[1] != region:
		ps.Add(field, nil, "CloudFormation reads secrets of its own region "+region+", this one is in "+parts[1],
			"replicate the secret to "+region+" and give its ARN there")
	}
	return ps
}

var userPoolARN = regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[A-Za-z0-9_-]+$`)

func (c Cognito) validate() problem.List {
	var ps problem.List
	switch {
	case c.UserPoolARN == "":
		ps.Add("UserPoolARN", nil, "a login needs it", "copy it from the user pool")
	case known(c.UserPoolARN) && !userPoolARN.MatchString(c.UserPoolARN):
		ps.Add("UserPoolARN", c.UserPoolARN, "this is not the ARN of a user pool in Amazon Cognito",
			"copy it from the user pool")
	}
	if c.ClientID == "" {
		ps.Add("ClientID", nil, "a login needs it", "make a client of the user pool, with a secret")
	}
	switch {
	case c.Domain == "":
		ps.Add("Domain", nil, "a login needs it", "give the prefix of the user pool's domain")
	case strings.Contains(c.Domain, "/"):
		ps.Add("Domain", c.Domain, "this is not a domain", "write its name alone, without https://")
	case known(c.Domain) && strings.HasSuffix(c.Domain, ".amazoncognito.com"):
		prefix, _, _ := strings.Cut(c.Domain, ".")
		ps.Add("Domain", c.Domain, "a domain of Amazon Cognito is given by its prefix", "write "+prefix)
	}
	return append(ps, validateSession(c.SessionTimeout)...)
}

const maxSession = 7 * 24 * time.Hour

func validateSession(d time.Duration) problem.List {
	var ps problem.List
	if d != 0 && (d < time.Second || d > maxSession || d%time.Second != 0) {
		ps.Add("SessionTimeout", d, "a session lasts a whole number of seconds, 1s to 168h", "such as 8h for a working day")
	}
	return ps
}
