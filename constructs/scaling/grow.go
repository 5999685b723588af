package scaling

import (
	"slices"

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

// withPolicies adds the policies to the model itself.
func (a additions) withPolicies(p ScalableTargetProps) (ScalableTargetProps, problem.List) {
	p.Model.Policies = extended(p.Model.Policies, a.policies)
	p.Model.StepPolicies = extended(p.Model.StepPolicies, a.steps)
	return p, p.validate()
}

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
		panic(ps.Err())
	}
	s.added = all
	s.render(props)
}
