package autoscaling

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Provisioned concurrency of serverless variants.
const (
	ProvisionedConcurrencyPolicyName = "provisioned-concurrency-utilization"
	// DefaultConcurrencyUtilization is the share of the provisioned concurrency
	// that is aimed at where nothing else is said.
	DefaultConcurrencyUtilization = 0.7
	// MaxServerlessConcurrency is the most requests at a time that a serverless
	// variant can take.
	MaxServerlessConcurrency = 200
)

// ProvisionedConcurrencyScaling is how the provisioned concurrency of a
// serverless variant shall scale: the requests at a time that it is warm for.
// What comes beyond is served too, up to the variant's own maximum, by what has
// to start first.
type ProvisionedConcurrencyScaling struct {
	// Scaling is the bounds of the provisioned concurrency, in requests at a time,
	// 1 to the variant's own maximum, TargetUtilization and the cooldowns.
	Scaling
	// MaxConcurrency is the variant's own maximum, which MaxCapacity is held
	// against.
	// Default: 0, not known here; MaxServerlessConcurrency.
	MaxConcurrency int
	// ScheduledActions change the bounds at their times.
	// Default: none.
	ScheduledActions []ScheduledAction
}

// Target is the scalable target of variant v.
func (s ProvisionedConcurrencyScaling) Target(v Variant) ScalableTarget {
	utilization := Tracking(ProvisionedConcurrencyPolicyName, VariantProvisionedConcurrencyUtilization,
		cmp.Or(s.TargetUtilization, DefaultConcurrencyUtilization))
	utilization.ScaleOutCooldown, utilization.ScaleInCooldown = orDefault(s.ScaleOutCooldown), orDefault(s.ScaleInCooldown)
	return ScalableTarget{
		ResourceID: v.ResourceID(), Dimension: VariantProvisionedConcurrency,
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		Policies:         []TargetTrackingPolicy{utilization},
		ScheduledActions: s.ScheduledActions,
	}
}

// Validate returns everything wrong with scaling v in this way, with the field
// paths of this struct, and "Variant." before those of v.
func (s ProvisionedConcurrencyScaling) Validate(v Variant) problem.List {
	if ps := problem.UnresolvedNumbers(s); len(ps) > 0 {
		return append(ps, v.Validate().In("Variant")...)
	}
	ps := s.validateKind("a serverless variant", isOneOf(commonFields, serverlessFields))
	for _, p := range s.Target(v).Validate().Map(s.address) {
		if p.Path != "ResourceID" { // the variant says it
			ps = appendNew(ps, p)
		}
	}
	most := cmp.Or(s.MaxConcurrency, MaxServerlessConcurrency)
	if most < 1 || most > MaxServerlessConcurrency {
		ps.Add("MaxConcurrency", s.MaxConcurrency,
			fmt.Sprintf("a serverless variant takes 1 to %d requests at a time", MaxServerlessConcurrency),
			"give the variant's own, or leave it out")
		return append(ps, v.Validate().In("Variant")...)
	}
	over := func(field string, n int) {
		if n > most {
			ps.Add(field, n, fmt.Sprintf("no more can be provisioned than the variant takes, %d requests at a time", most),
				fmt.Sprintf("lower it to %d or less", most))
		}
	}
	over("Scaling.MaxCapacity", s.MaxCapacity)
	for i, a := range s.ScheduledActions {
		if a.MaxCapacity != nil {
			over(fmt.Sprintf("ScheduledActions[%d].MaxCapacity", i), *a.MaxCapacity)
		}
	}
	return append(ps, v.Validate().In("Variant")...)
}

// Address is where s decides about a path of s.Target, which begins with "Target.".
func (s ProvisionedConcurrencyScaling) Address(_ Variant, path string) string {
	if path == "Target.ResourceID" {
		return variantNames
	}
	return s.address(strings.TrimPrefix(path, "Target."))
}

func (s ProvisionedConcurrencyScaling) address(path string) string {
	return figures(reflect.TypeOf(s), path, "Scaling.TargetUtilization", "")
}
