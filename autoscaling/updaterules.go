package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// UpdatedVariant is what the rules of an Update know of a variant.
type UpdatedVariant struct {
	Variant
	// Serverless says that it has no instances, Asynchronous that it works off a queue.
	Serverless, Asynchronous bool
	// MinInstances and MaxInstances are the sizes between which it scales.
	// Default: 0, not known here.
	MinInstances, MaxInstances int
}

// Validate returns everything that is wrong with u for an endpoint of these variants.
func (u Update) Validate(variants []UpdatedVariant) problem.List {
	if ps := problem.UnresolvedNumbers(u); len(ps) > 0 {
		return ps
	}
	ps := u.validateKind(variants)
	if u.Canary != nil {
		ps = append(ps, validateShare("Canary.Size", u.Canary.Size, "a canary", 0, variants)...)
		ps = append(ps, validateWait("Canary.Wait", u.Canary.Wait)...)
	}
	if u.Linear != nil {
		ps = append(ps, validateShare("Linear.Step", u.Linear.Step, "a linear step", minLinearStep, variants)...)
		ps = append(ps, validateWait("Linear.Wait", u.Linear.Wait)...)
	}
	if u.Rolling != nil {
		ps = append(ps, validateShare("Rolling.Batch", u.Rolling.Batch, "a batch", minRollingBatch, variants)...)
		ps = append(ps, validateWait("Rolling.Wait", u.Rolling.Wait)...)
		if u.Rolling.RollbackBatch != nil {
			ps = append(ps, u.Rolling.RollbackBatch.validate().In("Rolling.RollbackBatch")...)
		}
	}
	ps = append(ps, validateWait("TerminationWait", u.TerminationWait)...)
	if outside := u.validateTimeout(); len(outside) > 0 {
		ps = append(ps, outside...)
	} else if len(ps) == 0 {
		ps = u.validateWaits(largest(variants))
	}
	if u.Rollback != nil {
		ps = append(ps, u.Rollback.validate(variants).In("Rollback")...)
		ps = append(ps, u.validateWatch(variants)...)
	}
	return append(ps, u.validateExclusions()...)
}

// inf1 begins the instance types for which SageMaker ignores how an update is asked for.
const inf1 = "ml.inf1."

// validateKind checks that u is of one kind, which the endpoint can have (fact C18).
func (u Update) validateKind(variants []UpdatedVariant) problem.List {
	var ps problem.List
	var kinds []string
	for _, kind := range []struct {
		path  string
		given bool
	}{{"Canary", u.Canary != nil}, {"Linear", u.Linear != nil}, {"Rolling", u.Rolling != nil}} {
		if kind.given {
			kinds = append(kinds, kind.path)
		}
	}
	for _, second := range kinds[min(1, len(kinds)):] {
		ps.Add(second, nil, "an update is of one kind, and «"+kinds[0]+"» is given too", "remove one of the two")
	}
	if u.Rolling != nil && u.TerminationWait != 0 {
		ps.Add("TerminationWait", u.TerminationWait, "a rolling update stops old instances after each batch",
			"remove it, and watch each batch by «Rolling.Wait»")
	}
	if u.Rolling != nil && len(variants) > 1 {
		ps.Add("Rolling", nil, fmt.Sprintf("an endpoint of several variants has no rolling update, this one has %d",
			len(variants)), "use «Canary» or «Linear», or give each variant an endpoint of its own")
	}
	guarded := kinds
	if u.Rollback != nil {
		guarded = append(guarded, "Rollback")
	}
	if u.TerminationWait != 0 {
		guarded = append(guarded, "TerminationWait")
	}
	if len(guarded) == 0 {
		return ps
	}
	for _, v := range variants {
		switch {
		case v.Serverless:
			ps.Add(guarded[0], nil, "SageMaker updates serverless variants all at once and does not watch them",
				"remove it")
		case strings.HasPrefix(v.InstanceType, inf1):
			ps.Add(guarded[0], nil, "SageMaker updates "+v.InstanceType+" all at once and does not watch the new fleet",
				"remove it, or use ml.inf2 instances")
		default:
			continue
		}
		return ps
	}
	return ps
}

// The limits of a step or batch in percent (fact C17), and of a wait.
const (
	maxUpdateShare  = 50
	minLinearStep   = 10
	minRollingBatch = 5
	maxUpdateWait   = time.Hour
)

func validateWait(path string, wait time.Duration) problem.List {
	var ps problem.List
	if wait < 0 || wait > maxUpdateWait || wait%time.Second != 0 {
		fix := "shorten it to 1h or less"
		if wait < 0 {
			fix = "such as 5m"
		} else if wait <= maxUpdateWait {
			fix = "write " + problem.Duration(wait.Round(time.Second))
		}
		ps.Add(path, wait, "a wait is whole seconds from 0s to 1h", fix)
	}
	return ps
}

