package report

import (
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// What is there already, so that advice does not name it.

// wakesUp reports whether something gives an inference component without copies its
// first ones.
func (r Report) wakesUp() bool {
	if r.Input.Subject.Target.Dimension != autoscaling.InferenceComponentCopyCount {
		return true
	}
	for _, p := range r.Input.Subject.Target.StepPolicies {
		if m, ok := p.Alarm.Metric.(autoscaling.Metric); ok && m.Name == "NoCapacityInvocationFailures" && p.Alarm.Rises() {
			return true
		}
	}
	return false
}

// mostCopies is how many copies have a place, any number for instances.
func (r Report) mostCopies() int {
	s := r.Input.WithDefaults().Service
	if s.MaxInstances == 0 {
		return math.MaxInt
	}
	return s.MaxInstances * max(1, s.CopiesPerInstance)
}

// room says what leaves requests more room.
func (r Report) room(tracks bool) string {
	even := r.Input.WithDefaults().Service.Routing == rehearsal.LeastOutstanding
	switch {
	case tracks && even:
		return "a lower target leaves more room"
	case tracks:
		return "a lower target and LEAST_OUTSTANDING_REQUESTS leave more room"
	case even:
		return "a floor earlier leaves more room"
	}
	return "LEAST_OUTSTANDING_REQUESTS leaves more room"
}

// assertsAgain reports whether some minimum was registered several times.
func (r Report) assertsAgain() bool {
	seen := map[int]int{}
	for _, e := range r.Result.Events {
		if e.Kind == rehearsal.ScheduleEvent {
			if seen[e.From]++; seen[e.From] > 2 {
				return true
			}
		}
	}
	return false
}

// floorChange says how the minimum may be lower, "" if it cannot.
func (r Report) floorChange() string {
	t := r.Input.Subject.Target
	least := 1 // of a variant (fact A38)
	if t.Dimension == autoscaling.InferenceComponentCopyCount {
		least = 0
	}
	highest := t.MinCapacity
	for _, m := range r.Result.Minutes {
		highest = max(highest, m.Min)
	}
	switch {
	case highest > t.MinCapacity:
		return "lower floors, later, or shorter, if this is all that comes"
	case t.MinCapacity > least:
		return "a lower MinCapacity, if this is all that comes"
	}
	return ""
}

// idleChange says how scaling may keep fewer instances.
func (r Report) idleChange() string {
	t := r.Input.Subject.Target
	if len(t.Policies) == 0 {
		return "a target tracking policy gives them back"
	}
	in, cooldown := false, false
	for _, p := range t.Policies {
		in = in || !p.DisableScaleIn
		cooldown = cooldown || p.ScaleInCooldown > 0
	}
	switch {
	case !in && len(t.StepPolicies) == 0, t.SuspendedState != nil && t.SuspendedState.ScaleIn:
		return "scaling in, which is disabled, gives them back"
	case !cooldown:
		return "a higher target gives them back"
	}
	return "a higher target, or a shorter scale-in cooldown, gives them back"
}
