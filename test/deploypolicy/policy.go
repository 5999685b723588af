package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// limit is how many characters a managed policy has at most, white space not counted (IAM
// quotas, "IAM and AWS STS quotas").
const limit = 6144

// document is an IAM policy.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// byHand are actions that no schema names, with the reason.
var byHand = []struct{ action, why string }{
	{"cloudformation:DescribeStacks", "Fn::GetStackOutput reads another stack's output as the execution role " +
		"(CloudFormation Template Reference, Fn::GetStackOutput)"},
	{"lambda:InvokeFunction", "CloudFormation calls the function of Custom::VpcRestrictDefaultSG, which has no schema"},
	{"route53:AssociateVPCWithHostedZone", "ec2:CreateVpcEndpoint depends on it, for the endpoints' private names " +
		"(Service Authorization Reference, Amazon EC2)"},
	{"ssm:GetParameters", "the parameter BootstrapVersion of every template is in the Parameter Store"},
}

// dropped are actions that schemas name and that this app's templates never need, with the
// reason. A pattern that drops nothing is a fault: a test says so.
var dropped = []struct{ pattern, why string }{
	{"amplify:*", protects}, {"apigateway:*", protects}, {"apprunner:*", protects}, {"appsync:*", protects},
	{"bedrock-agentcore:*", protects}, {"cognito-idp:*WebACL*", protects}, {"ec2:*VerifiedAccess*", protects},
	{"autoscaling:*", "nothing here is of Amazon EC2 Auto Scaling"},
	{"codedeploy:*", "no alias of a function is shifted by AWS CodeDeploy"},
	{"ec2:*IpamPools", "a VPC's range is written in the file, and comes from no pool"},
	{"ec2:*VpcEncryptionControl*", "no VPC has encryption controls"},
	{"ec2:*VpnGateway*", "no VPC has a VPN"},
	{"ec2:ModifyVpcTenancy", "no VPC has dedicated tenancy"},
	{"ecs:PutAccountSetting*", "it changes settings of the whole account"},
	{"elasticfilesystem:*", "no function has a file system"},
	{"elasticloadbalancing:ModifyIpPools", "a load balancer's addresses come from no pool"},
	{"firehose:*", "logs go to CloudWatch Logs and Amazon S3"},
	{"iam:*GroupPolicy", "policies are of roles, and of no group"},
	{"iam:*PermissionsBoundary", "a role keeps the boundary that it was made with, or none"},
	{"iam:*UserPolicy", "policies are of roles, and of no user"},
	{"iam:DescribeOrganization", "it is an action of AWS Organizations, for web ACLs of a whole organization"},
	{"lambda:PassCapacityProvider", "no function has a capacity provider"},
	{"payments:*", "no web ACL asks for payment"},
	{"s3:*MetadataTableConfiguration", "no bucket has metadata tables"},
	{"s3:*MetadataAnnotationTableConfiguration", "no bucket has metadata tables"},
	{"s3:*MetadataInventoryTableConfiguration", "no bucket has metadata tables"},
	{"s3:*MetadataJournalTableConfiguration", "no bucket has metadata tables"},
	{"s3:DeleteObject", "a stack deletes no object: the bucket of logs outlives it"},
	{"s3:PutObjectAcl", "no object has an access control list"},
	{"s3:REST.PUT.OBJECT", "it is no action"},
	{"s3files:*", "no function has a file system"},
	{"s3tables:*", "no bucket has metadata tables"},
	{"vpc-lattice:*", "no private endpoint is of a service network"},
	{"vpce:*", "private endpoints are of their own region"},
}

const protects = "a web ACL of this app protects a load balancer, and nothing else"

// rule narrows the actions of patterns. The first rule that has an action decides.
type rule struct {
	patterns  []string
	resources []string
	condition map[string]map[string][]string
}

