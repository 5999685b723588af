package config

import (
	"cmp"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Component is an inference component: copies of one model, which share the
// instances of the variant with those of the others.
type Component struct {
	// Name is the component's name, which requests give in a header. It stays for
	// the component's life.
	Name string `json:"name"`
	Container
	// Resources are what one copy is guaranteed of its instance.
	Resources ComponentResources `json:"resources"`
	// Adapters adapt the component's model, such as by LoRA; its container has to support
	// them. Default: none.
	Adapters []Adapter `json:"adapters,omitempty" jsonschema:"minItems=1"`
	autoscaling.ComponentScaling
	autoscaling.StartLimits
}

// ComponentResources are what one copy is guaranteed.
type ComponentResources struct {
	// CPUs is the cores, a quarter or more. Default: none are set aside.
	CPUs float64 `json:"cpus,omitempty" jsonschema:"minimum=0.25"`
	// AcceleratorCount is the whole GPUs or Neuron devices.
	// Default: none are set aside.
	AcceleratorCount int `json:"acceleratorCount,omitempty" jsonschema:"minimum=1"`
	// MinMemoryMB is the memory, 128 MB or more.
	MinMemoryMB int `json:"minMemoryMb" jsonschema:"minimum=128"`
}

// ManagedInstances bounds the instances that SageMaker starts and stops by itself.
// The bounds are part of the endpoint configuration, so a change of one replaces
// the fleet (fact C1: a configuration is immutable).
type ManagedInstances struct {
	// MinInstanceCount is the lowest instance count. With 0, and where every
	// component scales to zero, the endpoint can have none.
	MinInstanceCount int `json:"minInstanceCount" jsonschema:"minimum=0"`
	// MaxInstanceCount is the highest instance count.
	MaxInstanceCount int `json:"maxInstanceCount" jsonschema:"minimum=1"`
}

// withDefaults is c with a value wherever the file says nothing.
func (c Component) withDefaults() Component {
	c.SafetyFactor = cmp.Or(c.SafetyFactor, capacity.DefaultSafetyFactor)
	scaleOut, scaleIn := autoscaling.DefaultCooldown, autoscaling.DefaultCooldown
	c.ScaleOutCooldown = cmp.Or(c.ScaleOutCooldown, &scaleOut)
	c.ScaleInCooldown = cmp.Or(c.ScaleInCooldown, &scaleIn)
	c.ScheduledActions = slices.Clone(c.ScheduledActions)
	for i := range c.ScheduledActions {
		c.ScheduledActions[i].Timezone = cmp.Or(c.ScheduledActions[i].Timezone, defaultTimezone)
	}
	return c
}

// Model is the component's container.
func (c Component) Model() Model {
	return Model{Container: c.Container}
}
