package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// alarm is a CloudWatch alarm that may set off a policy.
type alarm struct {
	owner
	// problems are of interest where it sets off a policy that is.
	problems Problems
	// actions are what it sets off.
	actions []string
	// properties are those that the model has; whole says that all are there.
	properties map[string]any
	whole      bool
}

// besideScaling are what an alarm may say beyond what sets a policy off.
var besideScaling = []string{"AlarmName", "AlarmActions", "OKActions", "InsufficientDataActions", "Tags"}

// alarms are those of t that set off a policy of t.
func (t *template) alarms() []*alarm {
	var found []*alarm
	for _, id := range t.root.Get("Resources").Names() {
		if t.kind(id) != alarmType || !t.setsOffPolicy(id) {
			continue
		}
		a := &alarm{}
		a.owner = t.owner(id, &a.problems)
		if a.stands() == yes {
			a.read()
		} else if len(a.problems) == 0 {
			continue // its condition says that it is not made
		}
		a.actions = a.targets()
		found = append(found, a)
	}
	return found
}

// targets are what the alarm sets off, as far as that is known: those that are
// not policies may be whatever they are.
func (a *alarm) targets() []string {
	var others Problems
	var found []string
	for _, action := range items(a.property(a.logicalID, "AlarmActions")) {
		if s, ok := text(a.template.owner(a.logicalID, &others).resolve(action, "", 0)); ok {
			found = append(found, s)
		}
	}
	return found
}

func (a *alarm) read() {
	a.properties, a.whole = a.owner.properties(besideScaling...)
	if enabled, _ := text(a.properties["ActionsEnabled"]); enabled == "false" {
		n := a.property(a.logicalID, "ActionsEnabled")
		a.add(n, "Properties.ActionsEnabled", shown(n),
			"the alarm's actions are switched off, so that its policy never acts",
			"switch them on, or remove alarm and policy")
		a.whole = false
	}
	delete(a.properties, "ActionsEnabled")
}

// setsOffPolicy reports whether an alarm's actions refer to a policy of t.
func (t *template) setsOffPolicy(id string) bool {
	actions := t.property(id, "AlarmActions")
	if actions == nil {
		return false
	}
	for _, policyID := range t.root.Get("Resources").Names() {
		refers := func(n *document.Node) bool { return mentions(n, policyID, 0) }
		if t.kind(policyID) == policyType && slices.ContainsFunc(actions.Items, refers) {
			return true
		}
	}
	return false
}

// mentions reports whether a reference to id stands in n.
func mentions(n *document.Node, id string, depth int) bool {
	if depth > maxDepth {
		return false
	}
	if s, ok := n.String(); ok {
		return s == id || strings.Contains(s, "${"+id+"}") || strings.HasPrefix(s, id+".")
	}
	inner := func(child *document.Node) bool { return mentions(child, id, depth+1) }
	return slices.ContainsFunc(n.Items, inner) || slices.ContainsFunc(slices.Collect(maps.Values(n.Values)), inner)
}

// setsOff reports whether the alarm refers to the policy: by Ref or by its ARN.
func (a *alarm) setsOff(p *policy) bool {
	return a.template == p.template && slices.ContainsFunc(a.actions, func(action string) bool {
		return action == "${"+p.logicalID+"}" || action == "${"+p.logicalID+".Arn}"
	})
}
