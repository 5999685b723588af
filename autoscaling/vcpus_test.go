package autoscaling_test

import (
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func TestVCPUs(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]int{
		"ml.c6i.large": 2, "ml.c6i.xlarge": 4, "ml.c6i.2xlarge": 8, "ml.m5.24xlarge": 96, "ml.c5.9xlarge": 36, "ml.c5.18xlarge": 72,
		"ml.g5.48xlarge": 192, "ml.g4dn.12xlarge": 48, "ml.p3.2xlarge": 8, "ml.inf1.6xlarge": 24, "ml.trn1.32xlarge": 128,
		"ml.m6g.medium": 1, "ml.t2.medium": 2, "ml.c4.8xlarge": 36, "ml.c4.4xlarge": 16,
		"ml.c6i.metal": 0, "ml.c6i.metal-48xl": 0, "ml.c6i.0xlarge": 0, "ml.c6i.-2xlarge": 0, "ml.c6i.2": 0, "ml.c6i": 0, "": 0,
	} {
		if got := autoscaling.VCPUs(instanceType); got != want {
			t.Errorf("%s: got %d, want %d", instanceType, got, want)
		}
	}
}
