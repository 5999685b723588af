package cloudformation

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// surround adds what t says of the resources around the scalable target. resourceID
// is the target's as the template has it, in which names may be open. What only a
// deployment shows is nothing missing, and neither is what stands in a part that is
// not read.
func (s *Scaled) surround(t *template, resourceID string) {
	around := &s.Subject.Around
	around.Template = strings.TrimSpace(t.File + " " + t.Stack)
	kind, variant := componentType, ""
	name, isComponent := strings.CutPrefix(s.Subject.Target.ResourceID, "inference-component/")
	if !isComponent {
		kind = endpointType
		if name, variant = variantOf(s.Subject.Target.ResourceID); name == "" {
			return
		}
	}
	o, id := t.lookup(kind, name)
	switch {
	case id == "":
		if !openText(resourceID) && !t.partly() {
			around.OtherEndpoints = t.namesOf(kind, name)
		}
		return
	case len(o.called(kind, name)) > 1:
		return
	case o.template == t:
		around.Endpoint = id
		around.Unordered = t.resource(s.LogicalID).Get(transformKey) == nil && !t.follows(s.LogicalID, id)
	}
	if kind == endpointType {
		around.ResetBy = o.resetBy(id)
		_, wanted, _ := strings.Cut(openPart.ReplaceAllString(resourceID, "${}"), "/variant/")
		if owner, config := t.configuration(name); config != nil && !openText(wanted) && !t.partly() {
			around.OtherVariants = owner.variantsBut(variant, config)
		}
	}
}

// partly reports whether a part of the templates is not read.
func (t *template) partly() bool {
	var r Reading
	for _, one := range *t.stacks {
		one.unread(&r)
	}
	return len(r.Unread) > 0
}

// namesOf are the names of the resources of a kind in t, without those whose condition
// is false. It is nil where one is not known, or where one is the wanted name but for
// its case: the ARN that Ref gives has it in lower case.
func (t *template) namesOf(kind, wanted string) []string {
	var names []string
	var others Problems
	for _, id := range t.root.Get("Resources").Names() {
		o := t.owner(id, &others)
		if t.kind(id) != kind || o.stands() == no {
			continue
		}
		name, ok := o.openName(id, "", 0)
		if !ok || openText(name) || strings.EqualFold(name, wanted) {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// variantsBut are the names of a configuration's variants, nil where the wanted one is
// among them, or one is not known.
func (o owner) variantsBut(wanted string, config *document.Node) []string {
	var names []string
	for _, list := range []string{"ProductionVariants", "ShadowProductionVariants"} {
		variants := config.Get(list)
		if variants == nil {
			continue
		}
		if variants.Kind != document.Sequence {
			return nil
		}
		for _, n := range variants.Items {
			name, ok := o.quietText(n.Get("VariantName"))
			if !ok || name == wanted {
				return nil
			}
			names = append(names, name)
		}
	}
	return names
}

// resetBy is the property because of which an update of an endpoint starts the initial
// instance counts again (facts C7 and C8), "" where none does or it is not known.
func (o owner) resetBy(id string) string {
	retained := o.property(id, lint.NotRetained)
	if retained == nil {
		if o.resource(id).Get(transformKey) != nil || o.property(id, transformKey) != nil {
			return ""
		}
		return lint.NotRetained
	}
	switch v := o.resolve(retained, "", 0).(type) {
	case absent:
		return lint.NotRetained
	case unresolved:
		return ""
	default:
		if s, _ := text(v); s == "false" {
			return lint.NotRetained
		}
	}
	excluded := o.property(id, lint.Excluded)
	if excluded == nil {
		return ""
	}
	for _, n := range excluded.Items {
		if kind, _ := o.quietText(n.Get("VariantPropertyType")); kind == "DesiredInstanceCount" {
			return lint.Excluded
		}
	}
	return ""
}

// copyOf is what an inference component sets aside of an instance.
func (o owner) copyOf(component string) lint.Copy {
	n := o.property(component, "Specification").Get("ComputeResourceRequirements")
	var c lint.Copy
	c.Accelerators, _ = o.count(n.Get("NumberOfAcceleratorDevicesRequired"))
	c.MinMemoryMB, _ = o.count(n.Get("MinMemoryRequiredInMb"))
	c.CPUCores, _ = o.amount(n.Get("NumberOfCpuCoresRequired"))
	return c
}

// follows reports whether CloudFormation makes the resource from after the resource
// to: because of DependsOn or a reference, also by way of other resources.
func (t *template) follows(from, to string) bool {
	seen := map[string]bool{from: true}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for _, id := range t.dependencies(next[0]) {
			if id == to {
				return true
			}
			if !seen[id] && t.resource(id) != nil {
				seen[id] = true
				next = append(next, id)
			}
		}
	}
	return false
}

// dependencies are the logical IDs that a resource names.
func (t *template) dependencies(id string) []string {
	n := t.resource(id)
	var found []string
	if dependsOn := n.Get("DependsOn"); dependsOn != nil {
		for _, one := range append(slices.Clone(dependsOn.Items), dependsOn) {
			if s, ok := one.String(); ok {
				found = append(found, s)
			}
		}
	}
	var others Problems
	return append(found, t.owner(id, &others).refersTo(n.Get("Properties"), 0)...)
}

// substituted is what Fn::Sub puts in: a logical ID, and perhaps an attribute.
var substituted = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}`)

// refersTo are the logical IDs that functions in n refer to.
func (o owner) refersTo(n *document.Node, depth int) []string {
	if n == nil || depth > maxDepth {
		return nil
	}
	var found []string
	name, argument := function(n)
	if argument != nil {
		first := argument
		if len(argument.Items) > 0 {
			first = argument.Items[0]
		}
		s, isText := first.String()
		if !isText { // with AWS::LanguageExtensions a function may give it
			s, _ = o.quietText(first)
		}
		switch name {
		case "Ref":
			found = append(found, s)
		case "Fn::GetAtt":
			id, _, _ := strings.Cut(s, ".")
			found = append(found, id)
		case "Fn::Sub":
			for _, m := range substituted.FindAllStringSubmatch(s, -1) {
				found = append(found, m[1])
			}
		}
	}
	for _, item := range n.Items {
		found = append(found, o.refersTo(item, depth+1)...)
	}
	for _, key := range n.Names() {
		found = append(found, o.refersTo(n.Values[key], depth+1)...)
	}
	return found
}
