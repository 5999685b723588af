package monitoring

import "github.com/sagemaker-autoscaling-inference/cdk/autoscaling"

// Severity is how urgent an alarm is.
type Severity string

// The severities.
const (
	// Critical alarms say that users are affected.
	Critical Severity = "critical"
	// Warning alarms say that they will be soon.
	Warning Severity = "warning"
	// Notice alarms say what a person should know the next morning.
	Notice Severity = "notice"
)

// Alarm is an alarm that is made of a Subject.
type Alarm struct {
	autoscaling.Alarm
	// Kind is the alarm's name in Settings.Off and in docs/runbook.md, such as errorRate.
	Kind string
	// Of tells alarms of one kind apart: the name of the variant, the component or the
	// part. Default: "", there is one.
	Of string
	// Severity is how urgent it is.
	Severity Severity
	// MissingDataReason says why Alarm.MissingData is what it is.
	MissingDataReason string
}
