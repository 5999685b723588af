package changes

import "slices"

// targetGroups refuses a target group that stays while its load balancer becomes
// another: a target group serves one load balancer only (fact I3).
func (c *comparison) targetGroups(changes []Change) {
	for i := range changes {
		change := &changes[i]
		if change.Type != listenerType || change.Action == Remove {
			continue
		}
		balancer := c.to[change.Stack].Resources[change.LogicalID].Properties["LoadBalancerArn"]
		served := c.served(c.from[change.Stack])
		for _, group := range c.groupsOf(c.to[change.Stack], change.LogicalID) {
			before, stands := served[group]
			if stands && !c.replaced[change.Stack][group] && c.differs(change.Stack, before, balancer) {
				change.worsen(Refused, "target group "+group+" stays with the old load balancer, and it can have one only",
					"Elastic Load Balancing: \"a target group can be used with only one load balancer\" (fact I3)",
					"deploy a second front end beside this one, move the DNS record, then remove the first")
			}
		}
	}
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
