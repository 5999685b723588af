package config

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Domain is the name under which clients ask, in a hosted zone of Amazon Route
// 53 that stands, public and in the environment's account.
type Domain struct {
	// Name is the domain name, such as predictions.example.com.
	Name string `json:"name"`
	// HostedZoneID is the zone's id, such as Z0123456789ABCDEFGHIJ.
	HostedZoneID string `json:"hostedZoneId"`
	// ZoneName is the zone's own name, which ends the domain's, such as example.com.
	ZoneName string `json:"zoneName"`
}

// Authentication is as whom clients show themselves to the load balancer: at most
// one of oidc, cognito and jwt, and mutualTls alone or with any of them.
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

// OIDC is an OpenID Connect provider, as its discovery document has it. It
// redirects to https://DOMAIN/oauth2/idpresponse.
type OIDC struct {
	// Issuer is the provider, such as https://login.example.com.
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
	// ClientSecretARN is the secret in AWS Secrets Manager, in the environment's
	// region, that holds the client's secret. The secret itself is in no template.
	ClientSecretARN string `json:"clientSecretArn"`
	// ClientSecretField is the field of the secret's JSON that holds it.
	// Default: none, the secret is nothing but it.
	ClientSecretField string `json:"clientSecretField,omitempty"`
	// Scope is what of the user is asked for, such as openid email. Default: openid.
	Scope string `json:"scope,omitempty"`
	// SessionTimeout is after how long a user logs in again, up to 168h.
	// Default: 168h.
	SessionTimeout Duration `json:"sessionTimeout,omitempty"`
}

// Cognito is a client, with a secret, of a user pool in Amazon Cognito. It
// redirects to https://DOMAIN/oauth2/idpresponse.
type Cognito struct {
	// UserPoolARN is the user pool's ARN.
	UserPoolARN string `json:"userPoolArn"`
	// ClientID is the client's id.
	ClientID string `json:"clientId"`
	// Domain is the prefix of the user pool's domain, or its own domain name.
	Domain string `json:"domain"`
	// Scope is what of the user is asked for, such as openid email. Default: openid.
	Scope string `json:"scope,omitempty"`
	// SessionTimeout is after how long a user logs in again, up to 168h.
	// Default: 168h.
	SessionTimeout Duration `json:"sessionTimeout,omitempty"`
}

// JWT is whose signed tokens are taken: RS256, not expired, and meant for this
// service.
type JWT struct {
	// Issuer is the value of the claim iss.
	Issuer string `json:"issuer"`
	// JWKSEndpoint is the HTTPS address of the issuer's public keys, on the internet.
	JWKSEndpoint string `json:"jwksEndpoint"`
	// Audience is the value of the claim aud of tokens for this service. Default:
	// none, which is an error unless claims say whom tokens are for.
	Audience string `json:"audience,omitempty"`
	// AudienceFormat is how the claim aud is written: single-string, string-array
	// or space-separated-values. Default: single-string.
	AudienceFormat string `json:"audienceFormat,omitempty"`
	// Claims are others that the token must have, 10 at most with the audience.
	// Default: none.
	Claims []Claim `json:"claims,omitempty" jsonschema:"minItems=1"`
}

// Claim is a claim that a token must have.
type Claim struct {
	// Name is the claim's name, such as client_id or scope.
	Name string `json:"name"`
	// Format is how its value is written: single-string, string-array or
	// space-separated-values. Default: single-string.
	Format string `json:"format,omitempty"`
	// Values are what it is compared with: one for a single-string, else up to 10.
	Values []string `json:"values" jsonschema:"minItems=1,uniqueItems=true"`
}

// MutualTLS is which authorities' certificates clients show: exactly one of
// trustStoreArn and caBundleUrl.
type MutualTLS struct {
	// TrustStoreARN is a trust store that stands, in the environment's region.
	// Default: none, one is made of caBundleUrl.
	TrustStoreARN string `json:"trustStoreArn,omitempty"`
	// CABundleURL is the authorities' certificates in PEM, s3://BUCKET/KEY.
	// Default: none, trustStoreArn has them.
	CABundleURL string `json:"caBundleUrl,omitempty"`
	// CABundleVersion is the version of that object. Default: none, the one that
	// is there when the trust store is made.
	CABundleVersion string `json:"caBundleVersion,omitempty"`
}

// Model is d in the words of package access; nil for nil.
func (d *Domain) Model() *settings.Domain {
	if d == nil {
		return nil
	}
	model := settings.Domain(*d)
	return &model
}

// Model is a in the words of package access; nil for nil.
func (a *Authentication) Model() *settings.Authentication {
	if a == nil {
		return nil
	}
	var model settings.Authentication
	if o := a.OIDC; o != nil {
		model.OIDC = &settings.OIDC{
			Issuer: o.Issuer, AuthorizationEndpoint: o.AuthorizationEndpoint, TokenEndpoint: o.TokenEndpoint, UserInfoEndpoint: o.UserInfoEndpoint,
			ClientID: o.ClientID, ClientSecretARN: o.ClientSecretARN, ClientSecretField: o.ClientSecretField,
			Scope: o.Scope, SessionTimeout: time.Duration(o.SessionTimeout),
		}
	}
	if c := a.Cognito; c != nil {
		model.Cognito = &settings.Cognito{
			UserPoolARN: c.UserPoolARN, ClientID: c.ClientID, Domain: c.Domain, Scope: c.Scope, SessionTimeout: time.Duration(c.SessionTimeout),
		}
	}
	if j := a.JWT; j != nil {
		model.JWT = &settings.JWT{
			Issuer: j.Issuer, JWKSEndpoint: j.JWKSEndpoint, Audience: j.Audience, AudienceFormat: settings.ClaimFormat(j.AudienceFormat),
		}
		for _, c := range j.Claims {
			model.JWT.Claims = append(model.JWT.Claims, settings.Claim{Name: c.Name, Format: settings.ClaimFormat(c.Format), Values: c.Values})
		}
	}
	if m := a.MutualTLS; m != nil {
		mutual := settings.MutualTLS(*m)
		model.MutualTLS = &mutual
	}
	return &model
}
