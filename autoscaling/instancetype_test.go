package autoscaling_test

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func TestLocalStorage(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]bool{
		"ml.g5.xlarge": true, "ml.g4dn.xlarge": true, "ml.p5.4xlarge": true, "ml.trn1.2xlarge": true, "ml.c5d.large": true,
		"ml.m6gd.large": true, "ml.r7gd.medium": true, "ml.m5dn.large": true, "ml.p6-b200.48xlarge": true,
		"ml.c6i.xlarge": false, "ml.p3.2xlarge": false, "ml.inf2.xlarge": false, "ml.inf1.xlarge": false, "ml.c6gn.large": false,
		"ml.t3.medium": false, "ml.g5g.xlarge": false, "ml.new1.large": false, "": false,
	} {
		if got := autoscaling.HasLocalStorage(instanceType); got != want {
			t.Errorf("%s: got %t, want %t", instanceType, got, want)
		}
	}
}

func TestAccelerator(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]string{
		"ml.g5.xlarge": "gpu", "ml.p6-b300.48xlarge": "gpu", "ml.inf2.24xlarge": "neuron", "ml.trn2.48xlarge": "neuron",
		"ml.dl1.24xlarge": "", "ml.c6i.xlarge": "", "ml.g9.xlarge": "", "ml.g5.huge": "", "": "",
	} {
		if got := autoscaling.Accelerator(instanceType); got != want {
			t.Errorf("%s: got %q, want %q", instanceType, got, want)
		}
	}
}

func TestValidateCopy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		instanceType           string
		accelerators, memoryMB int
		want                   string
	}{
		{"ml.g5.xlarge", 1, 8192, ""},
		{"ml.g5.12xlarge", 4, 8192, ""},
		{"ml.g5.xlarge", 4, 8192, `Accelerators: got 4: an instance of ml.g5.xlarge has 1, and a copy runs on one instance; ` +
			`set it to 1 or less, or take a larger type`},
		{"ml.c6i.xlarge", 1, 8192, `Accelerators: got 1: an instance of ml.c6i.xlarge has no accelerator; ` +
			`leave it out, or take a type with accelerators`},
		{"ml.c6i.xlarge", 0, 1 << 20, ""},
		{"ml.inf2.xlarge", 1, 16384, `MinMemoryMB: got 16384: an instance of ml.inf2.xlarge has 16384 MB, and SageMaker ` +
			`takes a part of it; reserve less, or take a larger type`},
		{"ml.p9.xlarge", 64, 1 << 24, ""},
		{"ml.trn1.2xlarge", 2, 128, `Accelerators: got 2: an instance of ml.trn1.2xlarge has 1, and a copy runs on one ` +
			`instance; set it to 1 or less, or take a larger type`},
		{"", 64, 1 << 24, ""},
	} {
		got := ""
		v := autoscaling.Variant{InstanceType: test.instanceType}
		if err := v.ValidateCopy(test.accelerators, test.memoryMB).Err(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s with %d and %d MB:\ngot  %s\nwant %s", test.instanceType, test.accelerators, test.memoryMB, got, test.want)
		}
	}
}

func TestComponentRegion(t *testing.T) {
	t.Parallel()
	for region, faulty := range map[string]bool{
		"cn-north-1": true, "us-gov-west-1": true, "mx-central-1": true, "af-south-1": true, "ap-southeast-5": true,
		"eu-west-1": false, "us-east-1": false, "": false, "${Token[AWS.Region.4]}": false, "eu-new-9": false,
	} {
		err := autoscaling.ValidateComponentRegion(region).Err()
		if (err != nil) != faulty {
			t.Errorf("%s: got %v", region, err)
		}
		if err != nil && !strings.Contains(err.Error(), region) {
			t.Errorf("%s: %q does not name the Region", region, err)
		}
	}
}

func TestCopiesPerInstance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		instanceType         string
		accelerators, memory int
		want                 int
	}{
		{"ml.g5.12xlarge", 1, 0, 4},
		{"ml.g5.12xlarge", 1, 65536, 2}, // 192 GB, and SageMaker takes a part
		{"ml.g5.12xlarge", 2, 1024, 2},  // the accelerators
		{"ml.g5.12xlarge", 0, 32768, 5}, // the memory alone
		{"ml.g5.12xlarge", 8, 1024, 0},  // Validate refuses this copy
		{"ml.g5.12xlarge", 0, 0, 0},
		{"ml.c6i.xlarge", 0, 1024, 0},  // its memory is not known here
		{"ml.mac9.xlarge", 1, 1024, 0}, // nor is this type
	} {
		if got := autoscaling.CopiesPerInstance(test.instanceType, test.accelerators, test.memory); got != test.want {
			t.Errorf("%+v: got %d", test, got)
		}
	}
}
