package changes

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// Compare says what the deployment of to does where from stands, for each resource
// that it touches, stack by stack in the order of to and the removed ones last.
// A stack that stands and is not in to is left alone, as cdk deploy leaves it.
func Compare(from, to []Stack) []Change {
	c := comparison{from: byName(from), to: byName(to), replaced: map[string]map[string]bool{}}
	c.propagate(to)
	var changes []Change
	for _, s := range to {
		changes = append(changes, c.stack(s.Name)...)
	}
	c.endpoints(changes)
	c.collisions(changes)
	c.targetGroups(changes)
	c.shared(changes)
	return changes
}

// comparison is what stands and what shall stand, by the stack's name, and the logical
// IDs of what CloudFormation replaces there.
type comparison struct {
	from, to map[string]Template
	replaced map[string]map[string]bool
}

func byName(stacks []Stack) map[string]Template {
	templates := map[string]Template{}
	for _, s := range stacks {
		templates[s.Name] = s.Template
	}
	return templates
}

// propagate finds the resources that are replaced. One that is replaced has another
// name and ARN, which may be what a create-only property of the next one holds.
func (c *comparison) propagate(to []Stack) {
	for _, s := range to {
		c.replaced[s.Name] = map[string]bool{}
	}
	for found := true; found; {
		found = false
		for _, s := range to {
			for id, is := range s.Template.Resources {
				was, stands := c.from[s.Name].Resources[id]
				if stands && !c.replaced[s.Name][id] && c.replaces(s.Name, was, is) {
					c.replaced[s.Name][id], found = true, true
				}
			}
		}
	}
}

// replaces says whether a create-only property of the resource changes.
func (c *comparison) replaces(stack string, was, is Resource) bool {
	return was.Type == is.Type && len(c.fixed(stack, was, is)) > 0
}

// fixed returns the create-only properties of a resource that change.
func (c *comparison) fixed(stack string, was, is Resource) (changed []string) {
	paths, _ := createOnly(is.Type)
	for _, path := range paths {
		if c.differs(stack, at(was.Properties, path), at(is.Properties, path)) {
			changed = append(changed, path)
		}
	}
	return changed
}

// at returns the value at a path such as DnsOptions/PrivateDnsPreference, nil where
// there is none.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, "/") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// differs says whether a value is another after the deployment: it is written in
// another way, or it refers to something that is replaced.
func (c *comparison) differs(stack string, was, is any) bool {
	return !reflect.DeepEqual(was, is) || c.moves(stack, is, 0)
}

// maxDepth is how deep outputs may refer to outputs.
const maxDepth = 20

// moves says whether a value, written as before, refers to something replaced.
func (c *comparison) moves(stack string, v any, depth int) bool {
	return cloudformation.RefersTo(v, c.replaced[stack]) != "" || found(v, func(m map[string]any) bool {
		other, output, ok := stackOutput(m)
		if !ok || depth == maxDepth {
			return false
		}
		was, is := c.from[other].Outputs[output].Value, c.to[other].Outputs[output].Value
		return is != nil && (!reflect.DeepEqual(was, is) || c.moves(other, is, depth+1))
	})
}

// stack compares one stack's resources, sorted by logical ID.
func (c *comparison) stack(name string) []Change {
	was, is := c.from[name].Resources, c.to[name].Resources
	ids := slices.Sorted(maps.Keys(is))
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if _, stays := is[id]; !stays {
			ids = append(ids, id)
		}
	}
	var changes []Change
	for _, id := range ids {
		old, stands := was[id]
		made, stays := is[id]
		change := Change{Stack: name, LogicalID: id, Type: cmp.Or(made.Type, old.Type), Path: cmp.Or(made.path(), old.path())}
		switch {
		case change.Type == "AWS::CDK::Metadata":
			continue
		case !stands:
			change.Action = Add
		case !stays:
			change.Action = Remove
			removed(&change, old)
		case old.Type != made.Type:
			change.Action = Replace
			change.worsen(Refused, "CloudFormation does not change the type of a resource: it is "+old.Type+" now",
				"CloudFormation: \"Update of resource type is not permitted\"",
				"give the construct another ID, so that the old resource is removed and the new one added")
		default:
			change.Properties = c.properties(name, old, made)
			if len(change.Properties) == 0 {
				continue
			}
			change.Action = Update
			if c.replaced[name][id] {
				change.Action = Replace
			}
			c.updated(&change, old, made)
		}
		changes = append(changes, change)
	}
	return changes
}

// properties returns the names of the properties that change, sorted.
func (c *comparison) properties(stack string, was, is Resource) []string {
	names := maps.Clone(is.Properties)
	if names == nil {
		names = map[string]any{}
	}
	maps.Copy(names, was.Properties)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool {
		return !c.differs(stack, was.Properties[name], is.Properties[name])
	})
}
