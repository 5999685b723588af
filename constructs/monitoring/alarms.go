package monitoring

import (
	"slices"
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

	ref string // the resource's, asked for once
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
			resource.SetAlarmActions(m.topicARNs)
		}
		m.Alarms = append(m.Alarms, Alarm{Alarm: a, Resource: resource, ref: *resource.Ref()})
	}
}

// addComposite makes the composite alarm of a severity; nil where no alarm has it. It has
// no name: with one, a second stack with the same name could not be deployed.
func (m *Monitoring) addComposite(
	id string, severity monitoring.Severity, description string,
) awscloudwatch.CfnCompositeAlarm {
	refs := map[[2]string]string{}
	var alarms []monitoring.Alarm
	add := func(a monitoring.Alarm, ref string) {
		alarms, refs[[2]string{a.Kind, a.Of}] = append(alarms, a), ref
	}
	for _, a := range m.Alarms {
		add(a.Alarm, a.ref)
	}
	if s := m.props.CapacitySchedule; s != nil && !slices.Contains(m.props.Settings.Off, reservationRefused) {
		add(monitoring.Alarm{Kind: reservationRefused, Severity: monitoring.Warning}, *s.Alarm.AlarmName())
	}
	rule, err := monitoring.Composite(alarms, severity, func(a monitoring.Alarm) string {
		return refs[[2]string{a.Kind, a.Of}]
	})
	if err != nil {
		panic(problem.Of(m, "", problem.List{{Path: "Settings.Off", Rule: err.Error()}}))
	}
	if rule == "" {
		return nil
	}
	var actions []any
	for _, arn := range *m.topicARNs {
		actions = append(actions, arn)
	}
	return awscloudwatch.NewCfnCompositeAlarm(m, jsii.String(id), &awscloudwatch.CfnCompositeAlarmProps{
		AlarmRule:        jsii.String(rule),
		AlarmDescription: jsii.String(description),
		AlarmActions:     &actions,
		OkActions:        &actions,
	})
}

// reservationRefused is the kind of the alarm that a CapacitySchedule makes.
const reservationRefused = "reservationRefused"
