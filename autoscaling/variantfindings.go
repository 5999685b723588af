package autoscaling

import (
	"strconv"
	"strings"
)

// variantNames stands for the names that a target's resource ID is made of.
const variantNames = "Variant.EndpointName"

// Address is where s decides about a path of s.Target(v), which begins with
// "Target.", or of s.Facts(), which begins with "Facts.": that of its own field.
// "Facts." stays before facts that s does not have.
func (s VariantScaling) Address(v Variant, path string) string {
	if own, ok := strings.CutPrefix(path, "Facts."); ok {
		for _, field := range []string{"Events", "Zones", "StartTime"} {
			if own == field || strings.HasPrefix(own, field+"[") {
				return s.grouped(own)
			}
		}
		return path
	}
	if path == "Target.ResourceID" {
		return variantNames
	}
	return s.addresses(v)(strings.TrimPrefix(path, "Target."))
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
