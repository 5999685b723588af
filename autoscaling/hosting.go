package autoscaling

// Hosting is what a template says of the instances of a scalable target beside it:
// their variant, or that whose instances hold an inference component's copies.
// Whatever is zero it does not say.
type Hosting struct {
	// Known says that the endpoint's configuration was read.
	Known bool
	// InstanceType is such as ml.g6.12xlarge.
	InstanceType string
	// InstancePools says that the instances are of several types (fact G9).
	InstancePools bool
	// RoutingStrategy is SageMaker's name of it, such as LEAST_OUTSTANDING_REQUESTS
	// (fact G16).
	RoutingStrategy string
	// TrafficShare is the variant's weight ÷ the weights of all variants.
	// Default: nil, it gets all requests, or its weight is not known.
	TrafficShare *float64
	// CopiesPerInstance is how many copies of the inference component fit on an
	// instance, by their accelerators and memory.
	CopiesPerInstance int
	// MinInstances and MaxInstances are the bounds of SageMaker's own scaling of the
	// instances (fact C27), or the number of instances where nothing scales them.
	MinInstances, MaxInstances int
	// ResetCount is the instances that an update of the endpoint resets the variant to
	// (facts C7 and C8). Default: 0, the count is retained.
	ResetCount int
}

// CopiesPerInstance returns how many copies of an inference component an instance of
// the type holds, each with its accelerators and memory; 0 where that is not known.
// SageMaker takes a part of the memory for itself, so that a copy with all of it does
// not fit.
func CopiesPerInstance(instanceType string, accelerators, minMemoryMB int) int {
	h, known := hardwareOf(instanceType)
	if !known {
		return 0
	}
	copies := 0
	if accelerators > 0 {
		if copies = h.accelerators / accelerators; copies == 0 {
			return 0
		}
	}
	if h.memoryGB > 0 && minMemoryMB > 0 {
		if fit := (1024*h.memoryGB - 1) / minMemoryMB; copies == 0 || fit < copies {
			copies = fit
		}
	}
	return copies
}
