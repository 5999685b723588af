package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Component is an inference component: copies of one model, which share the
// instances of the variant with those of the others.
type Component struct {
	// Name is the component's name, which requests give in a header. It stays for
	// the component's life.
	Name string `json:"name"`
	// Image is the image's URI in Amazon ECR, with a tag or a digest:
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG.
	Image string `json:"image"`
	// ModelDataURL is the archive with the model, s3://BUCKET/KEY.tar.gz.
	// Default: none, the image holds the model.
	ModelDataURL string `json:"modelDataUrl,omitempty"`
	// Environment is the container's environment variables, 100 at most and no
	// secrets: they can be read in the template and in SageMaker. Default: none.
	Environment map[string]string `json:"environment,omitempty"`
	// Resources are what one copy is guaranteed of its instance.
	Resources ComponentResources `json:"resources"`
	// Capacity is what a load test of one copy has shown.
	Capacity ComponentCapacity `json:"capacity"`
	// Scaling is between which bounds the copies scale.
	Scaling ComponentScaling `json:"scaling"`
	// Schedule is the times at which the bounds change. Default: none.
	Schedule []autoscaling.ScheduledAction `json:"schedule,omitempty"`
	// Events are the surges of this component's traffic that are known
	// beforehand; an instance is a copy there. Default: none.
	Events []events.Event `json:"events,omitempty"`
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

// ComponentCapacity is what a load test of one copy has shown.
type ComponentCapacity struct {
	// RequestsPerSecondPerCopy is the highest rate that one copy sustains within
	// the latency objective.
	RequestsPerSecondPerCopy float64 `json:"requestsPerSecondPerCopy" jsonschema:"exclusiveMinimum=0"`
	// ConcurrencyPerCopy is the most requests at a time, those included that wait
	// in the container, that one copy serves within the latency objective.
	// Default: none, there is no such policy.
	ConcurrencyPerCopy float64 `json:"concurrencyPerCopy,omitempty" jsonschema:"exclusiveMinimum=0"`
	// StartTime is how long a new copy takes until it serves, an instance
	// that has to start for it included, at the 95th percentile; at most 2h.
	StartTime time.Duration `json:"startTime"`
}

// ComponentScaling is the bounds of the copies.
type ComponentScaling struct {
	// MinCapacity is the lowest number of copies. With 0 the component scales to
	// zero, and requests are refused until a copy serves again.
	MinCapacity int `json:"minCapacity"`
	// MaxCapacity is the highest number of copies, minCapacity or more.
	MaxCapacity int `json:"maxCapacity"`
	// SafetyFactor is the share of what was measured that is aimed at, over 0 and
	// at most 1. Default: 0.7.
	SafetyFactor float64 `json:"safetyFactor,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// WakeUpCopies is how many copies the first refused request calls for, where
	// the component can scale to zero. Default: 1.
	WakeUpCopies int `json:"wakeUpCopies,omitempty" jsonschema:"minimum=1"`
	// ScaleOutCooldown is the wait after a scale-out has succeeded. Default: 300s.
	ScaleOutCooldown *time.Duration `json:"scaleOutCooldown,omitempty"`
	// ScaleInCooldown is the wait after a scale-in has succeeded. Default: 300s.
	ScaleInCooldown *time.Duration `json:"scaleInCooldown,omitempty"`
}

// ManagedInstances bounds the instances that SageMaker starts and stops by itself.
type ManagedInstances struct {
	// MinInstanceCount is the lowest instance count. With 0, and where every
	// component scales to zero, the endpoint can have none.
	MinInstanceCount int `json:"minInstanceCount" jsonschema:"minimum=0"`
	// MaxInstanceCount is the highest instance count.
	MaxInstanceCount int `json:"maxInstanceCount" jsonschema:"minimum=1"`
}

// withDefaults is c with a value wherever the file says nothing.
func (c Component) withDefaults() Component {
	c.Scaling.SafetyFactor = cmp.Or(c.Scaling.SafetyFactor, capacity.DefaultSafetyFactor)
	scaleOut, scaleIn := autoscaling.DefaultCooldown, autoscaling.DefaultCooldown
	c.Scaling.ScaleOutCooldown = cmp.Or(c.Scaling.ScaleOutCooldown, &scaleOut)
	c.Scaling.ScaleInCooldown = cmp.Or(c.Scaling.ScaleInCooldown, &scaleIn)
	c.Schedule = slices.Clone(c.Schedule)
	for i := range c.Schedule {
		c.Schedule[i].Timezone = cmp.Or(c.Schedule[i].Timezone, defaultTimezone)
	}
	return c
}

// Model is the component's container.
func (c Component) Model() Model {
	return Model{Image: c.Image, ModelDataURL: c.ModelDataURL, Environment: c.Environment}
}

// ComponentScaling is how the copies scale.
func (c Component) ComponentScaling() autoscaling.ComponentScaling {
	return autoscaling.ComponentScaling{
		MinCapacity: c.Scaling.MinCapacity, MaxCapacity: c.Scaling.MaxCapacity,
		RequestsPerSecondPerCopy: c.Capacity.RequestsPerSecondPerCopy, ConcurrencyPerCopy: c.Capacity.ConcurrencyPerCopy,
		SafetyFactor: c.Scaling.SafetyFactor, WakeUpCopies: c.Scaling.WakeUpCopies,
		ScaleOutCooldown: c.Scaling.ScaleOutCooldown,
		ScaleInCooldown:  c.Scaling.ScaleInCooldown,
		ScheduledActions: c.Schedule,
		Events:           c.Events,
		StartTime:        c.Capacity.StartTime,
	}
}
