package policy

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Acknowledge accepts the finding of one rule about target: a resource, a construct
// whose default child is one, such as a Bucket, or a stack. CDK's validation report
// keeps the reason. It panics when there is no such rule, no reason, or no resource.
func Acknowledge(target constructs.IConstruct, rule, reason string) {
	ps := validateRule("Rule", rule)
	if strings.TrimSpace(reason) == "" {
		ps.Add("Reason", nil, "what is acknowledged has a reason", "say why it does no harm here")
	}
	subject, ok := subjectOf(target)
	if !ok {
		ps.Add("Target", nil, "the rules judge resources and stacks, and this is neither",
			"give the resource that the finding names")
	}
	if err := ps.Err(); err != nil {
		panic(err)
	}
	awscdk.Validations_Of(target).Acknowledge(&awscdk.Acknowledgment{
		Id: jsii.String(Name + "::" + findingName(rule, subject)), Reason: jsii.String(reason),
	})
}

// subjectOf returns what a finding about target has in brackets.
func subjectOf(target constructs.IConstruct) (subject string, ok bool) {
	if problem.IsNil(target) {
		return "", false
	}
	if stack, is := target.(awscdk.Stack); is {
		return *stack.Node().Path(), true
	}
	resource, ok := target.(awscdk.CfnResource)
	if !ok {
		resource, ok = target.Node().DefaultChild().(awscdk.CfnResource)
	}
	if !ok {
		return "", false
	}
	stack := awscdk.Stack_Of(resource)
	return fmt.Sprint(*stack.Node().Path(), "/", stack.Resolve(resource.LogicalId())), true
}

// findingName is a finding's name, which CDK acknowledges: it takes brackets in pairs
// only, and looks a name with spaces up with hyphens.
func findingName(rule, subject string) string {
	subject = strings.NewReplacer("(", "_", ")", "_", "[", "_", "]", "_", "{", "_", "}", "_", " ", "-").Replace(subject)
	return fmt.Sprintf("%s[%s]", rule, subject)
}
