package changes

// targetGroups refuses a target group that stays while its load balancer is
// replaced: a target group serves one load balancer only (fact I3).
func (c *comparison) targetGroups(changes []Change) {
	for i := range changes {
		change := &changes[i]
		if change.Type != listenerType || change.Action == Remove || change.Verdict == Refused {
			continue
		}
		is := c.to[change.Stack].Resources[change.LogicalID]
		was := c.from[change.Stack].Resources[change.LogicalID]
		if !c.differs(change.Stack, was.Properties["LoadBalancerArn"], is.Properties["LoadBalancerArn"]) {
			continue
		}
		for _, id := range c.groupsOf(change.Stack, change.LogicalID, is) {
			if old, stands := c.from[change.Stack].Resources[id]; stands && c.used(change.Stack, id) &&
				!c.replaced[address{change.Stack, id}] && old.Type == targetGroupType {
				change.worsen(Refused, "target group "+id+" stays with the old load balancer, and it can have one only",
					"Elastic Load Balancing: \"a target group can be associated with one load balancer only\" (fact I3)",
					"deploy a second front end beside this one, move the DNS record, then remove the first")
			}
		}
	}
}

// groupsOf returns the target groups that a listener and its rules send requests to.
func (c *comparison) groupsOf(stack, listener string, is Resource) []string {
	ids := groups(is.Properties["DefaultActions"])
	for _, r := range c.to[stack].Resources {
		if of, _ := r.Properties["ListenerArn"].(map[string]any); r.Type == listenerRuleType {
			if id, ok := referred(of); ok && id == listener {
				ids = append(ids, groups(r.Properties["Actions"])...)
			}
		}
	}
	return ids
}

// used says whether a listener or a rule that stands sends requests to the group.
func (c *comparison) used(stack, group string) bool {
	for _, r := range c.from[stack].Resources {
		for _, property := range []string{"DefaultActions", "Actions"} {
			for _, id := range groups(r.Properties[property]) {
				if id == group {
					return true
				}
			}
		}
	}
	return false
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
