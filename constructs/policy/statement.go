package policy

import (
	"regexp"
	"slices"
	"strings"
)

// wildcardAction reports whether a statement leaves open what it allows: by NotAction,
// or by an action that openEnded reports.
func wildcardAction(statement any) bool {
	return property(statement, "NotAction") != nil || slices.ContainsFunc(list(property(statement, "Action")), openEnded)
}

// openEnded reports whether an action has a wildcard that does not merely end a name.
// A name says what is done where it has a verb and an object, as GetObject* and
// GenerateDataKey*, or a verb that only reads or gives up, as List*: such are the
// actions of CDK's grants.
func openEnded(action any) bool {
	name, literal := action.(string)
	return literal && strings.ContainsAny(name, "*?") && !namedFamily.MatchString(name)
}

var namedFamily = regexp.MustCompile(`^[a-z0-9-]+:(?:Abort|List|[A-Z][a-z]+(?:[A-Z][A-Za-z]*))\*$`)

// wildcardResource reports whether a statement allows an action on every resource that
// could be allowed on some.
func wildcardResource(statement any) bool {
	if property(statement, "NotResource") == nil && !slices.Contains(list(property(statement, "Resource")), any("*")) {
		return false
	}
	actions := append(list(property(statement, "Action")), list(property(statement, "NotAction"))...)
	return slices.ContainsFunc(actions, func(action any) bool {
		return !hasNoResourceLevel(action, statement)
	})
}

// withoutResource are actions that support no resource but "*", and that CDK's
// constructs allow: those of AWS's service authorization reference without a resource
// type.
var withoutResource = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`ecr(?:-public)?:GetAuthorizationToken`,
	`sts:(?:GetCallerIdentity|GetServiceBearerToken)`,
	`ec2:(?:Describe[A-Za-z]*|DeleteNetworkInterfacePermission)`,
	`ssmmessages:(?:Create|Open)(?:Control|Data)Channel`,
	`xray:(?:PutTraceSegments|PutTelemetryRecords|GetSampling[A-Za-z]+)`,
}, "|") + `)$`)

// hasNoResourceLevel reports whether an action supports no resource but "*". For
// cloudwatch:PutMetricData a condition on the namespace stands in for one.
func hasNoResourceLevel(action, statement any) bool {
	name, _ := action.(string)
	if name == "cloudwatch:PutMetricData" {
		return property(statement, "Condition", "StringEquals", "cloudwatch:namespace") != nil
	}
	return withoutResource.MatchString(name)
}

// cdkProvider is the logical ID of a role or policy of CDK's own custom resources: it
// has the name, or the UUID, that CDK gives their one function in a stack. The custom
// resources of AwsCustomResource are not among them: the app writes their policy.
var cdkProvider = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`[A-Za-z0-9]*CustomResourceProviderRole[0-9A-F]{8}`,
	`LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aServiceRole[A-Za-z0-9]*`,
}, "|") + `)$`)
