package monitoring

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Alarm is an alarm that was made.
type Alarm struct {
	monitoring.Alarm
	// Resource is the AWS::CloudWatch::Alarm. It has no name: CloudFormation gives it one,
	// so that it can be replaced (fact C5).
	Resource awscloudwatch.CfnAlarm
}

// stable is name as a part of a construct ID; the place i, where it is known only at
// deployment.
func stable(name string, i int) string {
	if problem.Unresolved(name) {
		return strconv.Itoa(i)
	}
	return name
}

// alarmID is the construct ID of an alarm: its kind, and what it is of. It is part of
// what importing apps rely on, as it decides the logical ID.
func alarmID(a monitoring.Alarm, i int) string {
	id := strings.ToUpper(a.Kind[:1]) + a.Kind[1:]
	if a.Of != "" {
		id += "-" + stable(a.Of, i)
	}
	return id
}

// addAlarms makes the alarms. A notice tells the topics itself, the others do so through
// a composite alarm.
func (m *Monitoring) addAlarms(alarms []monitoring.Alarm) {
	for i, a := range alarms {
		resource := scaling.NewAlarm(m, alarmID(a, i), a.Alarm)
		if a.Severity == monitoring.Notice {
			resource.SetAlarmActions(m.topicARNs())
		}
		m.Alarms = append(m.Alarms, Alarm{Alarm: a, Resource: resource})
	}
}

// addComposite makes the composite alarm of a severity; nil where no alarm has it. It has
// no name: with one, a second stack with the same name could not be deployed.
func (m *Monitoring) addComposite(id string, severity monitoring.Severity, description string) awscloudwatch.CfnCompositeAlarm {
	var names []string
	for _, a := range m.Alarms {
		if a.Severity == severity {
			names = append(names, *a.Resource.Ref())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return awscloudwatch.NewCfnCompositeAlarm(m, jsii.String(id), &awscloudwatch.CfnCompositeAlarmProps{
		AlarmRule:        jsii.String(anyOf(names)),
		AlarmDescription: jsii.String(description),
		AlarmActions:     m.topicARNs(),
		OkActions:        m.topicARNs(),
	})
}

// anyOf is the rule of a composite alarm that goes off with any of the alarms.
func anyOf(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = `ALARM("` + name + `")`
	}
	return strings.Join(quoted, " OR ")
}
