package policy

import (
	"slices"
	"strings"
)

// at is what properties hold under keys, one within the other; nil for nothing.
func at(properties any, keys ...string) any {
	for _, key := range keys {
		inner, ok := properties.(map[string]any)
		if !ok {
			return nil
		}
		properties = inner[key]
	}
	return properties
}

// each is the members of a list, or the one value that stands in its place, as
// in "Action": "s3:GetObject".
func each(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func lacks(keys ...string) func(map[string]any) bool {
	return func(p map[string]any) bool { return at(p, keys...) == nil }
}

func expiresNothing(bucket map[string]any) bool {
	return !slices.ContainsFunc(each(at(bucket, "LifecycleConfiguration", "Rules")), func(rule any) bool {
		return at(rule, "Status") == "Enabled" && (at(rule, "ExpirationInDays") != nil || at(rule, "ExpirationDate") != nil)
	})
}

func couldBePublic(bucket map[string]any) bool {
	for _, key := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if at(bucket, "PublicAccessBlockConfiguration", key) != true {
			return true
		}
	}
	return false
}

// letsEverybodyIn judges a security group, whose rules stand in a list, and a
// rule that is a resource of its own.
func letsEverybodyIn(p map[string]any) bool {
	for _, rule := range append(each(p["SecurityGroupIngress"]), p) {
		if at(rule, "CidrIp") != "0.0.0.0/0" && at(rule, "CidrIpv6") != "::/0" {
			continue
		}
		from, to := at(rule, "FromPort"), at(rule, "ToPort")
		if from != to || (from != 80.0 && from != 443.0) {
			return true
		}
	}
	return false
}

// anyAllowed reports whether a statement that allows something is broken, in a
// policy or in those that stand within a role.
func anyAllowed(broken func(statement any) bool) func(map[string]any) bool {
	return func(p map[string]any) bool {
		for _, policy := range append(each(p["Policies"]), p) {
			for _, s := range each(at(policy, "PolicyDocument", "Statement")) {
				if at(s, "Effect") == "Allow" && broken(s) {
					return true
				}
			}
		}
		return false
	}
}

func wildcardAction(statement any) bool {
	return at(statement, "NotAction") != nil || slices.ContainsFunc(each(at(statement, "Action")), func(action any) bool {
		name, literal := action.(string)
		return literal && strings.ContainsAny(name, "*?")
	})
}

func wildcardResource(statement any) bool {
	if at(statement, "NotResource") == nil && !slices.Contains(each(at(statement, "Resource")), any("*")) {
		return false
	}
	return slices.ContainsFunc(append(each(at(statement, "Action")), each(at(statement, "NotAction"))...), func(action any) bool {
		return !takesNoResource(action, statement)
	})
}

// takesNoResource reports whether "*" is all that an action can be given. One
// that writes metrics is bound to a namespace instead.
func takesNoResource(action, statement any) bool {
	switch action {
	case "ecr:GetAuthorizationToken":
		return true
	case "cloudwatch:PutMetricData":
		return at(statement, "Condition", "StringEquals", "cloudwatch:namespace") != nil
	default:
		return false
	}
}

// callableFromAnyAccount judges a permission for a service; one for an account or
// a role names who calls.
func callableFromAnyAccount(permission map[string]any) bool {
	principal, _ := permission["Principal"].(string)
	return strings.Contains(principal, ".amazonaws.") && permission["SourceArn"] == nil && permission["SourceAccount"] == nil
}

// anyAction reports whether an action of a listener, or of one of its rules, is
// broken.
func anyAction(broken func(action any) bool) func(map[string]any) bool {
	return func(p map[string]any) bool {
		return slices.ContainsFunc(append(each(p["DefaultActions"]), each(p["Actions"])...), broken)
	}
}

// secretInClear reports whether a secret is written out: what is resolved when it
// is deployed is either no text, or one that says so.
func secretInClear(action any) bool {
	secret, literal := at(action, "AuthenticateOidcConfig", "ClientSecret").(string)
	return literal && !strings.HasPrefix(secret, "{{resolve:")
}

func takesAnyToken(action any) bool {
	jwt := at(action, "JwtValidationConfig")
	return jwt != nil && len(each(at(jwt, "AdditionalClaims"))) == 0
}

func servesWithoutTLS(listener map[string]any) bool {
	redirects := func(action any) bool { return at(action, "Type") == "redirect" }
	secure := at(listener, "Protocol") == "HTTPS" || at(listener, "Protocol") == "TLS"
	actions := each(listener["DefaultActions"])
	return !secure && (len(actions) == 0 || !slices.ContainsFunc(actions, redirects))
}

func attributeOff(key string) func(map[string]any) bool {
	return func(loadBalancer map[string]any) bool {
		return !slices.ContainsFunc(each(loadBalancer["LoadBalancerAttributes"]), func(a any) bool {
			return at(a, "Key") == key && at(a, "Value") == "true"
		})
	}
}
