package cloudformation

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// surround adds what t says of the resources around the scalable target.
func (s *Scaled) surround(t *template) {
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
	if id == "" {
		around.OtherEndpoints = t.namesOf(kind)
		return
	}
	if o.template == t {
		around.Endpoint, around.Unordered = id, !t.follows(s.LogicalID, id)
	}
	if kind == endpointType {
		around.ResetBy = o.resetBy(id)
		if owner, config := t.configuration(name); config != nil {
			around.OtherVariants = owner.variantsBut(variant, config)
		}
	}
}

// namesOf are the names of the resources of a kind in t, nil where one is not known.
func (t *template) namesOf(kind string) []string {
	var names []string
	var others Problems
	o := t.owner("", &others)
	for _, id := range t.root.Get("Resources").Names() {
		if t.kind(id) != kind {
			continue
		}
		name, ok := o.nameOf(id, "", 0)
		if !ok || openText(name) {
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
	return append(found, references(n.Get("Properties"), 0)...)
}

// substituted is what Fn::Sub puts in: a logical ID, and perhaps an attribute.
var substituted = regexp.MustCompile(`\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}`)

// references are the logical IDs that functions in n refer to.
func references(n *document.Node, depth int) []string {
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
		s, _ := first.String()
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
		found = append(found, references(item, depth+1)...)
	}
	for _, key := range n.Names() {
		found = append(found, references(n.Values[key], depth+1)...)
	}
	return found
}
