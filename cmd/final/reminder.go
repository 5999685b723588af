package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// Nothing takes a floor or a freeze back by itself: a scheduled action does not run while
// scheduled scaling is suspended, and a schedule of EventBridge Scheduler would be a role
// more that may change capacity. So the program reminds. As Application Auto Scaling
// publishes no metric of what is suspended, "final floor" and "final freeze" make an alarm,
// and "final resume" deletes it. It goes to ALARM at --until, or at once without it, tells
// the environment's topic, and stays in ALARM as long as something is held.

// reminderName is the alarm's name, of at most 255 characters.
func reminderName(endpoint string) string { return "final-reminder-" + endpoint }

// reminderMinutes is for how many minutes in a row the alarm's expression is true, or has
// no data, before it goes to ALARM.
const reminderMinutes = 5

// longestDescription is CloudWatch's limit of an alarm's description.
const longestDescription = 1024

// remind makes the alarm, or moves it to the earliest time that a tag says. It returns
// whom it tells; "" for nobody. The expression needs a metric for its clock. Minutes
// without a request have no data and count as breaching, so that without traffic the
// alarm comes too early and not never.
func remind(ctx context.Context, r *run, e *sagemaker.DescribeEndpointOutput, all tags) (topic string, err error) {
	var at time.Time
	var holds []string
	for key, h := range all {
		due := h.until
		if due.IsZero() {
			due = h.set
		}
		if at.IsZero() || due.Before(at) {
			at = due
		}
		holds = append(holds, strings.TrimPrefix(key, "final/"))
	}
	slices.Sort(holds)
	topic = findTopic(ctx, r)
	dimensions := []types.Dimension{{Name: aws.String("EndpointName"), Value: &r.env.Endpoint.Name}}
	for _, v := range e.ProductionVariants[:min(1, len(e.ProductionVariants))] {
		dimensions = append(dimensions, types.Dimension{Name: aws.String("VariantName"), Value: v.VariantName})
	}
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(reminderName(r.env.Endpoint.Name)),
		AlarmDescription: aws.String(cli.Cut(fmt.Sprintf("Take it back with final resume --env %s: until then the "+
			"calendar's floors are not set, or the fleet does not become smaller. Held by hand: %s.",
			r.env.Name, strings.Join(holds, ", ")), longestDescription)),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(0),
		EvaluationPeriods: aws.Int32(reminderMinutes), DatapointsToAlarm: aws.Int32(reminderMinutes),
		TreatMissingData: aws.String("breaching"),
		Metrics: []types.MetricDataQuery{
			{Id: aws.String("due"), Expression: aws.String(fmt.Sprintf("IF(EPOCH(requests) >= %d, 1, 0)", at.Unix())),
				Label: aws.String("held longer than was said"), ReturnData: aws.Bool(true)},
			{Id: aws.String("requests"), ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: aws.String("AWS/SageMaker"), MetricName: aws.String("Invocations"),
					Dimensions: dimensions},
				Period: aws.Int32(60), Stat: aws.String("Sum"),
			}},
		},
	}
	if topic != "" {
		in.AlarmActions = []string{topic}
	}
	if _, err := cloudwatch.NewFromConfig(r.aws).PutMetricAlarm(ctx, in); err != nil {
		return topic, account.Error("cloudwatch:PutMetricAlarm", err)
	}
	return topic, nil
}

// forget deletes the reminder. One that is not there is no error.
func forget(ctx context.Context, r *run) error {
	client, name := cloudwatch.NewFromConfig(r.aws), reminderName(r.env.Endpoint.Name)
	found, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err == nil && len(found.MetricAlarms) == 0 {
		return nil
	}
	if _, err := client.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}}); err != nil {
		return account.Error("cloudwatch:DeleteAlarms", err)
	}
	return nil
}

// findTopic is the topic that the environment's alarms tell: that of its stack monitoring,
// or the one that the stack's composite alarms tell; "" where there is none.
func findTopic(ctx context.Context, r *run) string {
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(r.aws),
		&cloudformation.ListStackResourcesInput{StackName: aws.String(r.env.Name + "-monitoring")})
	var alarms []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return ""
		}
		for _, one := range page.StackResourceSummaries {
			switch id := aws.ToString(one.PhysicalResourceId); aws.ToString(one.ResourceType) {
			case "AWS::SNS::Topic":
				return id
			case "AWS::CloudWatch::CompositeAlarm":
				alarms = append(alarms, id)
			}
		}
	}
	if len(alarms) == 0 {
		return ""
	}
	found, err := cloudwatch.NewFromConfig(r.aws).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNames: alarms, AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm},
	})
	if err != nil {
		return ""
	}
	for _, a := range found.CompositeAlarms {
		for _, action := range a.AlarmActions {
			if strings.Contains(action, ":sns:") {
				return action
			}
		}
	}
	return ""
}
