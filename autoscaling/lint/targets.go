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

// targetTwice compares those whose account and Region are known to be the same.
func targetTwice(s Subject, others []Subject) problem.List {
	var ps problem.List
	for _, o := range others {
		where, same := s.samePlace(o)
		fix := "give each endpoint a name of its own"
		if where == sameTemplate {
			fix = "keep one of the two"
		}
		if same && s.Target.ResourceID == o.Target.ResourceID && s.Target.Dimension == o.Target.Dimension {
			ps.Add("Target.ResourceID", s.Target.ResourceID, o.Name+" scales the same in "+where, fix)
		}
	}
	return ps
}

const sameTemplate = "the same template"

// samePlace reports whether two are in one account and Region, as those of one
// template are, and how that is known.
func (s Subject) samePlace(o Subject) (where string, same bool) {
	switch {
	case s.Around.Template != "" && s.Around.Template == o.Around.Template:
		return sameTemplate, true
	case s.Account != "" && s.Region != "" && s.Account == o.Account && s.Region == o.Region:
		return "account " + s.Account + " and region " + s.Region, true
	}
	return "", false
}
