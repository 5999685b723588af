package frontend

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// CapacityScheduleProps describes a CapacitySchedule.
type CapacityScheduleProps struct {
	// LoadBalancer is the load balancer that the capacity units are reserved for. A
	// load balancer with MinimumCapacityUnits is an error: each deployment would
	// reset the reservation.
	LoadBalancer elb.IApplicationLoadBalancer
	// Calendar is the events, in capacity units. Make it with Unit.Calendar of
	// LoadBalancerTraffic.CapacityUnits.
	Calendar events.Calendar
	// AlarmActions are the actions of the alarm for refused requests, such as a
	// message to a topic.
	// Default: none, the alarm has no action.
	AlarmActions []awscloudwatch.IAlarmAction
}

// Validate returns everything wrong with the properties, joined.
func (p CapacityScheduleProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if problem.IsNil(p.LoadBalancer) {
		ps.Add("LoadBalancer", nil, "capacity units are a load balancer's", "give one")
	} else if reservesCapacity(p.LoadBalancer) {
		ps.Add("LoadBalancer", nil,
			"its template reserves capacity units all the time, and each deployment would undo what is scheduled",
			"leave its MinimumCapacityUnits out, or the schedule")
	}
	if len(p.Calendar.Events) == 0 {
		ps.Add("Calendar.Events", nil, "without events nothing is reserved", "add one, or leave the schedule out")
	}
	ps = append(ps, frontend.ValidateReservations(p.Calendar).In("Calendar")...)
	return ps.Err()
}

// reservesCapacity reports whether the template of a load balancer in this app has
// minimum capacity units.
func reservesCapacity(loadBalancer elb.IApplicationLoadBalancer) bool {
	made, ok := loadBalancer.Node().DefaultChild().(elb.CfnLoadBalancer)
	return ok && made.MinimumLoadBalancerCapacity() != nil
}

// CapacitySchedule reserves a load balancer's capacity units hours before events and
// releases them afterwards, with EventBridge Scheduler (fact F27: Application Auto
// Scaling cannot). AWS refuses the requests, and the alarm goes off, while the
// account's quota of reserved units is 0, the default.
type CapacitySchedule struct {
	constructs.Construct
	// Schedules are the AWS::Scheduler::Schedule, in the order of
	// ReservationSchedules.
	Schedules []awsscheduler.CfnSchedule
	// Role lets EventBridge Scheduler change this load balancer's reservation.
	Role awsiam.Role
	// DeadLetters is the dead-letter queue for requests that failed every retry.
	DeadLetters awssqs.Queue
	// Alarm goes off when DeadLetters holds a message.
	Alarm awscloudwatch.Alarm
}

// ToString makes the struct itself usable as a construct.
func (c *CapacitySchedule) ToString() *string { return c.Construct.ToString() }

// NewCapacitySchedule makes a CapacitySchedule. It panics with what
// props.Validate returns.
func NewCapacitySchedule(scope constructs.Construct, id string, props CapacityScheduleProps) *CapacitySchedule {
	if err := props.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	c := &CapacitySchedule{}
	constructs.NewConstruct_Override(c, scope, jsii.String(id))

	c.addDeadLetterQueue(props.AlarmActions)
	c.addRole(props.LoadBalancer)
	target := &awsscheduler.CfnSchedule_TargetProperty{
		// A universal target calls an operation of an AWS SDK with JSON as its input.
		Arn: awscdk.Stack_Of(c).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("scheduler"), Region: jsii.String(""), Account: jsii.String(""),
			Resource:  jsii.String("aws-sdk:elasticloadbalancingv2:modifyCapacityReservation"),
			ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		}),
		RoleArn:          c.Role.RoleArn(),
		DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: c.DeadLetters.QueueArn()},
		// Fact F20: AWS refuses a request until the one before is complete.
		RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{
			MaximumEventAgeInSeconds: jsii.Number(frontend.ReservationRetries.Seconds()),
			MaximumRetryAttempts:     jsii.Number(maxRetryAttempts),
		},
	}
	for _, s := range frontend.ReservationSchedules(props.Calendar) {
		target := *target
		target.Input = c.reservationRequest(props.LoadBalancer, s.CapacityUnits)
		c.Schedules = append(c.Schedules, awsscheduler.NewCfnSchedule(c, jsii.String(s.Name), &awsscheduler.CfnScheduleProps{
			Description:                jsii.String(scheduleDescription(s)),
			ScheduleExpression:         jsii.String(s.Schedule),
			ScheduleExpressionTimezone: jsii.String(s.Timezone),
			FlexibleTimeWindow:         &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
			Target:                     target,
		}))
	}
	// A schedule that runs before the role has its permissions fails.
	for _, s := range c.Schedules {
		s.Node().AddDependency(c.Role)
	}
	return c
}

