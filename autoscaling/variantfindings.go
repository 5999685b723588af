package autoscaling

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InFields is a problem of s.Target(v), below "Target.", or of s.Facts(), below
// "Facts.", with the path in the fields of s.
// A scheduled action that an event has made is "Events", and a policy that the
// figures call for stands where its figure does. "Facts." stays before facts
// that s does not have.
func (s VariantScaling) InFields(v Variant, p problem.Problem) problem.Problem {
	if own, ok := strings.CutPrefix(p.Path, "Facts."); ok {
		for _, field := range []string{"Events", "Zones", "StartTime"} {
			if own == field || strings.HasPrefix(own, field+"[") {
				p.Path = own
			}
		}
		return p
	}
	p.Path = strings.TrimPrefix(p.Path, "Target.")
	if index, field, ok := actionPath(p.Path); ok {
		if index >= len(s.ScheduledActions) {
			p.Path = "Events"
		} else {
			p.Path = fmt.Sprintf("ScheduledActions[%d]%s", index, field)
		}
		return p
	}
	p, _ = s.inOwnFields(v, p)
	return p
}

func actionPath(path string) (index int, field string, ok bool) {
	rest, ok := strings.CutPrefix(path, "ScheduledActions[")
	if !ok {
		return 0, "", false
	}
	number, field, _ := strings.Cut(rest, "]")
	index, err := strconv.Atoi(number)
	return index, field, err == nil
}
