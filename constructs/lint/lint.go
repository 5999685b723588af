// Package lint tells a CDK app, when it is synthesized, what package autoscaling
// knows to hurt: one warning for each construct and rule, which can be
// acknowledged one by one.
package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Name is the plugin's, and stands before "::" and the name of a rule where a
// finding is acknowledged.
const Name = "sagemaker-scaling"

// NewPlugin makes the plugin that warns of what hurts below a Stage or App, as
// Validations_Of(scope).AddPlugins takes it. It reads the synthesized templates,
// so that it judges scalable targets whichever constructs have made them. It
// stops no synthesis: what AWS refuses is an error of the constructs' Validate.
func NewPlugin() awscdk.IPolicyValidationPlugin { return &plugin{} }

type plugin struct{}

// Name implements awscdk.IPolicyValidationPlugin.
func (*plugin) Name() *string { return jsii.String(Name) }

// Version implements awscdk.IPolicyValidationPlugin.
func (*plugin) Version() *string { return nil }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (*plugin) RuleIds() *[]*string {
	var ids []string
	for _, r := range lint.Rules() {
		ids = append(ids, r.ID)
	}
	return jsii.Strings(ids...)
}

// Validate implements awscdk.IPolicyValidationPlugin.
func (*plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	var files []string
	for _, s := range *context.StackTemplates() {
		files = append(files, *s.TemplatePath)
	}
	violations := []*awscdk.PolicyViolation{}
	for _, w := range warnings(files) {
		resource := &awscdk.PolicyViolatingResource{Locations: jsii.Strings(w.locations...), TemplatePath: jsii.String(w.file)}
		if w.logicalID != "" {
			resource.ResourceLogicalId = jsii.String(w.logicalID)
		}
		violations = append(violations, &awscdk.PolicyViolation{
			RuleName: jsii.String(w.name), Description: jsii.String(w.description), Fix: jsii.String(w.fix),
			Severity: jsii.String(w.severity), ViolatingResources: &[]*awscdk.PolicyViolatingResource{resource},
		})
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(true), Violations: &violations}
}

// Targets are the scalable targets below scope, which the rules judge.
func Targets(scope constructs.IConstruct) []constructs.IConstruct {
	var found []constructs.IConstruct
	for _, c := range *scope.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if r, ok := c.(awscdk.CfnResource); ok && *r.CfnResourceType() == "AWS::ApplicationAutoScaling::ScalableTarget" {
			found = append(found, c)
		}
	}
	return found
}

// Acknowledge accepts what a rule says of one construct, and keeps the reason in
// the app's validation report. target is the scalable target itself, such as
// ScalableTarget.Target. It panics where there is no such rule, or no reason.
func Acknowledge(target constructs.IConstruct, rule, reason string) {
	var ps problem.List
	if !slices.ContainsFunc(lint.Rules(), func(r lint.Rule) bool { return r.ID == rule }) {
		var known []string
		for _, r := range lint.Rules() {
			known = append(known, r.ID)
		}
		ps.Add("Rule", rule, "there is no such rule", "the rules are "+strings.Join(known, ", "))
	}
	if strings.TrimSpace(reason) == "" {
		ps.Add("Reason", nil, "what is acknowledged has a reason", "say why it does no harm here")
	}
	if err := ps.Err(); err != nil {
		panic(err)
	}
	awscdk.Validations_Of(target).Acknowledge(&awscdk.Acknowledgment{
		Id: jsii.String(ruleName(rule, *target.Node().Path())), Reason: jsii.String(reason),
	})
}

// ruleName names one rule for one construct: CDK acknowledges by the rule's
// name, everywhere. It wants the brackets in a name to be in pairs, and looks
// spaces up as hyphens.
func ruleName(rule, path string) string {
	path = strings.NewReplacer("(", "_", ")", "_", "[", "_", "]", "_", "{", "_", "}", "_", " ", "-").Replace(path)
	return fmt.Sprintf("%s::%s[%s]", Name, rule, path)
}
