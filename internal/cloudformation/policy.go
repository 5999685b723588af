package cloudformation

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// policy is a scaling policy on its way to its target.
type policy struct {
	owner
	problems Problems
	// target, or the other two, name its target; "" where not said.
	target, resourceID, dimension string
	// read adds it to its target; nil where it could not be read.
	read func(*autoscaling.ScalableTarget)
	// taken says that a target has it.
	taken bool
}

// targetProperties name the target of a policy.
var targetProperties = []string{"ScalingTargetId", "ResourceId", "ScalableDimension", "ServiceNamespace"}

// policies are those of t, as far as they are SageMaker's.
func (t *template) policies(r *Reading) []*policy {
	alarms := t.alarms()
	var found []*policy
	for _, id := range t.root.Get("Resources").Names() {
		if t.kind(id) != policyType {
			continue
		}
		p := &policy{}
		p.owner = t.owner(id, &p.problems)
		p.target, p.resourceID, p.dimension = p.name("ScalingTargetId"), p.name("ResourceId"), p.name("ScalableDimension")
		if !p.ofSageMaker() || !t.owner(id, &r.Unresolved).made(&r.Off) {
			continue
		}
		p.readAs(alarms)
		found = append(found, p)
	}
	return found
}

// ofSageMaker reports whether the policy's target is one of SageMaker's that is
// made, as far as that is said.
func (p *policy) ofSageMaker() bool {
	if p.target == "" {
		return p.sageMakers()
	}
	if o := p.owner; p.kind(reference(p.target)) == targetType {
		var others Problems // said of the target
		o.logicalID, o.problems = reference(p.target), &others
		return o.stands() == yes && o.sageMakers()
	}
	if parts := strings.Split(p.target, "|"); len(parts) == 3 {
		return parts[2] == autoscaling.ServiceNamespace
	}
	// The target is elsewhere: what the policy tracks may tell whose it is.
	var others Problems
	quiet := p.template.owner(p.logicalID, &others)
	metric, known := quiet.quietText(p.property(p.logicalID, "TargetTrackingScalingPolicyConfiguration").
		Get("PredefinedMetricSpecification").Get("PredefinedMetricType"))
	return !known || strings.HasPrefix(metric, "SageMaker")
}

// reference is the logical ID that Ref of a resource comes to.
func reference(value string) string {
	id, ok := strings.CutPrefix(value, "${")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(id, "}")
}

// name is a property that names the target, "" where it is not given.
func (p *policy) name(property string) string {
	n := p.property(p.logicalID, property)
	if n == nil {
		return ""
	}
	path := "Properties." + property
	s, _ := p.naming(path).argumentText(n, path, 0)
	return s
}

func (p *policy) readAs(alarms []*alarm) {
	properties, ok := p.properties(targetProperties...)
	if !ok {
		return
	}
	switch kind, _ := properties["PolicyType"].(string); kind {
	case "StepScaling":
		p.readSteps(properties, alarms)
	case "TargetTrackingScaling":
		read, err := autoscaling.ReadTargetTrackingPolicy(properties)
		if err != nil {
			p.addAll(problem.From(err))
			return
		}
		p.read = func(t *autoscaling.ScalableTarget) { t.Policies = append(t.Policies, read) }
	default:
		n := p.property(p.logicalID, "PolicyType")
		p.add(n, "Properties.PolicyType", shown(n),
			"SageMaker scales by policies of the type TargetTrackingScaling or StepScaling",
			"use target tracking, with scheduled actions for what is known beforehand")
	}
}

func (p *policy) readSteps(properties map[string]any, alarms []*alarm) {
	// Each alarm is a policy of its own in the model, which has one alarm a policy.
	var own []*alarm
	for _, a := range alarms {
		if a.setsOff(p) {
			own = append(own, a)
		}
	}
	if len(own) == 0 {
		p.add(p.resource(p.logicalID), "", "", "no alarm that was read sets this step policy off",
			"add an "+alarmType+" whose AlarmActions refer to it")
		return
	}
	var read []autoscaling.StepScalingPolicy
	for _, a := range own {
		p.problems = append(p.problems, a.problems...)
		if !a.whole {
			return
		}
		step, err := autoscaling.ReadStepScalingPolicy(properties, a.properties)
		for _, found := range problem.From(err) {
			if inner, ofAlarm := strings.CutPrefix(found.Path, "Alarm"); ofAlarm {
				found.Path = strings.TrimPrefix(inner, ".")
				a.template.owner(a.logicalID, &p.problems).addAll(problem.List{found})
			} else {
				p.addAll(problem.List{found})
			}
		}
		if err != nil {
			return
		}
		read = append(read, step)
	}
	p.read = func(t *autoscaling.ScalableTarget) { t.StepPolicies = append(t.StepPolicies, read...) }
}

// of reports whether the policy is one of this target, which a policy names by
// reference, by the three parts of what that reference gives, or one by one.
func (p *policy) of(t *template, id string, target autoscaling.ScalableTarget) bool {
	if p.template != t {
		return false
	}
	dimension := string(target.Dimension)
	if resource, rest, parts := strings.Cut(p.target, "|"); parts {
		return t.closedResource(resource, dimension) == target.ResourceID &&
			rest == dimension+"|"+target.Dimension.Namespace()
	}
	if p.target != "" {
		return p.target == "${"+id+"}"
	}
	return t.closedResource(p.resourceID, dimension) == target.ResourceID &&
		(p.dimension == "" || p.dimension == dimension)
}

func (p *policy) addTo(target *autoscaling.ScalableTarget) (whole bool) {
	p.taken = true
	if p.read == nil {
		return false
	}
	p.read(target)
	return true
}

// report hands over what was wrong, and that no target was found.
func (p *policy) report(unresolved *Problems) {
	// Where its target could not be read, that has been said of the target.
	unread := p.kind(reference(p.target)) == targetType
	if !p.taken && len(p.problems) == 0 && !unread {
		got := p.target
		if got == "" {
			got = p.resourceID
		}
		p.add(p.resource(p.logicalID), "", document.OneLine(got), "no scalable target that was read is this policy's",
			"let ScalingTargetId refer to the target")
	}
	*unresolved = append(*unresolved, p.problems...)
}
