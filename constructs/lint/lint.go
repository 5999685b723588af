package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Name is the plugin's name. CDK's report has it before "::" and the rule's name.
const Name = "sagemaker-scaling"

// NewPlugin returns a plugin for Validations_Of(scope).AddPlugins, where scope is an
// App or a Stage. It reads the synthesized templates, so it judges scalable targets
// of other constructs too. Its findings are warnings, which stop no synthesis. What
// AWS refuses, or what cannot work, is an error of the constructs' Validate, and for
// scalable targets of other constructs an error of the plugin, named "invalid", which
// fails the synthesis. What cannot be read from a template, such as a parameter without
// a default, is a warning named "unresolved".
func NewPlugin(props PluginProps) awscdk.IPolicyValidationPlugin { return &plugin{props} }

// PluginProps describes how the plugin reports.
type PluginProps struct {
	// Spell writes a finding about the scalable target at a construct path for the
	// app's users, where they do not write Go.
	// Default: nil, a finding names the Go field that a construct of package
	// scaling was given.
	Spell func(constructPath string, f lint.Finding) lint.Finding
	// Acknowledgment writes what accepts a rule's findings about the scalable target at
	// a construct path, ready to paste, where that is not written in Go. "" is Go.
	// Default: nil, a call of Acknowledge.
	Acknowledgment func(constructPath, rule string) string
}

// acknowledgment is what accepts a rule's findings about the construct at a path.
func (p PluginProps) acknowledgment(constructPath, rule string) string {
	if p.Acknowledgment != nil {
		if written := p.Acknowledgment(constructPath, rule); written != "" {
			return written
		}
	}
	return fmt.Sprintf("lint.Acknowledge(target, %q, %q) // target is %s",
		rule, "say why it does no harm here", constructPath)
}

// spell is a finding as users of the app read it.
func (p PluginProps) spell(constructPath string, f lint.Finding) lint.Finding {
	if p.Spell != nil {
		return p.Spell(constructPath, f)
	}
	f.Problem = problem.List{f.Problem}.Map(func(path string) string {
		return scaling.Address(constructPath,
			path)
	})[0].Go()
	return f
}

type plugin struct{ props PluginProps }

// Name implements awscdk.IPolicyValidationPlugin.
func (*plugin) Name() *string { return jsii.String(Name) }

// Version implements awscdk.IPolicyValidationPlugin.
func (*plugin) Version() *string { return nil }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (*plugin) RuleIds() *[]*string {
	return jsii.Strings(append(acceptable(), invalid)...)
}

// Validate implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	var files []string
	for _, s := range *context.StackTemplates() {
		files = append(files, *s.TemplatePath)
	}
	violations, success := []*awscdk.PolicyViolation{}, true
	for _, w := range p.warnings(files) {
		success = success && w.severity != severityError
		resource := &awscdk.PolicyViolatingResource{Locations: jsii.Strings(w.locations...),
			TemplatePath: jsii.String(w.file)}
		if w.logicalID != "" {
			resource.ResourceLogicalId = jsii.String(w.logicalID)
		}
		violations = append(violations, &awscdk.PolicyViolation{
			RuleName: jsii.String(w.name), Description: jsii.String(w.description), Fix: jsii.String(w.fix),
			Severity: jsii.String(w.severity), ViolatingResources: &[]*awscdk.PolicyViolatingResource{resource},
		})
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(success), Violations: &violations}
}

// Targets returns the scalable targets at and below scope, which the rules judge.
func Targets(scope constructs.IConstruct) []constructs.IConstruct {
	var found []constructs.IConstruct
	for _, c := range *scope.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if r, ok := c.(awscdk.CfnResource); ok && *r.CfnResourceType() == "AWS::ApplicationAutoScaling::ScalableTarget" {
			found = append(found, c)
		}
	}
	return found
}

// Acknowledge accepts the findings of one rule about target, which is the scalable
// target itself, such as ScalableTarget.Target. CDK's validation report keeps the
// reason. What cannot be read about target is accepted under the rule "unresolved".
// It panics when there is no such rule, or no reason.
func Acknowledge(target constructs.IConstruct, rule, reason string) {
	var ps problem.List
	if known := acceptable(); !slices.Contains(known, rule) {
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

// acceptable returns the rules whose findings can be acknowledged.
func acceptable() []string {
	var ids []string
	for _, r := range lint.Rules() {
		ids = append(ids, r.ID)
	}
	return append(ids, unresolved)
}

// ruleName returns the name under which CDK reports a rule for the construct at
// path: CDK acknowledges a rule's name in the whole app. It accepts brackets in
// pairs only, and looks a name with spaces up with hyphens.
func ruleName(rule, path string) string {
	path = strings.NewReplacer("(", "_", ")", "_", "[", "_", "]", "_", "{", "_", "}", "_", " ", "-").Replace(path)
	return fmt.Sprintf("%s::%s[%s]", Name, rule, path)
}
