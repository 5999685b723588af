package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// readAlarms reads the alarms of the stacks. Those that target tracking makes are not
// among them.
func (r *reader) readAlarms(ctx context.Context) ([]types.MetricAlarm, []Result) {
	made, problem := r.list(ctx, "AWS::CloudWatch::Alarm")
	if problem != nil {
		return nil, problem
	}
	var names []string
	for _, a := range made {
		names = append(names, a.physicalID)
	}
	var found []types.MetricAlarm
	client := cloudwatch.NewFromConfig(r.AWS)
	for some := range slices.Chunk(names, 100) {
		pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{AlarmNames: some})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, []Result{failed("cloudwatch:DescribeAlarms", err)}
			}
			found = append(found, page.MetricAlarms...)
		}
	}
	var results []Result
	for _, name := range names {
		if !slices.ContainsFunc(found, func(a types.MetricAlarm) bool { return aws.ToString(a.AlarmName) == name }) {
			results = append(results, wrong("not there", "the alarm", "somebody has deleted it",
				"delete it from the file, deploy, and deploy it again").of(name))
		}
	}
	return found, results
}

func alarms(ctx context.Context, r *reader) []Result {
	found, results := r.readAlarms(ctx)
	for _, a := range found {
		results = append(results, judgeAlarm(a, r.env.Region).of(aws.ToString(a.AlarmName)))
	}
	slices.SortStableFunc(results, func(a, b Result) int { return strings.Compare(a.Subject, b.Subject) })
	return results
}

// tells are the topics of an alarm.
func tells(a types.MetricAlarm) (topics []string) {
	for _, arn := range a.AlarmActions {
		if strings.Contains(arn, ":sns:") {
			topics = append(topics, arn)
		}
	}
	return topics
}

// judgeAlarm wants data and, of an alarm that tells people, that it is not on. An alarm
// that only scales may be on: that of a scale-in usually is.
func judgeAlarm(a types.MetricAlarm, region string) Result {
	scales := len(a.AlarmActions) > 0 && len(tells(a)) == 0
	switch {
	case a.ActionsEnabled != nil && !*a.ActionsEnabled && len(a.AlarmActions) > 0:
		return wrong("actions disabled", "actions enabled", "it tells nobody, and scales nothing",
			command(region, "cloudwatch enable-alarm-actions --alarm-names %s", aws.ToString(a.AlarmName)))
	case a.StateValue == types.StateValueInsufficientData:
		return wrong("INSUFFICIENT_DATA", "OK", "its metric has no values: "+metricOf(a),
			"send requests, wait for two of its periods, and see whether the metric's dimensions are right")
	case a.StateValue == types.StateValueAlarm && !scales:
		return wrong("ALARM", "OK", aws.ToString(a.StateReason), "read docs/runbook.md on it")
	default:
		return ok(string(a.StateValue))
	}
}

func metricOf(a types.MetricAlarm) string {
	if a.MetricName == nil {
		return "metric math"
	}
	return aws.ToString(a.Namespace) + " " + aws.ToString(a.MetricName)
}

func subscribers(ctx context.Context, r *reader) (results []Result) {
	found, problems := r.readAlarms(ctx)
	if Count(problems, Unknown) > 0 {
		return problems // what is wrong with an alarm, the check before has said
	}
	made, problems := r.list(ctx, "AWS::SNS::Topic")
	if problems != nil {
		return problems
	}
	// What composite alarms tell too.
	topics := slices.Clone(r.env.Monitoring.TopicARNs)
	for _, t := range made {
		topics = append(topics, t.physicalID)
	}
	for _, a := range found {
		topics = append(topics, tells(a)...)
	}
	if len(topics) == 0 {
		if len(found) == 0 {
			return nil
		}
		return []Result{unknown("no alarm of the stacks tells a topic", "give the alarms a topic, such as under monitoring")}
	}
	slices.Sort(topics)
	client := sns.NewFromConfig(r.AWS)
	for _, arn := range slices.Compact(topics) {
		var all []snstypes.Subscription
		var err error
		pages := sns.NewListSubscriptionsByTopicPaginator(client, &sns.ListSubscriptionsByTopicInput{TopicArn: &arn})
		for pages.HasMorePages() && err == nil {
			var page *sns.ListSubscriptionsByTopicOutput
			if page, err = pages.NextPage(ctx); err == nil {
				all = append(all, page.Subscriptions...)
			}
		}
		switch {
		case missing(err):
			results = append(results, wrong("not there", "the topic", "the alarms tell nobody",
				"make deploy ENV="+r.env.Name+", or correct the topic's ARN").of(arn))
		case err != nil:
			results = append(results, failed("sns:ListSubscriptionsByTopic", err).of(arn))
		default:
			results = append(results, judgeSubscribers(all, arn).of(arn))
		}
	}
	return results
}

// judgeSubscribers wants one subscriber or more, and each to have confirmed.
func judgeSubscribers(all []snstypes.Subscription, arn string) Result {
	var pending []string
	for _, s := range all {
		if aws.ToString(s.SubscriptionArn) == "PendingConfirmation" {
			pending = append(pending, aws.ToString(s.Endpoint))
		}
	}
	confirmed := len(all) - len(pending)
	switch {
	case len(all) == 0:
		return wrong("no subscribers", "1 or more", "its alarms tell nobody",
			command(strings.Split(arn, ":")[3], "sns subscribe --topic-arn %s --protocol email "+
				"--notification-endpoint ADDRESS", arn)+", and confirm it")
	case len(pending) > 0:
		return wrong(fmt.Sprintf("%d confirmed, not %s", confirmed, strings.Join(pending, ", ")), "all confirmed",
			"who has not confirmed is not told", "open the confirmation message, or remove the subscription")
	default:
		return ok(fmt.Sprintf("%d confirmed", confirmed))
	}
}
