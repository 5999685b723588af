package changes

import (
	"maps"
	"slices"
	"strings"
)

// targetGroups refuses a target group that stays while its load balancer becomes
// another: a target group serves one load balancer only (fact I3).
func (c *comparison) targetGroups(changes []Change) {
	for i := range changes {
		change := &changes[i]
		if change.Type == listenerRuleType && change.Action != Remove {
			c.anotherListener(change)
		}
		if change.Type != listenerType || change.Action == Remove {
			continue
		}
		balancer := c.to[change.Stack].Resources[change.LogicalID].Properties["LoadBalancerArn"]
		served := c.served(c.from[change.Stack])
		for _, group := range c.groupsOf(c.to[change.Stack], change.LogicalID) {
			before, stands := served[group]
			if stands && !c.replaced[change.Stack][group] && c.differs(change.Stack, before, balancer) {
				stays(change, group)
			}
		}
	}
}

// stays says that a target group cannot follow.
func stays(change *Change, group string) {
	change.worsen(Refused, "target group "+group+" stays with the old load balancer, and it can have one only",
		"Elastic Load Balancing: \"a target group can be used with only one load balancer\" (fact I3)",
		"deploy a second front end beside this one, move the DNS record, then remove the first")
}

// anotherListener refuses a rule for a listener of another load balancer that stands,
// as long as the rules for the old one still have the target group.
func (c *comparison) anotherListener(change *Change) {
	rule := c.to[change.Stack].Resources[change.LogicalID]
	balancer := balancerOf(rule)
	was := c.from[change.Stack].Resources
	for _, group := range groups(rule.Properties["Actions"]) {
		if _, stands := was[group]; !stands || c.replaced[change.Stack][group] {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(was)) {
			before := balancerOf(was[id])
			if before != "" && balancer != "" && before != balancer &&
				slices.Contains(groups(was[id].Properties["Actions"]), group) {
				stays(change, group)
			}
		}
	}
}

// balancerOf returns what in the ARN of a rule's listener is the load balancer's, ""
// for what is no rule, or a rule for a listener of the template's own.
func balancerOf(r Resource) string {
	if r.Type != listenerRuleType {
		return ""
	}
	arn := r.text("ListenerArn")
	return arn[:max(strings.LastIndex(arn, "/"), 0)]
}

// served returns the load balancer of each target group of a template.
func (c *comparison) served(t Template) map[string]any {
	balancers := map[string]any{}
	for id, r := range t.Resources {
		if r.Type == listenerType {
			for _, group := range c.groupsOf(t, id) {
				balancers[group] = r.Properties["LoadBalancerArn"]
			}
		}
	}
	return balancers
}

// groupsOf returns the target groups that a listener and its rules send requests to,
// sorted by logical ID.
func (c *comparison) groupsOf(t Template, listener string) []string {
	ids := groups(t.Resources[listener].Properties["DefaultActions"])
	for _, r := range t.Resources {
		if of, _ := r.Properties["ListenerArn"].(map[string]any); r.Type == listenerRuleType {
			if id, ok := referred(of); ok && id == listener {
				ids = append(ids, groups(r.Properties["Actions"])...)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// groups returns the logical IDs of the target groups in a listener's actions.
func groups(actions any) (ids []string) {
	switch v := actions.(type) {
	case []any:
		for _, e := range v {
			ids = append(ids, groups(e)...)
		}
	case map[string]any:
		for name, e := range v {
			if name == "TargetGroupArn" {
				m, _ := e.(map[string]any)
				if id, ok := referred(m); ok {
					ids = append(ids, id)
				}
				continue
			}
			ids = append(ids, groups(e)...)
		}
	}
	return ids
}
