package autoscaling

import (
	"fmt"
	"strconv"
	"strings"
)

// InFields is a finding about the Subject of s.Target(v) and of facts that begin
// with s.Facts, with the path in the fields of s: who has given s finds it there.
// A scheduled action that an event has made is "Events", and a policy that the
// figures call for stands where its figure does. "Facts." stays before facts
// that s does not have.
func (s VariantScaling) InFields(v Variant, f Finding) Finding {
	if own, ok := strings.CutPrefix(f.Path, "Facts."); ok {
		for _, field := range []string{"Events", "Zones", "StartTime"} {
			if own == field || strings.HasPrefix(own, field+"[") {
				f.Path = own
			}
		}
		return f
	}
	f.Path = strings.TrimPrefix(f.Path, "Target.")
	if index, field, ok := actionPath(f.Path); ok {
		if index >= len(s.ScheduledActions) {
			f.Path = "Events"
		} else {
			f.Path = fmt.Sprintf("ScheduledActions[%d]%s", index, field)
		}
		return f
	}
	f.Problem, _ = s.inOwnFields(v, f.Problem)
	return f
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
