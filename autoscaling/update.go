package autoscaling

import "time"

// Update is how SageMaker exchanges the fleet of an endpoint whose configuration is
// replaced (facts C16 to C19): with Canary, Linear or Rolling, one of them at most, or
// with none of them all at once. All at once, Canary and Linear are blue/green: a
// complete new fleet starts beside the old one, then the traffic shifts.
type Update struct {
	// Canary shifts the traffic in two steps: a part of the new fleet first, and the
	// rest after a wait. Default: none.
	Canary *Canary `json:"canary,omitempty"`
	// Linear shifts the traffic in equal steps, with a wait after each.
	// Default: none.
	Linear *Linear `json:"linear,omitempty"`
	// Rolling starts, waits and stops batch by batch, so that no second fleet is
	// needed. Default: none.
	Rolling *Rolling `json:"rolling,omitempty"`
	// TerminationWait is how long the old fleet stands beside the new one after all
	// traffic has shifted, 0s to 1h. An alarm of Rollback still shifts it back then.
	// A rolling update has none. Default: 0s.
	TerminationWait time.Duration `json:"terminationWait,omitempty"`
	// Timeout is the longest that the whole update may take, 10m to 8h; an update that
	// takes longer fails. It is over the sum of the waits.
	// Default: the waits, and 2h for the instances of each batch to start, which is
	// what SageMaker gives a container and its download (fact C29); 8h at most.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Rollback is the alarms that make SageMaker go back to the old fleet.
	// Default: none, it goes back only where the new fleet does not start.
	Rollback *Rollback `json:"rollback,omitempty"`
	// ExcludeRetainedVariantProperties are the properties of the variants that an
	// update resets to the configuration's (facts C7 and C8). DesiredInstanceCount
	// resets the fleet to its initial instance count, whatever it has scaled to: an
	// update during a surge then shrinks it. DesiredWeight resets the variants' shares
	// of the traffic. Default: none, the running fleet keeps its size and its weights.
	ExcludeRetainedVariantProperties []string `json:"excludeRetainedVariantProperties,omitempty" jsonschema:"minItems=1"`
}

// Canary is a blue/green update in two steps.
type Canary struct {
	// Size is the part of the new fleet that gets traffic first, 50 % at most.
	Size FleetShare `json:"size"`
	// Wait is how long it is watched before the rest follows, 0s to 1h.
	Wait time.Duration `json:"wait"`
}

// Linear is a blue/green update in equal steps.
type Linear struct {
	// Step is the part of the new fleet that each step adds, 10 to 50 %.
	Step FleetShare `json:"step"`
	// Wait is how long each step is watched before the next, 0s to 1h.
	Wait time.Duration `json:"wait"`
}

// Rolling is an update batch by batch: a batch of new instances starts and gets
// traffic, and after a wait as many old ones stop. SageMaker has it for endpoints with
// one variant on instances (fact C18).
type Rolling struct {
	// Batch is the most that is exchanged at once, 5 to 50 % of the fleet.
	Batch FleetShare `json:"batch"`
	// RollbackBatch is the most that a rollback exchanges at once. Default: 100 %, the
	// old fleet comes back at once, which needs up to a second fleet (fact C17).
	RollbackBatch *FleetShare `json:"rollbackBatch,omitempty"`
	// Wait is how long each batch is watched before the next, 0s to 1h.
	Wait time.Duration `json:"wait"`
}

// FleetShare is a part of a fleet: in percent or in instances, one of the two.
type FleetShare struct {
	// Percent is the part in percent of the fleet. Default: none, Instances says it.
	Percent int `json:"percent,omitempty" jsonschema:"minimum=1,maximum=100"`
	// Instances is the part in instances, whatever the fleet has. Default: none,
	// Percent says it.
	Instances int `json:"instances,omitempty" jsonschema:"minimum=1"`
}

