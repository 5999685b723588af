package scaling_test

import (
	"strings"
	"testing"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// TestNothingToScale: a variant or a component that is nil, or of an endpoint that is nil,
// is a problem like any other, beside those of the figures.
func TestNothingToScale(t *testing.T) {
	t.Parallel()
	var (
		endpoint  *inference.Endpoint
		component *inference.InferenceComponent
		variant   *inference.Variant
	)
	const (
		none    = `Variant: there is nothing to scale; give Endpoint.Variant of package inference, or an ExistingVariant`
		made    = `Variant: what scales belongs to a construct that is nil; make the construct before its scaling`
		backlog = `Scaling.BacklogPerInstance: got 0: a backlog is over 0 requests an instance; ` +
			`the time that a request may take, over the time that an instance needs for one`
	)
	figures := autoscaling.VariantScaling{
		Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2, TargetInvocationsPerMinute: 60},
	}
	provisioned := autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2}}
	copies := autoscaling.ComponentScaling{
		CopyCapacity: autoscaling.CopyCapacity{ConcurrencyPerCopy: 6}, CopyScaling: autoscaling.CopyScaling{MaxCapacity: 8},
	}
	model := figures.Target(odds)
	for name, test := range map[string]struct {
		props interface{ Validate() error }
		want  string
	}{
		"no variant":          {scaling.VariantScalingProps{Scaling: figures}, none},
		"a nil variant":       {scaling.VariantScalingProps{Variant: variant, Scaling: figures}, none},
		"a nil endpoint":      {scaling.VariantScalingProps{Variant: endpoint.Variant("main"), Scaling: figures}, made},
		"nil, and no backlog": {scaling.AsynchronousScalingProps{Scaling: autoscaling.AsynchronousScaling{}}, none + "\n" + backlog},
		"nil, serverless": {
			scaling.ProvisionedConcurrencyScalingProps{Variant: endpoint.Variant("main"), Scaling: provisioned}, made},
		"no component": {scaling.ComponentScalingProps{Scaling: copies},
			`InferenceComponent: there is nothing to scale; ` +
				`give an InferenceComponent of package inference, or an ExistingComponent`},
		"a nil component": {scaling.ComponentScalingProps{InferenceComponent: component, Scaling: copies},
			`InferenceComponent: there is nothing to scale; ` +
				`give an InferenceComponent of package inference, or an ExistingComponent`},
		"a component without a name": {
			scaling.ComponentScalingProps{InferenceComponent: scaling.ExistingComponent(""), Scaling: copies},
			"InferenceComponent: "},
		"a model of a nil endpoint": {scaling.ScalableTargetProps{Model: model, Variant: endpoint.Variant("main")}, made},
		"a nil dependency": {
			scaling.ScalableTargetProps{Model: model, Dependencies: []constructs.IConstruct{endpoint}},
			`Dependencies[0]: a target depends on constructs, and this is nil; make the construct before its scaling`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.props.Validate()
			if err == nil {
				t.Fatal("got no error")
			}
			if prefix, ok := strings.CutSuffix(test.want, ": "); ok {
				if !strings.HasPrefix(err.Error(), prefix) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %s, want one problem of %s", err, prefix)
				}
			} else if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
