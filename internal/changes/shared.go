package changes

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
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
		user, uses := c.userOf(change.Stack, change.LogicalID)
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
func (c *comparison) userOf(stack, id string) (user string, ok bool) {
	outputs := map[string]bool{}
	for name, o := range c.from[stack].Outputs {
		if cloudformation.RefersTo(o.Value, map[string]bool{id: true}) != "" {
			outputs[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.from)) {
		for _, r := range c.from[name].Resources {
			if name != stack && readsOutput(r.Properties, stack, outputs) {
				return name, true
			}
		}
	}
	return "", false
}

// readsOutput says whether a value reads one of a stack's outputs.
func readsOutput(v any, stack string, outputs map[string]bool) bool {
	return found(v, func(m map[string]any) bool {
		from, output, ok := stackOutput(m)
		return ok && from == stack && outputs[output]
	})
}
