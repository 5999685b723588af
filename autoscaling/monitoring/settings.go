package monitoring

import (
	"cmp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Settings is what a user decides about monitoring: who is told, what is judged and by
// which thresholds.
type Settings struct {
	// TopicARNs are the SNS topics, in the endpoint's account and region, that are told.
	// Default: none, a new encrypted topic is made.
	TopicARNs []string `json:"topicArns,omitempty" jsonschema:"minItems=1"`
	// Emails are the addresses that subscribe to the new topic; each has to confirm.
	// Default: none.
	Emails []string `json:"emails,omitempty" jsonschema:"minItems=1"`
	// Off are the kinds of alarms that are not made, such as diskUsed. Default: none.
	Off []string `json:"off,omitempty" jsonschema:"minItems=1"`
	// RunbookURL is where docs/runbook.md stands, such as a page of a wiki: each alarm's
	// description links to its section. Default: this project's own page.
	RunbookURL string `json:"runbookUrl,omitempty"`
	// LogRetentionDays is how long the log groups that SageMaker writes keep an event, such
	// as 30, 90 or 365 days: what is older is deleted.
	// Default in an environment's file: 365; in Go none, their retention stays as it is.
	LogRetentionDays int `json:"logRetentionDays,omitempty" jsonschema:"minimum=1,maximum=3653"`
	// LatencyObjective is what the percentile of the requests should take at most, as
	// the load balancer's clients see it. Default: 0, latency has no alarm.
	LatencyObjective time.Duration `json:"latencyObjective,omitempty" jsonschema:"pattern=^([0-9]{1\\,6}ms|[0-9]{1\\,3}s)$"`
	// Thresholds are when alarms go off. Default: each has its own.
	Thresholds Thresholds `json:"thresholds,omitempty"`
}

// Thresholds are when alarms go off. Shares are from 0 to 1, such as 0.01 for 1 %; 0 is the
// default.
type Thresholds struct {
	// MinRequests is how many requests a minute has at least for shares and latencies of
	// it to be judged: 1 failure of 1 request is no alarm. Default: 20.
	MinRequests int `json:"minRequests,omitempty" jsonschema:"minimum=1"`
	// ErrorRate is the share of the requests that fail with a 5xx error, at the load
	// balancer, the gateway or the endpoint, or that are throttled. Default: 0.01.
	ErrorRate float64 `json:"errorRate,omitempty" jsonschema:"exclusiveMinimum=0"`
	// ModelErrorRate is the share of the requests to which the container answers with an
	// error, by the client's fault too. Default: 0.05.
	ModelErrorRate float64 `json:"modelErrorRate,omitempty" jsonschema:"exclusiveMinimum=0"`
	// ShedRate is the share of the requests that the gateway sheds. Default: 0.01.
	ShedRate float64 `json:"shedRate,omitempty" jsonschema:"exclusiveMinimum=0"`
	// LatencyPercentile is the percentile that the latency objective is of, over 0 and under
	// 100. Default: 99.
	LatencyPercentile float64 `json:"latencyPercentile,omitempty" jsonschema:"exclusiveMinimum=0"`
	// AtMaximumFor is how long as much runs as scaling allows, in whole minutes.
	// Default: 10m.
	AtMaximumFor time.Duration `json:"atMaximumFor,omitempty"`
	// FloorMissingFor is how long less runs than is due, in whole minutes. Default: 10m.
	FloorMissingFor time.Duration `json:"floorMissingFor,omitempty"`
	// BacklogAge is how long the oldest request of an asynchronous endpoint waits.
	// Default: 15m.
	BacklogAge time.Duration `json:"backlogAge,omitempty"`
	// CPU is the share in use, on average over the instances. Default: 0.9.
	CPU float64 `json:"cpu,omitempty" jsonschema:"exclusiveMinimum=0"`
	// GPU is the share in use, on average over the instances. Default: 0.95.
	GPU float64 `json:"gpu,omitempty" jsonschema:"exclusiveMinimum=0"`
	// Memory is the share in use on the fullest instance. Default: 0.9.
	Memory float64 `json:"memory,omitempty" jsonschema:"exclusiveMinimum=0"`
	// GPUMemory is the share in use on the fullest instance. Default: 0.98.
	GPUMemory float64 `json:"gpuMemory,omitempty" jsonschema:"exclusiveMinimum=0"`
	// Disk is the share in use on the fullest instance. Default: 0.85.
	Disk float64 `json:"disk,omitempty" jsonschema:"exclusiveMinimum=0"`
	// Concurrency is the share in use of a function's reserved concurrency, or of a
	// serverless variant's. Default: 0.9.
	Concurrency float64 `json:"concurrency,omitempty" jsonschema:"exclusiveMinimum=0"`
	// CanaryFactor is how many times as often a canary fails, or as long it takes, over 1
	// and at most 100. Default: 2.
	CanaryFactor float64 `json:"canaryFactor,omitempty" jsonschema:"exclusiveMinimum=0"`
}

// DefaultRunbookURL is this project's own runbook.
const DefaultRunbookURL = "https://github.com/sagemaker-autoscaling-inference/cdk/blob/main/docs/runbook.md"

// spilloverRate is the share of a function's requests that start an environment.
const spilloverRate = 0.05

// withDefaults is s with a default in place of each 0.
func (s Settings) withDefaults() Settings {
	s.RunbookURL = cmp.Or(s.RunbookURL, DefaultRunbookURL)
	t := s.Thresholds
	s.Thresholds = Thresholds{
		MinRequests: cmp.Or(t.MinRequests, 20), ErrorRate: cmp.Or(t.ErrorRate, 0.01),
		ModelErrorRate: cmp.Or(t.ModelErrorRate, 0.05), ShedRate: cmp.Or(t.ShedRate, 0.01),
		LatencyPercentile: cmp.Or(t.LatencyPercentile, autoscaling.DefaultLatencyPercentile),
		AtMaximumFor:      cmp.Or(t.AtMaximumFor, 10*time.Minute), FloorMissingFor: cmp.Or(t.FloorMissingFor, 10*time.Minute),
		BacklogAge: cmp.Or(t.BacklogAge, 15*time.Minute), CPU: cmp.Or(t.CPU, 0.9), GPU: cmp.Or(t.GPU, 0.95),
		Memory: cmp.Or(t.Memory, 0.9), GPUMemory: cmp.Or(t.GPUMemory, 0.98), Disk: cmp.Or(t.Disk, 0.85),
		Concurrency: cmp.Or(t.Concurrency, 0.9), CanaryFactor: cmp.Or(t.CanaryFactor, 2),
	}
	return s
}
