package scaling

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// VariantScalingProps describes how the instance count of one production
// variant scales.
type VariantScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint made
	// with the inference package; for any other, name it here.
	Variant autoscaling.Variant
	// Endpoint is the construct that must stand before scaling is registered,
	// and be removed only after it (fact C15).
	// Default: nil, the endpoint is made elsewhere and stands.
	Endpoint constructs.IConstruct
	// Scaling is how the variant scales.
	Scaling autoscaling.VariantScaling
	// Policies and StepPolicies act next to the policy on invocations, such as
	// autoscaling.ConcurrencyPolicy and autoscaling.EmergencyPolicy.
	// Default: none.
	Policies     []autoscaling.TargetTrackingPolicy
	StepPolicies []autoscaling.StepScalingPolicy
}

// model is the scalable target with the policies of both fields.
func (p VariantScalingProps) model() autoscaling.ScalableTarget {
	t := p.Scaling.Target(p.Variant)
	t.Policies = append(t.Policies, p.Policies...)
	t.StepPolicies = p.StepPolicies
	return t
}

// Validate returns everything wrong with the properties, joined.
func (p VariantScalingProps) Validate() error {
	ps := p.Scaling.Validate(p.Variant)
	own := p.Scaling.Target(p.Variant).Validate()
	for _, problem := range append(p.model().Validate(), validateIDs(p.model())...) {
		// What the policies add: the rest has been said in the words of Scaling.
		if !slices.Contains(own, problem) {
			problem.Path, problem.Rule = p.ownIndex(problem.Path), p.ownIndex(problem.Rule)
			ps = append(ps, problem)
		}
	}
	return ps.Err()
}

var policyIndex = regexp.MustCompile(`\bPolicies\[(\d+)\]`)

// ownIndex counts the policies as Policies does: the model has those of Scaling
// before them.
func (p VariantScalingProps) ownIndex(text string) string {
	made := p.Scaling.Target(p.Variant).Policies
	return policyIndex.ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.Atoi(policyIndex.FindStringSubmatch(found)[1])
		if n < len(made) {
			return "the policy " + made[n].Name
		}
		return fmt.Sprintf("Policies[%d]", n-len(made))
	})
}

// NewVariantScaling scales the instance count of one production variant. It
// panics with what props.Validate returns.
func NewVariantScaling(scope constructs.Construct, id string, props VariantScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	target := ScalableTargetProps{Model: props.model()}
	if props.Endpoint != nil {
		target.Dependencies = []constructs.IConstruct{props.Endpoint}
	}
	return NewScalableTarget(scope, id, target)
}
