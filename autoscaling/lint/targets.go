package lint

import "github.com/sagemaker-autoscaling-inference/cdk/internal/problem"

var targetRules = []Rule{
	{
		ID: "target-twice",
		Reason: "a scalable target is one by its account, region, resource and dimension: who deploys last overwrites the " +
			"other's bounds",
		Fact:  "C21",
		Fix:   "give each endpoint a name of its own, or scale it from one stack",
		among: targetTwice,
	},
}

// targetTwice compares those whose account and region are both known.
func targetTwice(s Subject, others []Subject) problem.List {
	var ps problem.List
	for _, o := range others {
		if s.Account != "" && s.Region != "" && s.Account == o.Account && s.Region == o.Region &&
			s.Target.ResourceID == o.Target.ResourceID && s.Target.Dimension == o.Target.Dimension {
			ps.Add("Target.ResourceID", s.Target.ResourceID,
				o.Name+" scales the same in account "+s.Account+" and region "+s.Region,
				"give each endpoint a name of its own")
		}
	}
	return ps
}
