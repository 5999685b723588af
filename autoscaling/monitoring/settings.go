package monitoring

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
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
	// LogRetentionDays is how long the log groups that SageMaker writes keep an event.
	LogRetentionDays int `json:"logRetentionDays,omitempty"`
	// LatencyObjective is what the percentile of the requests should take at most, as
	// the load balancer's clients see it.
	LatencyObjective time.Duration `json:"latencyObjective,omitempty"`
}

// Validate returns everything wrong with the settings.
func (s Settings) Validate() problem.List { return nil }
