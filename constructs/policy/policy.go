package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Name is the plugin's name. An acknowledgement names a finding as
// Name::FINDING.
const Name = "sagemaker-policy"

// PluginProps describes a plugin.
type PluginProps struct {
	// Production adds the rules for production environments: TLS, access logs, and
	// protection of load balancer, endpoint and stacks against deletion.
	// Default: false, the rules that hold everywhere.
	Production bool
	// Rules are the IDs of the rules that the team wants, such as bucket-private. Those
	// for production hold without Production too where they are named.
	// Default: none, all of Rules that Production says.
	Rules []string
}

// Validate returns everything wrong with the properties, joined.
func (p PluginProps) Validate() error {
	var ps problem.List
	for i, id := range p.Rules {
		ps = append(ps, validateRule(fmt.Sprintf("Rules[%d]", i), id)...)
	}
	return ps.Err()
}

func validateRule(path, id string) problem.List {
	var ps problem.List
	if !slices.ContainsFunc(rules, func(r Rule) bool { return r.ID == id }) {
		var known []string
		for _, r := range rules {
			known = append(known, r.ID)
		}
		ps.Add(path, id, "there is no such rule", "the rules are "+strings.Join(known, ", "))
	}
	return ps
}

// holds reports whether the plugin applies a rule.
func (p PluginProps) holds(r Rule) bool {
	if len(p.Rules) > 0 {
		return slices.Contains(p.Rules, r.ID)
	}
	return p.Production || !r.Production
}

// broken returns the rules that the plugin applies and that a resource breaks.
func (p PluginProps) broken(r Resource) []Rule {
	return slices.DeleteFunc(Broken(r, true), func(rule Rule) bool { return !p.holds(rule) })
}

// NewPlugin makes the plugin that checks the templates below a Stage or App, for
// Validations_Of(scope).AddPlugins. Each finding fails the synthesis unless Acknowledge
// accepts it. Its name is "sagemaker-policy::RULE[STACK/LOGICAL ID]", or
// "sagemaker-policy::RULE[STACK]" where it is about a stack itself. NewPlugin panics
// with what props.Validate returns.
//
// The rules are Go and not Guard, which CDK 2.270 translates wrongly: see
// docs/policy.md.
func NewPlugin(props PluginProps) awscdk.IPolicyValidationPlugin {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return &plugin{props}
}

type plugin struct{ props PluginProps }

// Name implements awscdk.IPolicyValidationPlugin.
func (*plugin) Name() *string { return jsii.String(Name) }

// Version implements awscdk.IPolicyValidationPlugin.
func (*plugin) Version() *string { return nil }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (p *plugin) RuleIds() *[]*string {
	var ids []string
	for _, r := range Rules() {
		if p.props.holds(r) {
			ids = append(ids, r.ID)
		}
	}
	return jsii.Strings(ids...)
}

// Validate implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	violations := []*awscdk.PolicyViolation{}
	violate := func(name, description, fix string, resource awscdk.PolicyViolatingResource) {
		violations = append(violations, &awscdk.PolicyViolation{
			RuleName: jsii.String(name), Description: jsii.String(description), Fix: jsii.String(fix),
			Severity: jsii.String("error"), ViolatingResources: &[]*awscdk.PolicyViolatingResource{&resource},
		})
	}
	for _, stack := range *context.StackTemplates() {
		path, file := *stack.StackConstructPath, stack.TemplatePath
		ofStack := awscdk.PolicyViolatingResource{
			ConstructPath: jsii.String(path), Locations: jsii.Strings(), TemplatePath: file,
		}
		itself, err := readStack(*file)
		if err != nil {
			violate("manifest-unread["+path+"]", err.Error(), "synthesize again", ofStack)
		}
		for _, r := range p.props.broken(itself) {
			violate(findingName(r.ID, path), r.Finding, r.Fix, ofStack)
		}
		resources, err := readResources(*file)
		if err != nil {
			violate("template-unread["+path+"]", err.Error(), "synthesize again", ofStack)
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(resources)) {
			for _, r := range p.props.broken(resources[id]) {
				violate(findingName(r.ID, path+"/"+id), r.Finding, r.Fix, awscdk.PolicyViolatingResource{
					ResourceLogicalId: jsii.String(id), Locations: jsii.Strings("Properties"), TemplatePath: file,
				})
			}
		}
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(len(violations) == 0), Violations: &violations}
}

// readResources returns the resources of a template by their logical IDs.
func readResources(file string) (map[string]Resource, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the template cannot be read: %w", err)
	}
	var template struct{ Resources map[string]Resource }
	if err := json.Unmarshal(data, &template); err != nil {
		return nil, fmt.Errorf("the template cannot be read: %w", err)
	}
	for id, r := range template.Resources {
		r.LogicalID = id
		template.Resources[id] = r
	}
	return template.Resources, nil
}

// readStack returns the stack of a template, as the manifest beside it has it.
func readStack(file string) (Resource, error) {
	var manifest struct {
		Artifacts map[string]struct{ Properties map[string]any }
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(file), "manifest.json"))
	if err == nil {
		err = json.Unmarshal(data, &manifest)
	}
	if err != nil {
		return Resource{}, fmt.Errorf("the manifest cannot be read: %w", err)
	}
	for _, artifact := range manifest.Artifacts {
		if artifact.Properties["templateFile"] == filepath.Base(file) {
			return Resource{Type: Stack, Properties: artifact.Properties}, nil
		}
	}
	return Resource{}, nil // a nested stack is protected with the one that it is in
}
