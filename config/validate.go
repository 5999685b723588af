package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// source is what rules need to know of a file beyond the values: a rule that
// rests on a value that was reported says nothing.
type source struct {
	// given reports whether the file says something at a YAML path.
	given func(path string) bool
	// faulty reports whether what it says there has been reported.
	faulty func(path string) bool
	// touched reports whether that, or anything within it, has been reported.
	touched func(path string) bool
	// fleetIsSound says that nothing is wrong with the instances or copies and
	// their events, from which the front end is computed.
	fleetIsSound bool
}

// validate returns what no schema can see, with YAML paths. Fields that are zero
// are not known, and nothing is said about them.
func validate(e Environment, src source) problem.List {
	variants, fleet := validateVariants(e, src)
	components, copies := validateComponents(e, src)
	src.fleetIsSound = len(fleet) == 0 && len(copies) == 0 && e.onlyVariant().serving() == realTime &&
		!slices.ContainsFunc(append([]string{"variants", componentsPath}, singularKeys...), src.touched)
	var entrance problem.List
	if e.HasFrontend() && src.given("network") {
		if e.Frontend.ExistingListener != nil {
			entrance = validateRouteNetwork(e, src)
		} else {
			entrance = validateNetwork(e, src)
		}
	}
	if e.HasFrontend() && src.given("frontend") {
		entrance = append(entrance, validateFrontend(e, src)...)
		if e.Frontend.ExistingListener == nil {
			entrance = append(entrance, validateLoadBalancer(e, src)...)
		}
	}
	return withPruning(e.Name, slices.Concat(
		entrance,
		validateServing(e, src),
		validateAsynchronous(e.Endpoint.Asynchronous, e.Region, src.faulty),
		validateVolumeKey(e, src),
		validateDataCapture(e, src),
		validateServerless(e, src),
		validateOwnModel(e, src),
		variants, fleet,
		validateShadow(e, src),
		components, copies,
		validateUpdate(e, src),
		validateMonitoring(e, src),
		validateTags(e.Tags),
		validateAcknowledgments(e),
	))
}

// withPruning tells, where the events of variants are too many, what removes those that
// are over.
func withPruning(name string, ps problem.List) problem.List {
	for i, p := range ps {
		if p.Kind == events.OverQuota && !within(p.Path, componentsPath) {
			ps[i].Fix += fmt.Sprintf("; \"make prune-events ENV=%s\" removes those that are over", name)
		}
	}
	return ps
}

// maxStartTime is where a start time is rather a slip of the unit: SageMaker
// itself gives a container and its download an hour each at most (fact C29).
const maxStartTime = 2 * time.Hour

func validateCapacity(path string, c autoscaling.Capacity) problem.List {
	var ps problem.List
	if c.StartTime <= 0 || c.StartTime > maxStartTime {
		ps.Add(path+".startTime", c.StartTime, "an instance takes over 0s and at most 2h to start",
			"take it from the endpoint's scaling activities, such as 6m")
	}
	return ps
}