// Of returns how many of fleet's instances s is, rounded up, and at most all.
func (s FleetShare) Of(fleet int) int {
	if s.Percent > 0 {
		return ceilDiv(fleet*s.Percent, 100)
	}
	return min(s.Instances, fleet)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// UpdateKind names a kind of update.
type UpdateKind string

// The kinds of updates.
const (
	UpdateAllAtOnce UpdateKind = "all at once"
	UpdateCanary    UpdateKind = "canary"
	UpdateLinear    UpdateKind = "linear"
	UpdateRolling   UpdateKind = "rolling"
)

// Kind returns which kind of update u is. Nil is all at once.
func (u *Update) Kind() UpdateKind {
	switch {
	case u == nil:
		return UpdateAllAtOnce
	case u.Canary != nil:
		return UpdateCanary
	case u.Linear != nil:
		return UpdateLinear
	case u.Rolling != nil:
		return UpdateRolling
	default:
		return UpdateAllAtOnce
	}
}

// share is the part of the fleet that a step or batch adds, and wait how long it is
// watched.
func (u *Update) share() (share FleetShare, wait time.Duration) {
	switch u.Kind() {
	case UpdateCanary:
		return u.Canary.Size, u.Canary.Wait
	case UpdateLinear:
		return u.Linear.Step, u.Linear.Wait
	case UpdateRolling:
		return u.Rolling.Batch, u.Rolling.Wait
	default:
		return FleetShare{Percent: 100}, 0
	}
}

// Steps returns in how many steps or batches the traffic of fleet instances shifts. It
// is 0 where the steps are given in instances and fleet is 0, not known.
func (u *Update) Steps(fleet int) int {
	share, _ := u.share()
	switch {
	case u.Kind() == UpdateCanary:
		return 2
	case share.Percent > 0:
		return ceilDiv(100, share.Percent)
	case share.Instances > 0:
		return ceilDiv(fleet, share.Instances)
	default:
		return 0
	}
}

// Waits returns the sum of the waits of an update of fleet instances. A canary waits
// once, each linear step and each batch has its wait.
func (u *Update) Waits(fleet int) time.Duration {
	if u == nil {
		return 0
	}
	_, wait := u.share()
	if u.Kind() != UpdateCanary {
		wait *= time.Duration(u.Steps(fleet))
	}
	return wait + u.TerminationWait
}

// Instances returns how many instances exist at most while fleet of them are updated:
// blue/green needs a complete second fleet (fact C19), rolling one batch. A rollback
// may need more: see RollbackInstances.
func (u *Update) Instances(fleet int) int {
	if u.Kind() == UpdateRolling {
		return fleet + u.Rolling.Batch.Of(fleet)
	}
	return 2 * fleet
}

// RollbackInstances returns how many instances exist at most where an update of fleet
// instances rolls back late. It is over Instances for a rolling update, which starts
// instances of the old fleet again beside the last batch of it.
func (u *Update) RollbackInstances(fleet int) int {
	if u.Kind() != UpdateRolling || u.Rolling.RollbackBatch == nil {
		return 2 * fleet
	}
	return min(u.Instances(fleet)+u.Rolling.RollbackBatch.Of(fleet), 2*fleet)
}

// The limits of Timeout, and what an instance may take to start.
const (
	minUpdateTimeout = 10 * time.Minute
	maxUpdateTimeout = 8 * time.Hour
	maxInstanceStart = 2 * time.Hour
)

// EffectiveTimeout returns Timeout or its default. Steps given in instances have no
// number without a fleet: the default is 8h then.
func (u *Update) EffectiveTimeout() time.Duration {
	starts, known := 1, u.Steps(0)
	if u.Kind() == UpdateRolling {
		starts = known
	}
	switch {
	case u.Timeout != 0:
		return u.Timeout
	case known == 0:
		return maxUpdateTimeout
	default:
		return min(u.Waits(0)+time.Duration(starts)*maxInstanceStart, maxUpdateTimeout)
	}
}

// RetainedVariantProperties are the names that ExcludeRetainedVariantProperties takes.
// SageMaker's third, DataCaptureConfig, is not supported yet (fact C8).
func RetainedVariantProperties() []string {
	return []string{"DesiredInstanceCount", "DesiredWeight"}
}
