package monitoring

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// logGroups are the log groups that SageMaker makes by itself, by the construct IDs of
// what limits them: the endpoint's, and one of each inference component.
func (m *Monitoring) logGroups() (ids, names []string) {
	ids, names = []string{"Endpoint"}, []string{autoscaling.UtilizationNamespace + "/" + m.subject.EndpointName}
	for i, c := range m.subject.Components {
		ids = append(ids, "Component-"+stable(c.Name, i))
		names = append(names, "/aws/sagemaker/InferenceComponents/"+c.Name)
	}
	return ids, names
}

// limitLogs sets the retention of SageMaker's log groups to days, every day anew.
//
// A log group in the template would be refused where SageMaker has made it already, as it
// has of every endpoint that stands. A schedule is never refused: until the log group is
// there, its call fails, and the one of the next day finds it. It needs no function.
func (m *Monitoring) limitLogs(days int) {
	stack := awscdk.Stack_Of(m)
	ids, names := m.logGroups()
	role := awsiam.NewRole(m, jsii.String("LogRetention"), &awsiam.RoleProps{
		Description: jsii.String("Sets the retention of the log groups of endpoint " + m.subject.EndpointName),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{
				"aws:SourceAccount": *stack.Account(),
				"aws:SourceArn": *stack.FormatArn(&awscdk.ArnComponents{
					Service: jsii.String("scheduler"), Resource: jsii.String("schedule-group"),
					ResourceName: jsii.String("default"),
				}),
			}},
		}),
	})
	var arns []string
	for _, name := range names {
		arn := *stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: jsii.String(name),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})
		arns = append(arns, arn, arn+":*") // with and without the streams, as AWS writes both
	}
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("logs:PutRetentionPolicy"), Resources: jsii.Strings(arns...),
	}))
	for i, name := range names {
		schedule := awsscheduler.NewCfnSchedule(m, jsii.String("LogRetention-"+ids[i]), &awsscheduler.CfnScheduleProps{
			Description:        jsii.String("Sets how long a log group of SageMaker's keeps what it holds"),
			ScheduleExpression: jsii.String("rate(1 day)"),
			FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
			Target: &awsscheduler.CfnSchedule_TargetProperty{
				// A universal target calls an operation of an AWS SDK with JSON as its input.
				Arn: stack.FormatArn(&awscdk.ArnComponents{
					Service: jsii.String("scheduler"), Region: jsii.String(""), Account: jsii.String(""),
					Resource: jsii.String("aws-sdk:cloudwatchlogs:putRetentionPolicy"), ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
				}),
				RoleArn: role.RoleArn(),
				Input:   stack.ToJsonString(map[string]any{"LogGroupName": name, "RetentionInDays": days}, nil),
				// The call of the next day is the retry.
				RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(2)},
			},
		})
		schedule.Node().AddDependency(role) // its first call comes at once
	}
}
