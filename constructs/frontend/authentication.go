package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	actions "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2actions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Priorities of the listener's rules.
const (
	predictionsPriority = 10
	loginPriority       = predictionsPriority - 1
	preflightsPriority  = loginPriority - 1
)

// forward adds the rules that send the gateway's paths to it, with authentication.
// Requests without a session are denied, since a redirect to the login page loses
// the body of a POST. Only /ping redirects to it.
func (l *LoadBalancer) forward(to targets, as *settings.Authentication) {
	authenticate := authenticator(l, as)
	add := func(priority int, r rule, unauthenticated elb.UnauthenticatedAction) {
		conditions := r.conditions()
		l.Listener.AddAction(jsii.String(r.id), &elb.AddApplicationActionProps{
			Priority: jsii.Number(priority), Conditions: &conditions, Action: authenticate(r.action, unauthenticated),
		})
		if as != nil && as.JWT != nil {
			addClaims(l.Listener, l.Listener.Node().FindChild(jsii.String(r.id+"Rule")), *as.JWT)
		}
	}
	for _, r := range to.rules(0) {
		add(predictionsPriority+r.place, r, elb.UnauthenticatedAction_DENY)
	}
	if as != nil && as.LogsIn() {
		add(loginPriority, rule{"Login", 0, []string{"/ping"}, to.forward(true)}, elb.UnauthenticatedAction_AUTHENTICATE)
	}
	if as != nil && as.JWT != nil && to.preflights {
		// A browser sends its preflight request without the token.
		l.Listener.AddAction(jsii.String("Preflights"), &elb.AddApplicationActionProps{
			Priority: jsii.Number(preflightsPriority), Action: to.forward(false),
			Conditions: &[]elb.ListenerCondition{elb.ListenerCondition_HttpRequestMethods(jsii.Strings("OPTIONS"))},
		})
	}
}

// authentication puts a login or the verification of a token before an action.
type authentication func(next elb.ListenerAction, unauthenticated elb.UnauthenticatedAction) elb.ListenerAction

// authenticator returns the authentication that a describes. CDK's actions for OIDC
// and Cognito let the load balancer reach the provider: HTTPS to any IPv4 address.
func authenticator(scope constructs.Construct, a *settings.Authentication) authentication {
	switch {
	case a != nil && a.OIDC != nil:
		return oidc(*a.OIDC)
	case a != nil && a.Cognito != nil:
		return cognito(scope, *a.Cognito)
	case a != nil && a.JWT != nil:
		return func(next elb.ListenerAction, _ elb.UnauthenticatedAction) elb.ListenerAction {
			return elb.ListenerAction_AuthenticateJwt(&elb.AuthenticateJwtOptions{
				Issuer: jsii.String(a.JWT.Issuer), JwksEndpoint: jsii.String(a.JWT.JWKSEndpoint), Next: next,
			})
		}
	default: // none, or mutual TLS alone, which the listener verifies
		return func(next elb.ListenerAction, _ elb.UnauthenticatedAction) elb.ListenerAction { return next }
	}
}

func oidc(o settings.OIDC) authentication {
	secret := awscdk.SecretValue_SecretsManager(jsii.String(o.ClientSecretARN), &awscdk.SecretsManagerSecretOptions{
		JsonField: optionalString(o.ClientSecretField),
	})
	return func(next elb.ListenerAction, unauthenticated elb.UnauthenticatedAction) elb.ListenerAction {
		return elb.ListenerAction_AuthenticateOidc(&elb.AuthenticateOidcOptions{
			Issuer:                jsii.String(o.Issuer),
			AuthorizationEndpoint: jsii.String(o.AuthorizationEndpoint),
			TokenEndpoint:         jsii.String(o.TokenEndpoint),
			UserInfoEndpoint:      jsii.String(o.UserInfoEndpoint),
			ClientId:              jsii.String(o.ClientID), ClientSecret: secret,
			Scope: optionalString(o.Scope), SessionTimeout: optionalSeconds(o.SessionTimeout),
			OnUnauthenticatedRequest: unauthenticated, Next: next,
		})
	}
}

func cognito(scope constructs.Construct, c settings.Cognito) authentication {
	props := actions.AuthenticateCognitoActionProps{
		UserPool: awscognito.UserPool_FromUserPoolArn(scope, jsii.String("UserPool"), jsii.String(c.UserPoolARN)),
		UserPoolClient: awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("UserPoolClient"),
			jsii.String(c.ClientID)),
		UserPoolDomain: awscognito.UserPoolDomain_FromDomainName(scope, jsii.String("UserPoolDomain"),
			jsii.String(c.Domain)),
		Scope: optionalString(c.Scope), SessionTimeout: optionalSeconds(c.SessionTimeout),
	}
	return func(next elb.ListenerAction, unauthenticated elb.UnauthenticatedAction) elb.ListenerAction {
		props := props
		props.OnUnauthenticatedRequest, props.Next = unauthenticated, next
		return actions.NewAuthenticateCognitoAction(&props)
	}
}

// addClaims adds the additional claims to a rule (fact F33: CDK's action has no
// property for them, and without an audience every token of the issuer passes). It
// lets the load balancer fetch the issuer's keys: AWS does not document whether that
// needs its security group.
func addClaims(listener elb.ApplicationListener, rule constructs.IConstruct, j settings.JWT) {
	var claims []any
	for _, c := range j.Additional() {
		claims = append(claims, map[string]any{"Name": c.Name, "Format": string(c.Format), "Values": c.Values})
	}
	resource := rule.Node().DefaultChild().(elb.CfnListenerRule)
	resource.AddPropertyOverride(jsii.String("Actions.0.JwtValidationConfig.AdditionalClaims"), claims)
	listener.Connections().AllowToAnyIpv4(awsec2.Port_HTTPS(), jsii.String("Keys that tokens are checked with"))
}

// mutualAuthentication returns the mutual TLS of the HTTPS listener, nil for none.
func mutualAuthentication(scope constructs.Construct, a *settings.Authentication) *elb.MutualAuthentication {
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
			Version: optionalString(m.CABundleVersion),
		})
	}
	return &elb.MutualAuthentication{MutualAuthenticationMode: elb.MutualAuthenticationMode_VERIFY, TrustStore: store}
}
