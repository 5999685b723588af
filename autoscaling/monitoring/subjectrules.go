package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Validate returns everything wrong with settings for s. Paths of s begin with Variants,
// others are those of the settings.
func (s Subject) Validate(set Settings) problem.List {
	ps := set.Validate()
	_, gateways := s.gateways()
	for _, g := range gateways {
		if d := set.LatencyObjective; g.RequestTimeout > 0 && d >= g.RequestTimeout {
			ps.Add("LatencyObjective", d, fmt.Sprintf("the gateway ends a request after %s, so that none takes longer",
				problem.Duration(g.RequestTimeout)), "lower it to what users wait for, such as 500ms")
			break
		}
	}
	switch {
	case s.Asynchronous && set.LatencyObjective != 0:
		ps.Add("LatencyObjective", set.LatencyObjective, "requests of an asynchronous endpoint wait in a queue",
			"give «Thresholds.BacklogAge» instead")
	case !s.Asynchronous && set.Thresholds.BacklogAge != 0:
		ps.Add("Thresholds.BacklogAge", set.Thresholds.BacklogAge, "only asynchronous endpoints have a backlog", "remove it")
	}
	names := make([]string, len(s.Variants))
	for i, v := range s.Variants {
		names[i] = v.Name
	}
	for i, v := range s.Variants {
		others := slices.Concat(names[:i], names[i+1:])
		if v.CanaryOf == "" || slices.Contains(others, v.CanaryOf) {
			continue
		}
		fix := "remove it, since the endpoint has one variant"
		if len(others) > 0 {
			fix = "give one of " + strings.Join(others, ", ")
		}
		ps.Add(fmt.Sprintf("Variants[%d].CanaryOf", i), v.CanaryOf, "the endpoint has no other variant of this name", fix)
	}
	return ps
}
