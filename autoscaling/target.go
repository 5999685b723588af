package autoscaling

import (
	"fmt"
	"math"
	"regexp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// MaxPolicies is the quota of one scalable target, which AWS does not raise
// (fact B15).
const MaxPolicies = 50

// ScalableTarget is something whose capacity Application Auto Scaling moves
// between two bounds: the instances of a production variant, the copies of an
// inference component, or a serverless variant's provisioned concurrency.
type ScalableTarget struct {
	// ResourceID names what scales, as endpoint/NAME/variant/NAME: see
	// Variant.ResourceID and InferenceComponentResourceID.
	ResourceID string
	// Dimension is what is counted.
	Dimension Dimension
	// MinCapacity and MaxCapacity bound what is counted. A deployment that
	// changes them moves the capacity inside them at once (fact A39).
	MinCapacity, MaxCapacity int
	// Asynchronous says that the variant belongs to an asynchronous endpoint,
	// whose instances may be none (fact A38). It is not part of the target's
	// properties: who reads a target from a template knows it from the
	// endpoint's configuration.
	Asynchronous bool
	// RoleARN is the role that Application Auto Scaling works with.
	// Default: "", left out of the template; AWS then uses the service-linked role.
	RoleARN string
	// Policies decide between the bounds: each tracks another metric, and the
	// one that wants the most capacity wins (fact A29).
	Policies []TargetTrackingPolicy
	// StepPolicies change the capacity by steps when their alarms go off.
	StepPolicies []StepScalingPolicy
	// ScheduledActions overwrite the bounds at their times (fact B6).
	ScheduledActions []ScheduledAction
	// SuspendedState switches scaling off in parts. It stands in the template,
	// and changing it there registers the template's bounds again (fact C25):
	// for a while, switch through the API.
	// Default: nil, left out of the template; nothing is suspended.
	SuspendedState *SuspendedState
}

// SuspendedState is which kinds of scaling are switched off.
type SuspendedState struct {
	// ScaleIn stops policies from removing capacity. Default: false.
	ScaleIn bool `json:"scaleIn,omitempty"`
	// ScaleOut stops policies from adding capacity. Default: false.
	ScaleOut bool `json:"scaleOut,omitempty"`
	// Scheduled stops scheduled actions, the floors of events among them.
	// Default: false.
	Scheduled bool `json:"scheduled,omitempty"`
}

// CloudFormation is the properties of the AWS::ApplicationAutoScaling::ScalableTarget.
// Policies and alarms are resources of their own: see the CloudFormation of
// TargetTrackingPolicy, StepScalingPolicy and Alarm.
func (t ScalableTarget) CloudFormation() map[string]any {
	properties := map[string]any{
		"ServiceNamespace":  t.Dimension.Namespace(),
		"ScalableDimension": string(t.Dimension),
		"ResourceId":        t.ResourceID,
		"MinCapacity":       t.MinCapacity,
		"MaxCapacity":       t.MaxCapacity,
	}
	if t.RoleARN != "" {
		properties["RoleARN"] = t.RoleARN
	}
	if len(t.ScheduledActions) > 0 {
		actions := make([]any, len(t.ScheduledActions))
		for i, a := range t.ScheduledActions {
			actions[i] = a.cloudFormation()
		}
		properties["ScheduledActions"] = actions
	}
	if s := t.SuspendedState; s != nil {
		properties["SuspendedState"] = map[string]any{
			"DynamicScalingInSuspended":  s.ScaleIn,
			"DynamicScalingOutSuspended": s.ScaleOut,
			"ScheduledScalingSuspended":  s.Scheduled,
		}
	}
	return properties
}

// Validate returns everything that AWS would refuse, or that cannot work, with
// the field paths of this struct.
func (t ScalableTarget) Validate() problem.List {
	if ps := problem.UnresolvedNumbers(t); len(ps) > 0 {
		return ps
	}
	ps := t.validateResource()
	switch {
	case t.MinCapacity >= t.floor():
	case t.Dimension == VariantInstanceCount && !t.Asynchronous:
		ps.Add("MinCapacity", t.MinCapacity,
			"a real-time variant keeps at least 1 instance, only asynchronous endpoints and inference components scale to zero",
			"set it to 1 or more; 2 or more survive the loss of an instance")
	default:
		ps.Add("MinCapacity", t.MinCapacity, fmt.Sprintf("the minimum is %d %s or more", t.floor(), t.Dimension.Unit()),
			fmt.Sprintf("set it to %d or more", t.floor()))
	}
	if t.MaxCapacity < t.MinCapacity {
		ps.Add("MaxCapacity", t.MaxCapacity,
			fmt.Sprintf("the maximum is below the minimum of %d %s", t.MinCapacity, t.Dimension.Unit()),
			fmt.Sprintf("raise it to %d or more, or lower the minimum", t.MinCapacity))
	}
	t = t.withSoundBounds()
	ps = append(ps, t.validatePolicies()...)
	return append(ps, t.validateActions()...)
}

// noMaximum is in place of a maximum that was refused.
const noMaximum = math.MaxInt32

// withSoundBounds is t with such bounds as make nothing else wrong, in place of
// those that Validate refuses.
func (t ScalableTarget) withSoundBounds() ScalableTarget {
	t.MinCapacity = max(t.MinCapacity, t.floor())
	if t.MaxCapacity < t.MinCapacity {
		t.MaxCapacity = noMaximum
	}
	return t
}

// floor is the least that MinCapacity may be. The API takes 0, SageMaker does
// not serve with it (fact A38); provisioned concurrency of 0 it refuses.
func (t ScalableTarget) floor() int {
	if t.Dimension == VariantInstanceCount && !t.Asynchronous || t.Dimension == VariantProvisionedConcurrency {
		return 1
	}
	return 0
}

func (t ScalableTarget) validateResource() problem.List {
	var ps problem.List
	known, ok := dimensions[t.Dimension]
	switch {
	case problem.Unresolved(string(t.Dimension)):
		ps.AddUnresolved("Dimension", "the rules of each dimension are others")
	case !ok && t.Dimension.Namespace() == ServiceNamespace, t.Dimension == "":
		ps.Add("Dimension", got(string(t.Dimension)), fmt.Sprintf("SageMaker scales by %s, %s or %s",
			VariantInstanceCount, VariantProvisionedConcurrency, InferenceComponentCopyCount), "use one of them")
	case problem.Unresolved(t.ResourceID):
	case t.ResourceID == "" || ok && !known.resourceID.MatchString(t.ResourceID):
		ps.Add("ResourceID", got(t.ResourceID), "this is not what "+string(t.Dimension)+" is counted of",
			"such as \""+known.example+"\"")
	}
	if t.Asynchronous && t.Dimension != VariantInstanceCount {
		ps.Add("Asynchronous", t.Asynchronous, "an asynchronous endpoint has variants with instances", "leave it out")
	}
	return ps
}

// policyName is what AWS takes: anything that can be printed.
var policyName = regexp.MustCompile(`^\PC{1,256}$`)

func (t ScalableTarget) validatePolicies() problem.List {
	var ps problem.List
	if n := len(t.Policies) + len(t.StepPolicies); n > MaxPolicies {
		ps.Add("Policies", n, fmt.Sprintf("a scalable target has at most %d policies", MaxPolicies), "remove some")
	}
	names, metrics := map[string]string{}, map[string]int{}
	unique := func(at, name string) {
		if first, twice := names[name]; twice && name != "" {
			ps.Add(at+".Name", name, "«"+first+"» has the same name", "give each policy a name of its own")
		} else {
			names[name] = at
		}
	}
	for i, p := range t.Policies {
		at := fmt.Sprintf("Policies[%d]", i)
		ps = append(ps, p.validate(t.Dimension).In(at)...)
		unique(at, p.Name)
		if !p.hasMetric() {
			continue
		}
		// Several policies are allowed if each tracks another metric (fact A29).
		if first, twice := metrics[p.metricKey()]; twice {
			ps.Add(at+".Metric", p.Metric.String(),
				fmt.Sprintf("«Policies[%d]» tracks the same metric, which AWS refuses", first), "keep one of the two")
		} else {
			metrics[p.metricKey()] = i
		}
	}
	for i, p := range t.StepPolicies {
		at := fmt.Sprintf("StepPolicies[%d]", i)
		ps = append(ps, p.validate(t).In(at)...)
		unique(at, p.Name)
	}
	return ps
}

func (t ScalableTarget) validateActions() problem.List {
	var ps problem.List
	if n := len(t.ScheduledActions); n > events.MaxScheduledActions {
		ps.Add("ScheduledActions", n,
			fmt.Sprintf("a scalable target has at most %d scheduled actions",
				events.MaxScheduledActions), "remove some that are over")
	}
	names := map[string]int{}
	for i, a := range t.ScheduledActions {
		at := fmt.Sprintf("ScheduledActions[%d]", i)
		ps = append(ps, a.validate(t).In(at)...)
		if first, twice := names[a.Name]; twice {
			ps.Add(at+".Name", a.Name,
				fmt.Sprintf("«ScheduledActions[%d]» has the same name, and names are unique within a target", first),
				"rename one of the two")
		} else {
			names[a.Name] = i
		}
	}
	return ps
}

// wholeSeconds reports whether AWS can take d, which it counts in seconds.
func wholeSeconds(d time.Duration) bool { return d >= 0 && d%time.Second == 0 }
