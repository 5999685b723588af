package cloudformation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// scaled adds what scales in t to r.
func (t *template) scaled(r *Reading) {
	policies := t.policies(r)
	for _, id := range t.root.Get("Resources").Names() {
		if t.kind(id) != targetType {
			continue
		}
		o := t.owner(id, &r.Unresolved)
		if !o.sageMakers() || !o.made(&r.Off) {
			continue
		}
		s := Scaled{
			Source: t.Source, Line: t.resource(id).Place().Line, Column: t.resource(id).Place().Column,
			LogicalID: id, ConstructPath: t.constructPath(id), Places: map[string]document.Position{},
		}
		properties, ok := o.properties("ResourceId")
		resource, named := o.resourceID()
		if !ok || !named {
			continue
		}
		if dimension, _ := properties["ScalableDimension"].(string); resource != "" {
			properties["ResourceId"] = t.closedResource(resource, dimension)
		}
		target, err := autoscaling.ReadScalableTarget(properties)
		if err != nil {
			o.addAll(problem.From(err))
			continue
		}
		s.Subject = lint.Subject{
			Name: s.ConstructPath, Account: t.Account, Region: t.Region, Target: target, Facts: o.facts(),
		}
		if s.Subject.Name == "" {
			s.Subject.Name = id
		}
		for _, p := range policies {
			if p.of(t, id, target) {
				tracking, steps := len(s.Subject.Target.Policies), len(s.Subject.Target.StepPolicies)
				s.Incomplete = !p.addTo(&s.Subject.Target) || s.Incomplete
				at := t.resource(p.logicalID).Place()
				for i := tracking; i < len(s.Subject.Target.Policies); i++ {
					s.Places[fmt.Sprintf("Target.Policies[%d]", i)] = at
				}
				for i := steps; i < len(s.Subject.Target.StepPolicies); i++ {
					s.Places[fmt.Sprintf("Target.StepPolicies[%d]", i)] = at
				}
			}
		}
		actions := o.property(id, "ScheduledActions")
		if actions != nil && len(actions.Items) == len(target.ScheduledActions) {
			for i, n := range actions.Items {
				s.Places[fmt.Sprintf("Target.ScheduledActions[%d]", i)] = n.Place()
			}
		}
		s.describe(t)
		s.surround(t, resource)
		r.Scaled = append(r.Scaled, s)
	}
	for _, p := range policies {
		p.report(&r.Unresolved)
	}
}

// resourceID is the target's, "" where it has none.
func (o owner) resourceID() (id string, ok bool) {
	const path = "Properties.ResourceId"
	n := o.property(o.logicalID, "ResourceId")
	if n == nil {
		return "", true
	}
	return o.naming(path).argumentText(n, path, 0)
}

// stands is whether the resource's condition lets it be made.
func (o owner) stands() decision {
	name, has, known := o.conditionName()
	switch {
	case !known:
		return open
	case !has:
		return yes
	}
	return o.condition(o.resource(o.logicalID).Get("Condition"), name, "Condition", 0)
}

// conditionName is the name of the resource's condition, if it has one. With
// AWS::LanguageExtensions a function may give it.
func (o owner) conditionName() (name string, has, known bool) {
	condition := o.resource(o.logicalID).Get("Condition")
	if condition == nil {
		return "", false, true
	}
	if inner, _ := function(condition); inner == "" {
		name, _ = condition.String()
		return name, true, true
	}
	switch v := o.resolve(condition, "Condition", 0).(type) {
	case absent:
		return "", false, true
	case unresolved:
		return "", true, false
	default:
		name, _ = text(v)
		return name, true, true
	}
}

// made reports whether the resource is made, and notes in off where it is not.
func (o owner) made(off *Problems) bool {
	made := o.stands()
	if made == no {
		o.off(off)
	}
	return made == yes
}

// sageMakers reports whether a target or policy is in SageMaker's namespace, as
// far as that is said.
func (o owner) sageMakers() bool {
	var others Problems
	quiet := o.template.owner(o.logicalID, &others)
	for _, name := range []string{"ServiceNamespace", "ScalableDimension"} {
		if v, ok := quiet.resolve(o.property(o.logicalID, name), "", 0).(string); ok {
			return strings.HasPrefix(v, autoscaling.ServiceNamespace)
		}
	}
	return true
}

// properties are a resource's, with every function resolved; ok is false where
// something could not be, which is noted.
func (o owner) properties(except ...string) (properties map[string]any, ok bool) {
	written := o.resource(o.logicalID).Get("Properties")
	properties, ok = map[string]any{}, true
	if written != nil && written.Kind != document.Mapping {
		o.add(written, "Properties", shown(written), "properties are a mapping", "write NAME: VALUE below Properties")
		return properties, false
	}
	for _, name := range written.Names() {
		if slices.Contains(except, name) {
			continue
		}
		path := "Properties." + name
		if strings.HasPrefix(name, "Fn::") {
			o.makesProperties(name, written.Values[name], path)
			ok = false
			continue
		}
		switch v := o.naming(path).resolve(written.Values[name], path, 0).(type) {
		case absent:
		case unresolved:
			ok = false
		default:
			settled, whole := o.settle(v, path)
			properties[name], ok = settled, ok && whole
		}
	}
	return properties, ok
}

// makesProperties notes a function that stands in the place of properties.
func (o owner) makesProperties(name string, n *document.Node, path string) {
	if name == transformKey {
		o.macro(n, path)
		return
	}
	o.add(n, path, shown(n), "the function "+document.OneLine(strings.TrimPrefix(name, "Fn::"))+" is not resolved here",
		"write the properties out")
}

// addOpen notes what only a deployment shows, where it has to be known now.
func (o owner) addOpen(v, path string) {
	n := find(o.resource(o.logicalID), path)
	rule, fix := "only a deployment shows what this is",
		"write the value out, or give the parameter, account or region that it needs"
	if strings.Contains(v, "{{resolve:") {
		rule, fix = "this is read from a store at the deployment", "write the value out, or make it a parameter and give that"
	}
	o.add(n, path, document.OneLine(v), rule, fix)
}

// constructPath is the path of a resource's construct.
func (t *template) constructPath(id string) string {
	metadata := t.resource(id).Get("Metadata")
	for _, key := range []string{"aws:cdk:path", autoscaling.ConstructPathKey} {
		if path, ok := metadata.Get(key).String(); ok {
			return path
		}
	}
	if t.ConstructPath != "" {
		return t.ConstructPath + "/" + id
	}
	return ""
}

// facts are what the owner of the endpoint has put into the metadata.
func (o owner) facts() autoscaling.Facts {
	const path = "Metadata." + autoscaling.FactsKey
	var facts autoscaling.Facts
	n := o.resource(o.logicalID).Get("Metadata").Get(autoscaling.FactsKey)
	if n == nil {
		return facts
	}
	data, err := json.Marshal(n.Value(nil))
	if err == nil {
		err = json.Unmarshal(data, &facts)
	}
	if err != nil {
		o.add(n, path, shown(n), "these facts cannot be read: "+strings.TrimPrefix(err.Error(), "json: "),
			"write them as package autoscaling has them in Facts")
		return autoscaling.Facts{}
	}
	for _, p := range facts.Validate() {
		o.add(n, path+"."+p.Path, p.Got, p.Rule, p.Fix)
	}
	return facts
}
