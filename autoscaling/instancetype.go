package autoscaling

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// hardware is what an instance type offers to the copies of inference components.
type hardware struct {
	// accelerators is the number of GPUs, or of Inferentia or Trainium devices.
	accelerators int
	// memoryGB is the memory of the instance in GiB. 0 where it is not known here.
	memoryGB int
}

// accelerated are the instance types with accelerators that SageMaker hosts on, by
// family and size (botocore 1.43, ProductionVariantInstanceType; November 2026).
// Their figures are EC2's (Amazon EC2 instance types, accelerated computing; AWS
// Neuron documentation for inf1, inf2, trn1 and trn2).
var accelerated = map[string]map[string]hardware{
	"dl1": {"24xlarge": {8, 768}},
	"g4dn": {"xlarge": {1, 16}, "2xlarge": {1, 32}, "4xlarge": {1, 64}, "8xlarge": {1, 128}, "12xlarge": {4, 192},
		"16xlarge": {1, 256}},
	"g5": {"xlarge": {1, 16}, "2xlarge": {1, 32}, "4xlarge": {1, 64}, "8xlarge": {1, 128}, "12xlarge": {4, 192},
		"16xlarge": {1, 256}, "24xlarge": {4, 384}, "48xlarge": {8, 768}},
	"g6": {"xlarge": {1, 16}, "2xlarge": {1, 32}, "4xlarge": {1, 64}, "8xlarge": {1, 128}, "12xlarge": {4, 192},
		"16xlarge": {1, 256}, "24xlarge": {4, 384}, "48xlarge": {8, 768}},
	"g6e": {"xlarge": {1, 32}, "2xlarge": {1, 64}, "4xlarge": {1, 128}, "8xlarge": {1, 256}, "12xlarge": {4, 384},
		"16xlarge": {1, 512}, "24xlarge": {4, 768}, "48xlarge": {8, 1536}},
	"g7e": {"2xlarge": {1, 64}, "4xlarge": {1, 128}, "8xlarge": {1, 256}, "12xlarge": {2, 512}, "24xlarge": {4, 1024},
		"48xlarge": {8, 2048}},
	"inf1":    {"xlarge": {1, 8}, "2xlarge": {1, 16}, "6xlarge": {4, 48}, "24xlarge": {16, 192}},
	"inf2":    {"xlarge": {1, 16}, "8xlarge": {1, 128}, "24xlarge": {6, 384}, "48xlarge": {12, 768}},
	"p2":      {"xlarge": {1, 61}, "8xlarge": {8, 488}, "16xlarge": {16, 732}},
	"p3":      {"2xlarge": {1, 61}, "8xlarge": {4, 244}, "16xlarge": {8, 488}},
	"p4d":     {"24xlarge": {8, 1152}},
	"p4de":    {"24xlarge": {8, 1152}},
	"p5":      {"4xlarge": {1, 256}, "48xlarge": {8, 2048}},
	"p5e":     {"48xlarge": {8, 2048}},
	"p5en":    {"48xlarge": {8, 2048}},
	"p6-b200": {"48xlarge": {8, 2048}},
	"p6-b300": {"48xlarge": {8, 4096}},
	"trn1":    {"2xlarge": {1, 32}, "32xlarge": {16, 512}},
	"trn1n":   {"32xlarge": {16, 512}},
	"trn2":    {"48xlarge": {16, 2048}},
}

// withoutAccelerators are EC2's general purpose, compute, memory and burstable
// families. ml.mac or ml.trn1 are none of them.
var withoutAccelerators = regexp.MustCompile(`^ml\.[cmrt][0-9]`)

// hardwareOf returns what is known of an instance type, and whether anything is.
func hardwareOf(instanceType string) (hardware, bool) {
	family, size, _ := strings.Cut(strings.TrimPrefix(instanceType, "ml."), ".")
	h, ok := accelerated[family][size]
	return h, ok || withoutAccelerators.MatchString(instanceType)
}

// localStorage are the families whose instances have local NVMe storage and get no
// volume (fact C31). Families such as m6gd have it by their letter d.
var localStorage = regexp.MustCompile(
	`^ml\.([cmr][0-9]+[a-z]*d[a-z]*|dl1|g4dn|g5|g6|g6e|g7e|p4d|p4de|p5|p5e|p5en|p6-b200|p6-b300|p6e-gb200|` +
		`trn1|trn1n|trn2)\.`)

// HasLocalStorage reports whether the instance type is known to have local NVMe
// storage. SageMaker attaches no volume to its instances, and refuses a volume key
// and a volume size (fact C31).
func HasLocalStorage(instanceType string) bool { return localStorage.MatchString(instanceType) }

// Accelerator returns "gpu" or "neuron" where the instance type is known to have
// accelerators of this kind, and "" where it has none or is not known.
func Accelerator(instanceType string) string {
	h, _ := hardwareOf(instanceType)
	switch {
	case h.accelerators == 0 || strings.HasPrefix(instanceType, "ml.dl"):
		return ""
	case strings.HasPrefix(instanceType, "ml.inf"), strings.HasPrefix(instanceType, "ml.trn"):
		return "neuron"
	default:
		return "gpu"
	}
}

// InstanceResources returns the accelerators of an instance of a type and its memory
// in MB, 0 for what it has not or is not known.
func InstanceResources(instanceType string) (accelerators, memoryMB int) {
	h, _ := hardwareOf(instanceType)
	return h.accelerators, 1024 * h.memoryGB
}

// ValidateCopy returns what keeps a copy of an inference component from running on
// an instance of the variant: it is placed on one instance with all of its
// accelerators and its memory. Types that are not known are not judged. The paths
// are Accelerators and MinMemoryMB.
func (v Variant) ValidateCopy(accelerators, minMemoryMB int) problem.List {
	var ps problem.List
	h, known := hardwareOf(v.InstanceType)
	if !known {
		return nil
	}
	if accelerators > h.accelerators {
		rule, fix := "an instance of "+v.InstanceType+" has no accelerator", "leave it out, or take a type with accelerators"
		if h.accelerators > 0 {
			rule = fmt.Sprintf("an instance of %s has %d, and a copy runs on one instance", v.InstanceType, h.accelerators)
			fix = fmt.Sprintf("set it to %d or less, or take a larger type", h.accelerators)
		}
		ps.Add("Accelerators", accelerators, rule, fix)
	}
	if h.memoryGB > 0 && minMemoryMB >= 1024*h.memoryGB {
		ps.Add("MinMemoryMB", minMemoryMB,
			fmt.Sprintf("an instance of %s has %d MB, and SageMaker takes a part of it", v.InstanceType, 1024*h.memoryGB),
			"reserve less, or take a larger type")
	}
	return ps
}
