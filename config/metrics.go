package config

import "time"

// Metrics is what the endpoint publishes to Amazon CloudWatch, which bills each
// metric (fact G15).
type Metrics struct {
	// Enhanced publishes utilization and invocations of each instance, and of each
	// container of components. Default: false.
	Enhanced bool `json:"enhanced,omitempty"`
	// DetailedObservability publishes metrics of each container, GPU and host, and of
	// where copies of components are placed. Default: none, SageMaker decides.
	DetailedObservability *bool `json:"detailedObservability,omitempty"`
	// PublishFrequency is the time between two values: 10s, 30s, 1m, 2m, 3m, 4m or 5m.
	// Without enhanced it holds for utilization only, and invocations have 1m.
	// Default: 1m.
	PublishFrequency time.Duration `json:"publishFrequency,omitempty" jsonschema:"pattern=^((10|30|60|120|180|240|300)s|[1-5]m)$"`
}
