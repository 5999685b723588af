package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var endpointRules = []Rule{
	{
		ID: "count-not-retained",
		Reason: "an update of the endpoint starts the initial instance count again, whatever scaling has made of it, also " +
			"in the middle of an event",
		Fact:  "C7",
		Fix:   "set `RetainAllVariantProperties` to true, and exclude no `DesiredInstanceCount`",
		check: countNotRetained,
	},
	{
		ID: "endpoint-missing",
		Reason: "the template has endpoints, or inference components, and none has the name in the target's resource ID: " +
			"what is scaled is another one, or none",
		Fact:  "A4",
		Fix:   "make the resource ID of a reference to the endpoint",
		check: endpointMissing,
	},
	{
		ID: "initial-below-min",
		Reason: "each update of the endpoint starts fewer instances than the minimum, which is asserted again only when " +
			"the scalable target is registered again or something scales",
		Fact:  "C7",
		Fix:   "let the endpoint retain the variant's properties",
		check: initialBelowMin,
	},
	{
		ID: "target-unordered",
		Reason: "CloudFormation may register the target before it makes the endpoint, which fails, and deletes the " +
			"endpoint before the target",
		Fact:  "C15",
		Fix:   "add `DependsOn`, or make the resource ID of a reference to the endpoint",
		check: targetUnordered,
	},
}

// retainFix says how the endpoint keeps the count through an update, where property
// is the one to change.
func retainFix(resetBy, property string) string {
	if resetBy == Excluded {
		return "remove DesiredInstanceCount from " + property
	}
	return "set " + property + " to true"
}

func countNotRetained(s Subject) problem.List {
	var ps problem.List
	if s.Around.ResetBy == "" || s.Target.Dimension != autoscaling.VariantInstanceCount {
		return ps
	}
	count := "the initial one"
	if s.Variant != nil && s.Variant.InitialInstanceCount > 0 {
		count = fmt.Sprint(s.Variant.InitialInstanceCount)
	}
	ps.Add("Endpoint."+s.Around.ResetBy, nil,
		"an update of the endpoint sets the instance count to "+count+" again, whatever scaling has made of it",
		retainFix(s.Around.ResetBy, "it"))
	return ps
}

func initialBelowMin(s Subject) problem.List {
	var ps problem.List
	if s.Around.ResetBy == "" || s.Target.Dimension != autoscaling.VariantInstanceCount || s.Variant == nil {
		return ps
	}
	if n := s.Variant.InitialInstanceCount; n > 0 && n < s.Target.MinCapacity {
		ps.Add("Variant.InitialInstanceCount", n,
			fmt.Sprintf("each update of the endpoint starts with it again, below the minimum of %d instances",
				s.Target.MinCapacity),
			fmt.Sprintf("%s, or set this to %d", retainFix(s.Around.ResetBy, s.Around.ResetBy+" of the endpoint"),
				s.Target.MinCapacity))
	}
	return ps
}

func endpointMissing(s Subject) problem.List {
	var ps problem.List
	others := s.Around.OtherEndpoints
	if len(others) == 0 {
		return ps
	}
	kind, name := "endpoint", ""
	if parts := strings.Split(s.Target.ResourceID, "/"); len(parts) > 1 {
		name = parts[1]
	}
	if s.Target.Dimension == autoscaling.InferenceComponentCopyCount {
		kind = "inference component"
	}
	nearest := slices.MinFunc(others, func(a, b string) int {
		return problem.Distance(a, name) - problem.Distance(b, name)
	})
	ps.Add("Target.ResourceID", s.Target.ResourceID,
		"the template has no "+kind+" of this name, it has "+strings.Join(others, ", "),
		"refer to the "+kind+" that is meant, such as "+nearest+", or acknowledge that it is made elsewhere")
	return ps
}

func targetUnordered(s Subject) problem.List {
	var ps problem.List
	if s.Around.Unordered {
		ps.Add("Target.ResourceID", s.Target.ResourceID,
			"the template does not say that the target comes after "+s.Around.Endpoint,
			"add DependsOn: "+s.Around.Endpoint+" to the scalable target, or make the resource ID of a reference to it")
	}
	return ps
}
