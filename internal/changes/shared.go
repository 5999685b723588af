package changes

import (
	"fmt"
	"maps"
	"slices"
)

// shared refuses what is deleted while another stack still uses it: each stack is
// deployed before those that read its outputs, and CloudFormation deletes at the end
// of the first.
func (c *comparison) shared(changes []Change) {
	for i := range changes {
		change := &changes[i]
		if change.Action != Remove && change.Action != Replace || noticed[change.Type] == "" {
			continue
		}
		was, is := c.from[change.Stack].Resources[change.LogicalID], c.to[change.Stack].Resources[change.LogicalID]
		if change.Action == Remove && retained(was.DeletionPolicy) || retained(is.UpdateReplacePolicy) {
			continue
		}
		user, uses := c.userOf(address{change.Stack, change.LogicalID})
		if !uses {
			continue
		}
		const way = "deploy that stack first, with npx cdk deploy --exclusively, if it needs nothing new of this one; " +
			"or make a second environment beside this one, move the clients, and destroy the first"
		change.worsen(Refused, fmt.Sprintf("stack %s uses it still when this stack's update deletes it", user),
			"CloudFormation updates stack by stack, and deletes at the end of each stack's update (fact I7)", way)
	}
}

// userOf returns the name of another stack that stands and reads an output which
// refers to the resource.
func (c *comparison) userOf(of address) (stack string, ok bool) {
	outputs := map[string]bool{}
	for name, o := range c.from[of.stack].Outputs {
		if refersTo(o.Value, of.id) {
			outputs[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.from)) {
		for _, r := range c.from[name].Resources {
			if name != of.stack && readsOutput(r.Properties, of.stack, outputs) {
				return name, true
			}
		}
	}
	return "", false
}

// refersTo says whether a value refers to a resource of its own stack.
func refersTo(v any, id string) bool {
	return found(v, func(m map[string]any) bool {
		of, ok := referred(m)
		return ok && of == id
	})
}

// readsOutput says whether a value reads one of a stack's outputs.
func readsOutput(v any, stack string, outputs map[string]bool) bool {
	return found(v, func(m map[string]any) bool {
		from, output, ok := stackOutput(m)
		return ok && from == stack && outputs[output]
	})
}

// found says whether a mapping within v is what is looked for.
func found(v any, is func(map[string]any) bool) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return found(e, is) })
	case map[string]any:
		if is(v) {
			return true
		}
		for _, e := range v {
			if found(e, is) {
				return true
			}
		}
	}
	return false
}