// validate wants one of the two ways to give s.
func (s FleetShare) validate() problem.List {
	var ps problem.List
	switch {
	case s.Percent != 0 && s.Instances != 0:
		ps.Add("Instances", s.Instances, "«Percent» is given too", "keep one of the two")
	case s.Percent == 0 && s.Instances == 0:
		ps.Add("", nil, "neither «Percent» nor «Instances» is given", "give one of the two")
	case s.Percent < 0 || s.Percent > 100:
		ps.Add("Percent", s.Percent, "a part of a fleet is 1 to 100 %", "such as 20")
	case s.Instances < 0:
		ps.Add("Instances", s.Instances, "a part of a fleet has 1 instance or more", "such as 1")
	}
	return ps
}

// validateShare wants s from least to 50 % of every variant's fleet, whatever size it
// has scaled to: SageMaker refuses the update otherwise.
func validateShare(path string, s FleetShare, what string, least int, variants []UpdatedVariant) problem.List {
	if ps := s.validate(); len(ps) > 0 {
		return ps.In(path)
	}
	var ps problem.List
	limits := fmt.Sprintf("%s is %d to %d %% of the fleet", what, max(least, 1), maxUpdateShare)
	if s.Percent > maxUpdateShare {
		ps.Add(path+".Percent", s.Percent, limits, fmt.Sprintf("lower it to %d or less", maxUpdateShare))
	} else if s.Percent > 0 && s.Percent < least {
		ps.Add(path+".Percent", s.Percent, limits, fmt.Sprintf("raise it to %d or more", least))
	}
	if s.Instances == 0 {
		return ps
	}
	for _, v := range variants {
		most, needed := v.MinInstances*maxUpdateShare/100, ceilDiv(v.MaxInstances*least, 100)
		tooMany, tooFew := v.MaxInstances > 0 && s.Instances > most, s.Instances < needed
		if !tooMany && !tooFew {
			continue
		}
		fix := "give «Percent», which fits every size"
		if tooMany && most >= max(needed, 1) {
			fix = fmt.Sprintf("lower it to %d or less, or ", most) + fix
		} else if tooFew && most >= needed {
			fix = fmt.Sprintf("raise it to %d or more, or ", needed) + fix
		}
		ps.Add(path+".Instances", s.Instances, fmt.Sprintf("%s, and variant %s has %d to %d instances", limits, v.Name,
			v.MinInstances, v.MaxInstances), fix)
		break
	}
	return ps
}

// largest is the most instances that a variant may have, 0 where that is not known.
func largest(variants []UpdatedVariant) (n int) {
	for _, v := range variants {
		n = max(n, v.MaxInstances)
	}
	return n
}

// validateTimeout checks the time-out alone.
func (u Update) validateTimeout() problem.List {
	var ps problem.List
	if u.Timeout == 0 || u.Timeout >= minUpdateTimeout && u.Timeout <= maxUpdateTimeout && u.Timeout%time.Second == 0 {
		return nil
	}
	fix := "write " + problem.Duration(u.Timeout.Round(time.Second))
	if u.Timeout < minUpdateTimeout {
		fix = "raise it to 10m or more"
	} else if u.Timeout > maxUpdateTimeout {
		fix = "lower it to 8h, or leave it out"
	}
	ps.Add("Timeout", u.Timeout, "a time-out is whole seconds from 10m to 8h", fix)
	return ps
}

// validateWaits wants the waits of fleet instances to fit into the time-out (fact C17).
func (u Update) validateWaits(fleet int) problem.List {
	var ps problem.List
	waits := u.Waits(fleet)
	switch sum := "the waits add up to " + problem.Duration(waits) + u.waitsInWords(fleet); {
	case waits >= maxUpdateTimeout:
		ps.Add("", nil, sum+", and an update takes at most 8h", "shorten the wait, or take larger steps")
	case u.Timeout != 0 && waits >= u.Timeout:
		ps.Add("Timeout", u.Timeout, sum+", and instances have to start besides", "raise it over "+
			problem.Duration(waits)+", or shorten a wait, or leave it out")
	}
	return ps
}

// waitsInWords says which waits there are.
func (u Update) waitsInWords(fleet int) string {
	steps, after := "steps", "each"
	switch u.Kind() {
	case UpdateAllAtOnce:
		return ""
	case UpdateCanary:
		after = "the first"
	case UpdateRolling:
		steps = "batches"
	}
	_, wait := u.share()
	words := fmt.Sprintf(": %d %s with a wait of %s after %s", u.Steps(fleet), steps, problem.Duration(wait), after)
	if u.TerminationWait != 0 {
		words += ", and «TerminationWait» of " + problem.Duration(u.TerminationWait)
	}
	return words
}

func (u Update) validateExclusions() problem.List {
	var ps problem.List
	for i, name := range u.ExcludeRetainedVariantProperties {
		at := fmt.Sprintf("ExcludeRetainedVariantProperties[%d]", i)
		switch known := RetainedVariantProperties(); {
		case problem.Unresolved(name):
		case !slices.Contains(known, name):
			ps.Add(at, name, "an update can reset "+strings.Join(known, " and "), "use one of the two, or remove it")
		case slices.Index(u.ExcludeRetainedVariantProperties, name) < i:
			ps.Add(at, name, "it is given twice", "remove one of the two")
		}
	}
	return ps
}
