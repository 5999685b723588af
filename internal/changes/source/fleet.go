package source

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

// Fleet says how many instances a new fleet needs at once, and whether a quota of so
// many instances holds them; 0 is no quota told. It is "" where no new fleet starts,
// and for a side that is no environment file or has no instances that scale.
func (s Side) Fleet(verdict changes.Verdict, quota int) string {
	if !s.IsFile() || verdict == changes.InPlace {
		return ""
	}
	least, most := 0, 0
	for _, v := range s.Environment.ProductionVariants() {
		if v.Serverless == nil {
			least += v.Scaling.MinCapacity
			most += v.Scaling.MaxCapacity
		}
	}
	if most == 0 {
		return ""
	}
	update := s.Environment.Update
	text := fmt.Sprintf("Kind of update: %s. A fleet of %d takes %d instances at a time, a fleet of %d takes %d.",
		update.Kind(), least, update.Instances(least), most, update.Instances(most))
	if quota == 0 {
		return text
	}
	holds := 0
	for fleet := 1; fleet <= most && update.Instances(fleet) <= quota; fleet++ {
		holds = fleet
	}
	if holds == most {
		return text + fmt.Sprintf(" The quota of %d holds them.", quota)
	}
	return text + fmt.Sprintf(" The quota of %d holds the update of a fleet of %d at most.", quota, holds)
}
