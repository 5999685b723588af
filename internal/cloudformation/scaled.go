package cloudformation

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// scaled adds what scales in t to r.
func (t *template) scaled(r *Reading) {
	policies := t.policies(&r.Unresolved)
	for _, id := range t.root.Get("Resources").Names() {
		if t.kind(id) != targetType {
			continue
		}
		o := t.owner(id, &r.Unresolved)
		if !o.sageMakers() || !o.stands() {
			continue
		}
		s := Scaled{
			Source: t.Source, Line: t.resource(id).Place().Line, Column: t.resource(id).Place().Column,
			LogicalID: id, ConstructPath: t.constructPath(id),
		}
		properties, ok := o.properties()
		if !ok {
			continue
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
				s.Incomplete = !p.addTo(&s.Subject.Target) || s.Incomplete
			}
		}
		s.describe(t)
		s.surround(t)
		r.Scaled = append(r.Scaled, s)
	}
	for _, p := range policies {
		p.report(&r.Unresolved)
	}
}

// stands reports whether the resource's condition lets it be made.
func (o owner) stands() bool {
	condition := o.resource(o.logicalID).Get("Condition")
	if condition == nil {
		return true
	}
	name, _ := condition.String()
	return o.condition(condition, name, "Condition", 0) == yes
}

// sageMakers reports whether a target or policy is in SageMaker's namespace, as
// far as that is said.
func (o owner) sageMakers() bool {
	var others Problems
	quiet := owner{o.template, o.logicalID, &others}
	for _, name := range []string{"ServiceNamespace", "ScalableDimension"} {
		if v, ok := quiet.resolve(o.property(o.logicalID, name), "", 0).(string); ok {
			return strings.HasPrefix(v, autoscaling.ServiceNamespace)
		}
	}
	return true
}

// mayBeOpen are the properties that may hold what only a deployment shows: they
// name things that are not part of the scaling.
var mayBeOpen = regexp.MustCompile(`^Properties\.RoleARN$|\.Dimensions\[\d+\]\.Value$|\.(AlarmDescription|Label)$`)

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
		switch v := o.resolve(written.Values[name], path, 0).(type) {
		case absent:
		case unresolved:
			ok = false
		default:
			properties[name] = v
			ok = o.closed(v, path) && ok
		}
	}
	return properties, ok
}

// closed notes what only a deployment shows, where it has to be known now.
func (o owner) closed(v any, path string) bool {
	ok := true
	switch v := v.(type) {
	case string:
		if openText(v) && !mayBeOpen.MatchString(path) {
			n := find(o.resource(o.logicalID), path)
			o.add(n, path, document.OneLine(v), "only a deployment shows what this is",
				"write the value out, or give the parameter, account or region that it needs")
			return false
		}
	case []any:
		for i, one := range v {
			ok = o.closed(one, item(path, i)) && ok
		}
	case map[string]any:
		for key, one := range v {
			ok = o.closed(one, path+"."+key) && ok
		}
	}
	return ok
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