// maxRetryAttempts is EventBridge Scheduler's maximum: only the event's age ends
// the retries.
const maxRetryAttempts = 185

func scheduleDescription(s frontend.ReservationSchedule) string {
	if s.CapacityUnits == 0 {
		return "Releases the load balancer's capacity units"
	}
	return fmt.Sprintf("Reserves %d of the load balancer's capacity units", s.CapacityUnits)
}

// reservationRequest returns the input of ModifyCapacityReservation. 0 units release
// the reservation.
func (c *CapacitySchedule) reservationRequest(loadBalancer elb.IApplicationLoadBalancer, units int) *string {
	request := map[string]any{"LoadBalancerArn": *loadBalancer.LoadBalancerArn()}
	if units == 0 {
		request["ResetCapacityReservation"] = true
	} else {
		request["MinimumLoadBalancerCapacity"] = map[string]any{"CapacityUnits": units}
	}
	return awscdk.Stack_Of(c).ToJsonString(request, nil)
}

// addDeadLetterQueue makes the queue for failed requests, which keeps them for SQS's
// maximum of 14 days, and its alarm.
func (c *CapacitySchedule) addDeadLetterQueue(actions []awscloudwatch.IAlarmAction) {
	c.DeadLetters = awssqs.NewQueue(c, jsii.String("DeadLetters"), &awssqs.QueueProps{
		Encryption: awssqs.QueueEncryption_SQS_MANAGED, EnforceSSL: jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	c.Alarm = c.DeadLetters.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{
		Period: seconds(time.Minute), Statistic: jsii.String("Maximum"),
	}).CreateAlarm(c, jsii.String("Refused"), &awscloudwatch.CreateAlarmOptions{
		AlarmDescription: jsii.String("The load balancer's capacity units were not reserved, or not released: " +
			"the queue of dead letters says why"),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		Threshold:          jsii.Number(1), EvaluationPeriods: jsii.Number(1),
		TreatMissingData: awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	c.Alarm.AddAlarmAction(actions...)
}

// addRole makes the role. Only schedules in the default group of this account can
// use it.
func (c *CapacitySchedule) addRole(loadBalancer elb.IApplicationLoadBalancer) {
	stack := awscdk.Stack_Of(c)
	c.Role = awsiam.NewRole(c, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{
				sourceAccount: *stack.Account(),
				"aws:SourceArn": *stack.FormatArn(&awscdk.ArnComponents{
					Service: jsii.String("scheduler"), Resource: jsii.String("schedule-group"),
					ResourceName: jsii.String("default"),
				}),
			}},
		}),
		Description: jsii.String("Reserves capacity units of one load balancer"),
	})
	c.Role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("elasticloadbalancing:ModifyCapacityReservation"),
		Resources: &[]*string{loadBalancer.LoadBalancerArn()},
	}))
	c.Role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("sqs:SendMessage"),
		Resources: &[]*string{c.DeadLetters.QueueArn()},
	}))
}
