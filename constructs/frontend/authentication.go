package frontend

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2actions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

const (
	predictionsPriority = 10
	loginPriority       = predictionsPriority - 1
)

// forward sends what the gateway serves to it, of clients that have shown who
// they are. Who has not logged in is refused: a login page would answer a POST
// with another page, and lose its body. Only /ping leads there.
func (l *LoadBalancer) forward(to targets, as *settings.Authentication) {
	authenticated := authenticator(l, as)
	add := func(priority int, r rule, stranger elb.UnauthenticatedAction) {
		conditions := r.conditions()
		l.Listener.AddAction(jsii.String(r.id), &elb.AddApplicationActionProps{
			Priority: jsii.Number(priority), Conditions: &conditions, Action: authenticated(r.action, stranger),
		})
		if as != nil && as.JWT != nil {
			verify(l.Listener, l.Listener.Node().FindChild(jsii.String(r.id+"Rule")), *as.JWT)
		}
	}
	for i, r := range to.rules(0) {
		add(predictionsPriority+i, r, elb.UnauthenticatedAction_DENY)
	}
	if as != nil && as.LogsIn() {
		add(loginPriority, rule{"Login", []string{"/ping"}, to.forward(true)}, elb.UnauthenticatedAction_AUTHENTICATE)
	}
}

// authenticator makes an action that comes after the login or the token that a
// asks for; stranger is what becomes of who has not logged in. OIDC and Cognito
// open the way to the provider themselves: HTTPS to any IPv4 address, since nobody
// knows a provider's.
func authenticator(scope constructs.Construct, a *settings.Authentication) func(next elb.ListenerAction, stranger elb.UnauthenticatedAction) elb.ListenerAction {
	switch {
	case a != nil && a.OIDC != nil:
		return func(next elb.ListenerAction, stranger elb.UnauthenticatedAction) elb.ListenerAction {
			return oidc(*a.OIDC, next, stranger)
		}
	case a != nil && a.Cognito != nil:
		pool := awscognito.UserPool_FromUserPoolArn(scope, jsii.String("UserPool"), jsii.String(a.Cognito.UserPoolARN))
		client := awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("UserPoolClient"), jsii.String(a.Cognito.ClientID))
		domain := awscognito.UserPoolDomain_FromDomainName(scope, jsii.String("UserPoolDomain"), jsii.String(a.Cognito.Domain))
		return func(next elb.ListenerAction, stranger elb.UnauthenticatedAction) elb.ListenerAction {
			return awselasticloadbalancingv2actions.NewAuthenticateCognitoAction(&awselasticloadbalancingv2actions.AuthenticateCognitoActionProps{
				UserPool: pool, UserPoolClient: client, UserPoolDomain: domain,
				Scope: optional(a.Cognito.Scope), SessionTimeout: session(a.Cognito.SessionTimeout),
				OnUnauthenticatedRequest: stranger, Next: next,
			})
		}
	case a != nil && a.JWT != nil:
		return func(next elb.ListenerAction, _ elb.UnauthenticatedAction) elb.ListenerAction {
			return elb.ListenerAction_AuthenticateJwt(&elb.AuthenticateJwtOptions{
				Issuer: jsii.String(a.JWT.Issuer), JwksEndpoint: jsii.String(a.JWT.JWKSEndpoint), Next: next,
			})
		}
	default: // mutual TLS is of the connection, not of the request
		return func(next elb.ListenerAction, _ elb.UnauthenticatedAction) elb.ListenerAction { return next }
	}
}

func oidc(o settings.OIDC, next elb.ListenerAction, stranger elb.UnauthenticatedAction) elb.ListenerAction {
	return elb.ListenerAction_AuthenticateOidc(&elb.AuthenticateOidcOptions{
		Issuer:                jsii.String(o.Issuer),
		AuthorizationEndpoint: jsii.String(o.AuthorizationEndpoint),
		TokenEndpoint:         jsii.String(o.TokenEndpoint),
		UserInfoEndpoint:      jsii.String(o.UserInfoEndpoint),
		ClientId:              jsii.String(o.ClientID),
		ClientSecret: awscdk.SecretValue_SecretsManager(jsii.String(o.ClientSecretARN), &awscdk.SecretsManagerSecretOptions{
			JsonField: optional(o.ClientSecretField),
		}),
		Scope:                    optional(o.Scope),
		SessionTimeout:           session(o.SessionTimeout),
		OnUnauthenticatedRequest: stranger,
		Next:                     next,
	})
}

// verify makes a rule check the claims that CDK's own action leaves out
// (fact F33), and lets the listener get the issuer's keys. No page was found that
// says whether that needs its security group.
func verify(listener elb.ApplicationListener, rule constructs.IConstruct, j settings.JWT) {
	var claims []any
	for _, c := range j.Additional() {
		claims = append(claims, map[string]any{"Name": c.Name, "Format": string(c.Format), "Values": c.Values})
	}
	rule.Node().DefaultChild().(elb.CfnListenerRule).AddPropertyOverride(jsii.String("Actions.0.JwtValidationConfig.AdditionalClaims"), claims)
	listener.Connections().AllowToAnyIpv4(awsec2.Port_HTTPS(), jsii.String("Keys that tokens are checked with"))
}

// mutual asks clients for certificates of known authorities; nil asks for none.
func mutual(scope constructs.Construct, a *settings.Authentication) *elb.MutualAuthentication {
	if a == nil || a.MutualTLS == nil {
		return nil
	}
	m := a.MutualTLS
	var store elb.ITrustStore
	if m.TrustStoreARN != "" {
		store = elb.TrustStore_FromTrustStoreArn(scope, jsii.String("TrustStore"), jsii.String(m.TrustStoreARN))
	} else {
		bucket, key := m.Bundle()
		store = elb.NewTrustStore(scope, jsii.String("TrustStore"), &elb.TrustStoreProps{
			Bucket:  awss3.Bucket_FromBucketName(scope, jsii.String("Authorities"), jsii.String(bucket)),
			Key:     jsii.String(key),
			Version: optional(m.CABundleVersion),
		})
	}
	return &elb.MutualAuthentication{MutualAuthenticationMode: elb.MutualAuthenticationMode_VERIFY, TrustStore: store}
}

// optional leaves out of the template what is not said.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return jsii.String(value)
}

func session(d time.Duration) awscdk.Duration {
	if d == 0 {
		return nil
	}
	return seconds(d)
}
