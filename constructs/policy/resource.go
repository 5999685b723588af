package policy

import (
	"slices"
	"strings"
)

// property returns the value under a path of keys, nil where there is none.
func property(properties any, keys ...string) any {
	for _, key := range keys {
		inner, ok := properties.(map[string]any)
		if !ok {
			return nil
		}
		properties = inner[key]
	}
	return properties
}

// list returns the members of a list, or a single value as a list of one:
// policies allow both "Action": "s3:GetObject" and "Action": [...].
func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func missing(keys ...string) func(map[string]any) bool {
	return func(p map[string]any) bool { return property(p, keys...) == nil }
}

func neverExpires(bucket map[string]any) bool {
	return !slices.ContainsFunc(list(property(bucket, "LifecycleConfiguration", "Rules")), func(rule any) bool {
		expires := property(rule, "ExpirationInDays") != nil || property(rule, "ExpirationDate") != nil
		return expires && property(rule, "Status") == "Enabled"
	})
}

func allowsPublicAccess(bucket map[string]any) bool {
	for _, key := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if property(bucket, "PublicAccessBlockConfiguration", key) != true {
			return true
		}
	}
	return false
}

// openToAnyAddress reports whether a security group, or an ingress rule that is a
// resource of its own, admits any address to a port other than 80 and 443.
func openToAnyAddress(p map[string]any) bool {
	for _, rule := range append(list(p["SecurityGroupIngress"]), p) {
		if property(rule, "CidrIp") != "0.0.0.0/0" && property(rule, "CidrIpv6") != "::/0" {
			continue
		}
		from, to := property(rule, "FromPort"), property(rule, "ToPort")
		if from != to || (from != 80.0 && from != 443.0) {
			return true
		}
	}
	return false
}

// anyAllowStatement applies broken to the Allow statements of a policy, or of a
// role's inline policies.
func anyAllowStatement(broken func(statement any) bool) func(map[string]any) bool {
	return func(p map[string]any) bool {
		for _, policy := range append(list(p["Policies"]), p) {
			for _, s := range list(property(policy, "PolicyDocument", "Statement")) {
				if property(s, "Effect") == "Allow" && broken(s) {
					return true
				}
			}
		}
		return false
	}
}

// callableFromAnyAccount reports whether a permission for an AWS service names no
// source. Permissions for accounts and roles name the caller already.
func callableFromAnyAccount(permission map[string]any) bool {
	principal, _ := permission["Principal"].(string)
	return strings.Contains(principal, ".amazonaws.") && permission["SourceArn"] == nil &&
		permission["SourceAccount"] == nil
}

// anyAction applies broken to the actions of a listener or of a listener's rule.
func anyAction(broken func(action any) bool) func(map[string]any) bool {
	return func(p map[string]any) bool {
		return slices.ContainsFunc(append(list(p["DefaultActions"]), list(p["Actions"])...), broken)
	}
}

// plainTextSecret reports whether the template contains a client's secret.
// CloudFormation resolves intrinsic functions and {{resolve:…}} at deployment.
func plainTextSecret(action any) bool {
	secret, literal := property(action, "AuthenticateOidcConfig", "ClientSecret").(string)
	return literal && !strings.HasPrefix(secret, "{{resolve:")
}

func acceptsAnyAudience(action any) bool {
	jwt := property(action, "JwtValidationConfig")
	return jwt != nil && len(list(property(jwt, "AdditionalClaims"))) == 0
}

func servesWithoutTLS(listener map[string]any) bool {
	redirects := func(action any) bool { return property(action, "Type") == "redirect" }
	secure := property(listener, "Protocol") == "HTTPS" || property(listener, "Protocol") == "TLS"
	actions := list(listener["DefaultActions"])
	return !secure && (len(actions) == 0 || !slices.ContainsFunc(actions, redirects))
}

func attributeNotTrue(key string) func(map[string]any) bool {
	return func(loadBalancer map[string]any) bool {
		return !slices.ContainsFunc(list(loadBalancer["LoadBalancerAttributes"]), func(a any) bool {
			return property(a, "Key") == key && property(a, "Value") == "true"
		})
	}
}
