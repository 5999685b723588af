package scaling

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// growing are properties of a scalable target that can be added to.
type growing interface {
	// with returns the complete properties with the additions, or what is wrong with the
	// whole.
	with(additions) (ScalableTargetProps, problem.List)
}

// additions are what a target got after it was made.
type additions struct {
	actions  []autoscaling.ScheduledAction
	events   []events.Event
	policies []autoscaling.TargetTrackingPolicy
	steps    []autoscaling.StepScalingPolicy
}

// withoutEvents refuses events where there is no calendar.
func (a additions) withoutEvents() problem.List {
	var ps problem.List
	if n := len(a.events); n > 0 {
		ps.Add("Events", n, "this scaling has no events", "raise the minimum by scheduled actions")
	}
	return ps
}

// withPolicies adds the policies to the model itself. Where the model comes from figures, a
// problem or a finding counts the policies that were added, as Policies[0].
func (a additions) withPolicies(p ScalableTargetProps) (ScalableTargetProps, problem.List) {
	made := map[string]int{"Policies": len(p.Model.Policies), "StepPolicies": len(p.Model.StepPolicies)}
	p.Model.Policies = extended(p.Model.Policies, a.policies)
	p.Model.StepPolicies = extended(p.Model.StepPolicies, a.steps)
	figures := p.address
	if figures == nil {
		return p, p.validate()
	}
	added := func(path string) (string, bool) {
		m := policyPath.FindStringSubmatch(path)
		if m == nil {
			return "", false
		}
		index, err := strconv.Atoi(m[2])
		return fmt.Sprintf("%s[%d]%s", m[1], index-made[m[1]], m[3]), err == nil && index >= made[m[1]]
	}
	p.address = func(path string) string {
		if own, ok := added(path); ok {
			return own
		}
		return figures(path)
	}
	return p, p.validate().Map(func(path string) string {
		if own, ok := added(path); ok {
			return own
		}
		return path
	})
}

// policyPath is a path of a policy in a target or in the model of one.
var policyPath = regexp.MustCompile(`^(?:Target|Model)\.(Policies|StepPolicies)\[(\d+)\](.*)$`)

// extended returns s with more at its end, and leaves the array of s alone.
func extended[T any](s, more []T) []T { return append(slices.Clip(s), more...) }

// ScaleOnSchedule adds scheduled actions, as those of the properties: the template is the
// same. It panics with everything that is wrong with the whole then.
func (s *ScalableTarget) ScaleOnSchedule(actions ...autoscaling.ScheduledAction) {
	s.add(additions{actions: actions})
}

// ScaleOnEvents adds events, as those of VariantScaling and ComponentScaling. It panics
// with everything that is wrong with the whole then; so it does where the scaling has no
// events.
func (s *ScalableTarget) ScaleOnEvents(e ...events.Event) { s.add(additions{events: e}) }

// ScaleToTrackMetric adds target tracking policies. It panics with everything that is
// wrong with the whole then.
func (s *ScalableTarget) ScaleToTrackMetric(policies ...autoscaling.TargetTrackingPolicy) {
	s.add(additions{policies: policies})
}

// ScaleOnMetric adds step scaling policies with their alarms. It panics with everything
// that is wrong with the whole then.
func (s *ScalableTarget) ScaleOnMetric(policies ...autoscaling.StepScalingPolicy) {
	s.add(additions{steps: policies})
}

func (s *ScalableTarget) add(a additions) {
	all := additions{
		actions: extended(s.added.actions, a.actions), events: extended(s.added.events, a.events),
		policies: extended(s.added.policies, a.policies), steps: extended(s.added.steps, a.steps),
	}
	props, ps := s.props.with(all)
	if len(ps) > 0 {
		panic(problem.Of(s, "", ps))
	}
	s.added = all
	s.render(props)
}
