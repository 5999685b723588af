package cloudformation_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// TestWritten: a template means the same in every way to write it.
func TestWritten(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/written/*.yaml")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		got := one(t, file, cloudformation.Options{}).Subject.Target
		want := autoscaling.ScalableTarget{
			ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 4,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("load", autoscaling.VariantInvocationsPerInstance, 1000)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", file, diff)
		}
	}
}
