package autoscaling

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

var rules = []Rule{
	{
		ID:     "cooldown-short",
		Reason: "a cooldown shorter than the start time scales in what has just begun to serve, and out again",
		Fact:   "A22",
		check:  cooldownShort,
	},
}

func cooldownShort(s Subject) invalid.Problems {
	var ps invalid.Problems
	for i, p := range s.Target.Policies {
		if !p.DisableScaleIn && p.ScaleInCooldown < s.Facts.StartTime {
			ps.Add(fmt.Sprintf("Target.Policies[%d].ScaleInCooldown", i), p.ScaleInCooldown,
				fmt.Sprintf("the cooldown is shorter than the %s that an instance takes to start", s.Facts.StartTime),
				fmt.Sprintf("set it to %s or more", s.Facts.StartTime))
		}
	}
	return ps
}