// rules narrow what can be narrowed. CloudFormation begins the names that it makes with the
// stack's, and the stacks' names begin with the environment's (CloudFormation User Guide,
// "Name type"). IDs and other names are known only afterwards.
func rules(principals []string) []rule {
	roles := "arn:{partition}:iam::{account}:role/"
	return []rule{
		{[]string{"iam:PassRole"},
			[]string{roles + "{environment}-*", roles + "aws-service-role/*.application-autoscaling.amazonaws.com/*"},
			equals("iam:PassedToService", append([]string{"application-autoscaling.amazonaws.com"}, principals...)...)},
		{[]string{"iam:CreateServiceLinkedRole"}, []string{roles + "aws-service-role/*"},
			equals("iam:AWSServiceName", "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com",
				"elasticloadbalancing.amazonaws.com", "lambda.application-autoscaling.amazonaws.com",
				"sagemaker.application-autoscaling.amazonaws.com", "wafv2.amazonaws.com")},
		{[]string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"}, []string{roles + "{environment}-*"},
			map[string]map[string][]string{"ArnEquals": {"iam:PolicyARN": {
				"arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}}}},
		{[]string{"iam:ListRoles", "s3:ListAllMyBuckets"}, []string{"*"}, nil}, // global: of no region
		{[]string{"iam:*"}, []string{roles + "{environment}-*"}, nil},
		{[]string{"cloudformation:*"}, []string{"arn:{partition}:cloudformation:{region}:{account}:stack/{environment}-*"}, nil},
		{[]string{"ssm:*"}, []string{"arn:{partition}:ssm:{region}:{account}:parameter/cdk-bootstrap/*"}, nil},
		{[]string{"route53:*"}, []string{"*"}, nil},
		{[]string{"s3:GetObject", "s3:GetObjectVersion"},
			[]string{"arn:{partition}:s3:::cdk-*-assets-{account}-{region}/*"}, nil}, // the functions' code
		{[]string{"s3:*"}, []string{"arn:{partition}:s3:::{bucket}-*"}, nil},
		{[]string{"lambda:GetCodeSigningConfig", "lambda:GetLayerVersion", "lambda:ListFunctions"}, []string{"*"},
			equals("aws:RequestedRegion", "{region}")},
		{[]string{"lambda:*"}, []string{"arn:{partition}:lambda:{region}:{account}:function:{environment}-*"}, nil},
		{[]string{"sns:ListSubscriptions", "sns:ListTopics", "sns:*SubscriptionAttributes", "sns:Unsubscribe"}, []string{"*"},
			equals("aws:RequestedRegion", "{region}")},
		{[]string{"sns:*"}, []string{"arn:{partition}:sns:{region}:{account}:{environment}-*"}, nil},
		{[]string{"*"}, []string{"*"}, equals("aws:RequestedRegion", "{region}")},
	}
}

func equals(key string, values ...string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {key: values}}
}

func matches(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, action)
		return ok && err == nil
	})
}

// isDropped says whether no template needs an action.
func isDropped(action string) bool {
	for _, d := range dropped {
		if matches([]string{d.pattern}, action) {
			return true
		}
	}
	return false
}

// statements allow the actions that are left, and those by hand: one statement for each rule
// and service, in the order of the rules. place fills in an environment's names.
func statements(actions, principals []string, place *strings.Replacer) (all []statement) {
	for _, extra := range byHand {
		actions = append(actions, extra.action)
	}
	actions = slices.DeleteFunc(slices.Clone(actions), isDropped)
	slices.Sort(actions)
	for _, r := range rules(principals) {
		filled := statement{Effect: "Allow"}
		for _, resource := range r.resources {
			filled.Resource = append(filled.Resource, place.Replace(resource))
		}
		for operator, keys := range r.condition {
			filled.Condition = map[string]map[string][]string{operator: {}}
			for key, values := range keys {
				for _, value := range values {
					filled.Condition[operator][key] = append(filled.Condition[operator][key], place.Replace(value))
				}
			}
		}
		service := ""
		actions = slices.DeleteFunc(actions, func(action string) bool {
			if !matches(r.patterns, action) {
				return false
			}
			if prefix, _, _ := strings.Cut(action, ":"); prefix != service {
				service = prefix
				all = append(all, filled)
			}
			last := &all[len(all)-1]
			last.Action = append(slices.Clip(last.Action), action)
			return true
		})
	}
	return all
}

// split puts statements into as few policies as their order allows, each within the limit.
// Services with the same resources and condition share a statement.
func split(all []statement) (documents []document, err error) {
	for _, s := range all {
		if n := len(documents); n > 0 {
			joined := join(documents[n-1], s)
			characters, err := size(joined)
			if err != nil {
				return nil, err
			}
			if characters <= limit {
				documents[n-1] = joined
				continue
			}
		}
		alone := document{"2012-10-17", []statement{s}}
		characters, err := size(alone)
		if err != nil {
			return nil, err
		}
		if characters > limit {
			return nil, fmt.Errorf("%s: got %d characters for one service, want %d at most; drop actions of it",
				s.Action[0], characters, limit)
		}
		documents = append(documents, alone)
	}
	return documents, nil
}

func join(d document, s statement) document {
	d.Statement = slices.Clone(d.Statement)
	for i, before := range d.Statement {
		if slices.Equal(before.Resource, s.Resource) && fmt.Sprint(before.Condition) == fmt.Sprint(s.Condition) {
			d.Statement[i].Action = slices.Concat(before.Action, s.Action)
			return d
		}
	}
	d.Statement = append(d.Statement, s)
	return d
}
