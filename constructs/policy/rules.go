package policy

import "slices"

// Stack is the Type of a Resource that is a stack itself, with the properties
// that CDK's manifest has of it, such as terminationProtection.
const Stack = "stack"

// Resource is a resource of a template, or a stack itself.
type Resource struct {
	Type       string
	Properties map[string]any
	// LogicalID is its logical ID, by which the policies of CDK's own custom
	// resources are told from others. Default: "", not known.
	LogicalID string
	// DeletionPolicy and UpdateReplacePolicy are what CloudFormation does with the
	// resource when it leaves the stack, and when another takes its place.
	// Default: "", it is deleted.
	DeletionPolicy, UpdateReplacePolicy string
}

// Rule is a requirement on resources of one or more types.
type Rule struct {
	// ID is the rule's name, such as bucket-private.
	ID string
	// Finding says what is wrong with a resource that breaks the rule.
	Finding string
	// Fix says how to mend such a resource.
	Fix string
	// Production limits the rule to production environments.
	Production bool

	types  []string // CloudFormation resource types, or Stack
	broken func(properties map[string]any) bool
	// exceptProviders leaves out the roles and policies of CDK's own custom resources,
	// which no app can narrow.
	exceptProviders bool
	// retained wants a resource that outlives its stack and its replacement,
	// whatever its properties.
	retained bool
}

// Rules returns all rules, in the order of docs/policy.md.
func Rules() []Rule { return slices.Clone(rules) }

// Broken returns the rules that a resource breaks. Rules for production count
// only where production is true.
func Broken(r Resource, production bool) []Rule {
	var found []Rule
	for _, rule := range rules {
		if slices.Contains(rule.types, r.Type) && (production || !rule.Production) && rule.isBroken(r) {
			found = append(found, rule)
		}
	}
	return found
}

func (rule Rule) isBroken(r Resource) bool {
	if rule.retained {
		return !slices.Contains([]string{"Retain", "RetainExceptOnCreate"}, r.DeletionPolicy) ||
			r.UpdateReplacePolicy != "Retain"
	}
	if rule.exceptProviders && cdkProvider.MatchString(r.LogicalID) {
		return false
	}
	return rule.broken(r.Properties)
}

var (
	buckets        = []string{"AWS::S3::Bucket"}
	policies       = []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"}
	listeners      = []string{"AWS::ElasticLoadBalancingV2::Listener"}
	listenerRules  = []string{"AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"}
	securityGroups = []string{"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"}
	loadBalancers  = []string{"AWS::ElasticLoadBalancingV2::LoadBalancer"}
)

var rules = []Rule{
	{
		ID: "log-group-expires", types: []string{"AWS::Logs::LogGroup"}, broken: missing("RetentionInDays"),
		Finding: "a log group keeps what it holds for ever", Fix: "set RetentionInDays",
	}, {
		ID: "bucket-encrypted", types: buckets, broken: missing("BucketEncryption", "ServerSideEncryptionConfiguration"),
		Finding: "a bucket says nothing of its encryption", Fix: "set BucketEncryption",
	}, {
		ID: "bucket-expires", types: buckets, broken: neverExpires,
		Finding: "a bucket keeps what it holds for ever",
		Fix:     "add a rule to LifecycleConfiguration that is enabled and expires objects",
	}, {
		ID: "bucket-private", types: buckets, broken: allowsPublicAccess,
		Finding: "a bucket could be opened to everybody", Fix: "block all four kinds of public access",
	}, {
		ID: "open-to-listeners-only", types: securityGroups, broken: openToAnyAddress,
		Finding: "everybody may connect to something other than port 80 or 443", Fix: "name the ranges that may",
	}, {
		ID: "policy-names-actions", types: policies, broken: anyAllowStatement(wildcardAction), exceptProviders: true,
		Finding: "a policy allows whatever a service can do, or does not say what", Fix: "name the actions",
	}, {
		ID: "policy-names-resources", types: policies, broken: anyAllowStatement(wildcardResource), exceptProviders: true,
		Finding: "a policy allows actions on every resource", Fix: "name the resources",
	}, {
		ID: "permission-names-source", types: []string{"AWS::Lambda::Permission"}, broken: callableFromAnyAccount,
		Finding: "a service may call a function for any account", Fix: "set SourceArn, or SourceAccount",
	}, {
		ID: "secret-by-reference", types: listenerRules, broken: anyAction(plainTextSecret),
		Finding: "a client's secret can be read in the template", Fix: "put it into AWS Secrets Manager, and refer to it",
	}, {
		ID: "token-names-audience", types: listenerRules, broken: anyAction(acceptsAnyAudience),
		Finding: "any token of the issuer is taken, those for other services too",
		Fix:     "add the claim aud, or another that says whom tokens are for, to AdditionalClaims",
	}, {
		ID: "listener-uses-tls", types: listeners, Production: true, broken: servesWithoutTLS,
		Finding: "a listener serves without TLS", Fix: "give it a certificate; a listener that only redirects needs none",
	}, {
		ID: "load-balancer-protected", types: loadBalancers, Production: true,
		broken:  attributeNotTrue("deletion_protection.enabled"),
		Finding: "a load balancer can be deleted by mistake", Fix: "switch deletion protection on",
	}, {
		ID: "load-balancer-logs", types: loadBalancers, Production: true,
		broken:  attributeNotTrue("access_logs.s3.enabled"),
		Finding: "nobody can tell afterwards who asked a load balancer for what", Fix: "switch its access logs on",
	}, {
		ID: "endpoint-retained", types: []string{"AWS::SageMaker::Endpoint"}, Production: true, retained: true,
		Finding: "an endpoint is deleted with its stack, or when it is renamed, while clients call it",
		Fix:     "give it the removal policy RETAIN_ON_UPDATE_OR_DELETE",
	}, {
		ID: "stack-protected", types: []string{Stack}, Production: true,
		broken:  func(stack map[string]any) bool { return stack["terminationProtection"] != true },
		Finding: "a stack can be deleted by mistake", Fix: "set TerminationProtection in its StackProps",
	},
}
