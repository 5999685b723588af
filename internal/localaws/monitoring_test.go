package localaws

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

// TestMonitoring takes a stack of alarms, their topic, events and logs through
// creation, changes and deletion, and reads each back.
func TestMonitoring(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "ap-northeast-3")
	client := cloudwatch.NewFromConfig(r.sdk())
	template := text(t, "testdata/monitoring.yaml")
	must(t, r.create("monitoring", template))
	out := r.stack("monitoring").Outputs

	says(r, r.monitored(out),
		`"Endpoint": "alarms@example.com"`, `"KmsMasterKeyId": "`+out["Key"]+`"`, `"DisplayName": "alarms"`, `"stack": "monitoring"`,
		`kms:GenerateDataKey`, `"KeyRotationEnabled": true`, `"Description": "alarms"`, `"KeyState": "Enabled"`,
		`"retentionInDays": 30`, `"policyName": "events"`, `logs:PutLogEvents`,
		`"filterName": "refused"`, `"metricName": "Refused"`, `"metricValue": "1"`, `"defaultValue": 0`, `{ $.status = 503 }`,
		`SageMaker Endpoint State Change`, `"State": "ENABLED"`, `"Id": "log"`, `"MaximumRetryAttempts": 4`,
		`"MessageRetentionPeriod": "345600"`, `"maxReceiveCount": 5`,
	)
	metric, composite := r.describeAlarms(client)
	high, slow := metric["high"], metric["slow"]
	if got := aws.ToString(high.Metrics[0].Expression); got != "100 * FILL(errors, 0) / requests" || len(high.Metrics) != 3 {
		t.Errorf("got %d metrics, the first %q", len(high.Metrics), got)
	}
	if diff := cmp.Diff([]string{out["Topic"]}, high.OKActions); diff != "" {
		t.Errorf("actions (-want +got)\n%s", diff)
	}
	if aws.ToString(slow.ExtendedStatistic) != "p99" || slow.StateValue != types.StateValueInsufficientData {
		t.Errorf("got %s and %s", aws.ToString(slow.ExtendedStatistic), slow.StateValue)
	}
	either := composite["either"]
	want := `ALARM("arn:aws:cloudwatch:ap-northeast-3:123456789012:alarm:high") OR ALARM(slow)`
	if got := aws.ToString(either.AlarmRule); got != want || aws.ToInt32(either.ActionsSuppressorExtensionPeriod) != 120 ||
		!strings.HasSuffix(aws.ToString(either.ActionsSuppressor), ":alarm:slow") {
		t.Errorf("got %+v, want the rule %s and its suppressor", either, want)
	}
	only, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	must(t, err)
	if len(only.CompositeAlarms) != 0 || len(only.MetricAlarms) != 2 {
		t.Errorf("without AlarmTypes: got %d composite alarms, want none", len(only.CompositeAlarms))
	}

	r.board(client, `"alarms": ["arn:aws:cloudwatch:ap-northeast-3:123456789012:alarm:high"]`)
	setState(t, client, "high", types.StateValueAlarm)
	setState(t, client, "either", types.StateValueAlarm)
	r.changesInPlace(client, template, out)

	must(t, r.delete("monitoring"))
	if metric, composite := r.describeAlarms(client); len(metric)+len(composite) > 0 {
		t.Errorf("left behind: %v %v", metric, composite)
	}
	boards, err := client.ListDashboards(t.Context(), &cloudwatch.ListDashboardsInput{})
	must(t, err)
	if len(boards.DashboardEntries) != 0 {
		t.Errorf("left behind: %v", boards.DashboardEntries)
	}
	for _, none := range []string{
		r.json("logs", "Logs_20140328.DescribeLogGroups", "{}"),
		r.json("logs", "Logs_20140328.DescribeMetricFilters", "{}"),
		r.json("logs", "Logs_20140328.DescribeResourcePolicies", "{}"),
		r.json("events", "AWSEvents.ListRules", "{}"),
	} {
		if !emptyList.MatchString(none) {
			t.Errorf("left behind: %s", none)
		}
	}
	says(r, r.json("kms", "TrentService.DescribeKey", `{"KeyId": "`+out["Key"]+`"}`), `"KeyState": "PendingDeletion"`)
	if subscriptions := r.sns("ListSubscriptions", nil) + r.sns("ListTopics", nil); strings.Contains(subscriptions, "monitoring") {
		t.Errorf("left behind: %s", subscriptions)
	}
	must(t, shared.Err())
}

// changesInPlace changes one property of each resource.
func (r inRegion) changesInPlace(client *cloudwatch.Client, template string, out map[string]string) {
	r.t.Helper()
	for _, change := range [][2]string{
		{"EnableKeyRotation: true", "EnableKeyRotation: false"},
		{"Description: alarms\n", "Description: alarms and events\n"},
		{"DisplayName: alarms", "DisplayName: odds"},
		{"RawMessageDelivery: true", "RawMessageDelivery: false"},
		{"MessageRetentionPeriod: 345600", "MessageRetentionPeriod: 86400"},
		{"Threshold: 5\n", "Threshold: 6\n"},
		{"AlarmDescription: one of them", "AlarmDescription: both"},
		{") OR ALARM(", ") AND ALARM("},
		{`"type": "alarm"`, `"type": "explorer"`},
		{"RetentionInDays: 30", "RetentionInDays: 60"},
		{"logs:CreateLogStream", "logs:DescribeLogStreams"},
		{"Description: changes of endpoints", "Description: what endpoints do"},
		{"\n        - {Id: log, Arn: !GetAtt Events.Arn}", ""},
		{"$.status = 503", "$.status = 504"},
	} {
		template = replaced(r.t, template, change[0], change[1])
	}
	must(r.t, r.update("monitoring", template))
	said := r.monitored(out)
	says(r, said,
		`"KeyRotationEnabled": false`, `"Description": "alarms and events"`, `"DisplayName": "odds"`, `"RawMessageDelivery": "false"`,
		`"MessageRetentionPeriod": "86400"`, `"maxReceiveCount": 5`, `"retentionInDays": 60`, `logs:DescribeLogStreams`,
		`"Description": "what endpoints do"`, `$.status = 504`, `"Id": "topic"`,
		// What stands beside it is still there.
		`"Endpoint": "alarms@example.com"`, `"KmsMasterKeyId": "`+out["Key"]+`"`, `"Service": "cloudwatch.amazonaws.com"`,
	)
	for _, gone := range []string{`"Id": "log"`, `$.status = 503`} {
		if strings.Contains(said, gone) {
			r.t.Errorf("after the update there is still %s", gone)
		}
	}
	metric, composite := r.describeAlarms(client)
	either := composite["either"]
	if aws.ToFloat64(metric["high"].Threshold) != 6 || !strings.Contains(aws.ToString(either.AlarmRule), "AND") ||
		aws.ToString(either.AlarmDescription) != "both" {
		r.t.Errorf("got the threshold %v and %+v", aws.ToFloat64(metric["high"].Threshold), either)
	}
	if metric["high"].StateValue != types.StateValueAlarm || either.StateValue != types.StateValueAlarm {
		r.t.Errorf("an update has changed the states to %s and %s", metric["high"].StateValue, either.StateValue)
	}
	r.board(client, `"type": "explorer"`)
}

// TestMonitoringRefused: what CloudFormation refuses.
func TestMonitoringRefused(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "ap-south-2")
	for _, c := range []struct{ resources, want string }{
		{"C: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmName: c, AlarmRule: 'ALARM(unknown) OR AT_LEAST(1, OK, (a, b))'}}",
			"as alarms [unknown, a, b] in the alarm rule do not exist"},
		{"D: {Type: AWS::CloudWatch::Dashboard, Properties: {DashboardName: d, DashboardBody: '{'}}", "must be a valid JSON object"},
		{"F: {Type: AWS::Logs::MetricFilter, Properties: {LogGroupName: none, FilterPattern: '', MetricTransformations: []}}",
			"The specified log group does not exist"},
		{"K: {Type: AWS::KMS::Key, Properties: {KeySpec: RSA_2048, KeyPolicy: {Version: '2012-10-17', Statement: []}}}", "KeySpec RSA_2048"},
	} {
		contains(t, r.create("refused", "Resources:\n  "+c.resources+"\n"), c.want)
		must(t, r.delete("refused"))
	}
}

// TestAlarmStates: SetAlarmState publishes to the topics of the new state once,
// unless the actions are disabled, and all of it is in the history.
func TestAlarmStates(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "ap-southeast-4")
	must(t, r.create("states", text(t, "testdata/monitoring.yaml")))
	client, queue := cloudwatch.NewFromConfig(r.sdk()), r.stack("states").Outputs["Queue"]
	received := func() string {
		return r.json("sqs", "AmazonSQS.ReceiveMessage", `{"QueueUrl": "`+queue+`", "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}`)
	}
	setState(t, client, "high", types.StateValueAlarm)
	setState(t, client, "high", types.StateValueAlarm)
	says(r, received(), `"AlarmName": "high"`, `"NewStateValue": "ALARM"`, `"OldStateValue": "INSUFFICIENT_DATA"`, `"NewStateReason": "a test"`)
	if n := strings.Count(received(), "MessageId"); n != 1 {
		t.Errorf("got %d messages, want 1", n)
	}
	_, err := client.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"high"}})
	must(t, err)
	setState(t, client, "high", types.StateValueOk)
	_, err = client.EnableAlarmActions(t.Context(), &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"high"}})
	must(t, err)
	setState(t, client, "high", types.StateValueAlarm)
	if n := strings.Count(received(), "MessageId"); n != 2 {
		t.Errorf("got %d messages, want 2", n)
	}
	setState(t, client, "either", types.StateValueAlarm)
	if n := strings.Count(received(), "MessageId"); n != 3 {
		t.Errorf("got %d messages, want 3", n)
	}
	// The composite alarm's suppressor is "slow".
	setState(t, client, "either", types.StateValueOk)
	setState(t, client, "slow", types.StateValueAlarm)
	setState(t, client, "either", types.StateValueAlarm)
	if n := strings.Count(received(), "MessageId"); n != 3 {
		t.Errorf("suppressed: got %d messages, want 3", n)
	}
	history := func(in cloudwatch.DescribeAlarmHistoryInput) (summaries []string) {
		in.MaxRecords = aws.Int32(2)
		for pages := cloudwatch.NewDescribeAlarmHistoryPaginator(client, &in); pages.HasMorePages(); {
			page, err := pages.NextPage(t.Context())
			must(t, err)
			for _, item := range page.AlarmHistoryItems {
				summaries = append(summaries, aws.ToString(item.HistorySummary))
			}
		}
		return summaries
	}
	topic := "Successfully executed action " + r.stack("states").Outputs["Topic"]
	want := []string{
		topic, "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK",
		topic, "Alarm updated from INSUFFICIENT_DATA to ALARM",
	}
	if diff := cmp.Diff(want, history(cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("high")})); diff != "" {
		t.Errorf("history (-want +got)\n%s", diff)
	}
	if got := history(cloudwatch.DescribeAlarmHistoryInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}, HistoryItemType: types.HistoryItemTypeStateUpdate,
	}); len(got) != 3 {
		t.Errorf("got %v, want the three changes of the composite alarm", got)
	}
}

// TestMetricData: what is put is read by metric, and percentiles are the nearest rank.
func TestMetricData(t *testing.T) {
	t.Parallel()
	client, at := cloudwatch.NewFromConfig(ownRegion(t, "sa-east-1").sdk()), time.Now().UTC().Truncate(time.Hour)
	dimensions := []types.Dimension{{Name: aws.String("Endpoint"), Value: aws.String("a")}}
	for _, in := range []cloudwatch.PutMetricDataInput{
		{Namespace: aws.String("Odds"), MetricData: []types.MetricDatum{
			{MetricName: aws.String("Latency"), Timestamp: &at, Dimensions: dimensions, Values: []float64{1, 2, 3}, Counts: []float64{1, 7, 2}},
			{MetricName: aws.String("Latency"), Timestamp: &at, Value: aws.Float64(1000)},
		}},
		{Namespace: aws.String("Other"), MetricData: []types.MetricDatum{
			{MetricName: aws.String("Latency"), Timestamp: &at, Dimensions: dimensions, Value: aws.Float64(5000)},
		}},
	} {
		_, err := client.PutMetricData(t.Context(), &in)
		must(t, err)
	}
	get := func(query types.MetricDataQuery) ([]types.MetricDataResult, error) {
		query.Id = aws.String("q")
		found, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: &at, EndTime: aws.Time(at.Add(time.Minute)), MetricDataQueries: []types.MetricDataQuery{query},
		})
		if err != nil {
			return nil, err
		}
		return found.MetricDataResults, nil
	}
	stat := func(name string) types.MetricDataQuery {
		return types.MetricDataQuery{MetricStat: &types.MetricStat{Stat: &name, Period: aws.Int32(60), Metric: &types.Metric{
			Namespace: aws.String("Odds"), MetricName: aws.String("Latency"), Dimensions: dimensions,
		}}}
	}
	for name, want := range map[string]float64{"Sum": 21, "SampleCount": 10, "Average": 2.1, "Maximum": 3, "p80": 2, "p81": 3, "p0.1": 1} {
		got, err := get(stat(name))
		must(t, err)
		if len(got) != 1 || len(got[0].Values) != 1 || got[0].Values[0] != want {
			t.Errorf("%s: got %+v, want %v", name, got, want)
		}
	}
	_, err := get(stat("tm99"))
	contains(t, err, "has no statistic tm99")
	_, err = get(types.MetricDataQuery{Expression: aws.String("1 + 1")})
	contains(t, err, "the local AWS has no metric math")
}

func setState(t *testing.T, client *cloudwatch.Client, name string, state types.StateValue) {
	t.Helper()
	_, err := client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: &name, StateValue: state, StateReason: aws.String("a test"),
	})
	must(t, err)
}

func (r inRegion) describeAlarms(client *cloudwatch.Client) (map[string]types.MetricAlarm, map[string]types.CompositeAlarm) {
	r.t.Helper()
	found, err := client.DescribeAlarms(r.t.Context(), &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	must(r.t, err)
	metric, composite := map[string]types.MetricAlarm{}, map[string]types.CompositeAlarm{}
	for _, a := range found.MetricAlarms {
		metric[aws.ToString(a.AlarmName)] = a
	}
	for _, a := range found.CompositeAlarms {
		composite[aws.ToString(a.AlarmName)] = a
	}
	return metric, composite
}

func (r inRegion) board(client *cloudwatch.Client, want string) {
	r.t.Helper()
	found, err := client.GetDashboard(r.t.Context(), &cloudwatch.GetDashboardInput{DashboardName: aws.String("odds")})
	must(r.t, err)
	if body := aws.ToString(found.DashboardBody); !strings.Contains(body, want) {
		r.t.Errorf("no %s in the dashboard %s", want, body)
	}
}

func (r inRegion) sns(action string, form url.Values) string {
	r.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("Action", action)
	form.Set("Version", "2010-03-31")
	return r.request(http.MethodPost, "/", "sns", form, nil)
}

// monitored is what the APIs say of the stack's resources, XML's pairs as JSON's.
func (r inRegion) monitored(out map[string]string) string {
	r.t.Helper()
	key, topic := `{"KeyId": "`+out["Key"]+`"}`, url.Values{"TopicArn": {out["Topic"]}}
	said := []string{
		r.sns("GetTopicAttributes", topic), r.sns("ListSubscriptionsByTopic", topic),
		r.sns("ListTagsForResource", url.Values{"ResourceArn": {out["Topic"]}}),
		r.sns("GetSubscriptionAttributes", url.Values{"SubscriptionArn": {out["Queued"]}}),
		r.json("kms", "TrentService.DescribeKey", key),
		r.json("kms", "TrentService.GetKeyPolicy", strings.Replace(key, "}", `, "PolicyName": "default"}`, 1)),
		r.json("kms", "TrentService.GetKeyRotationStatus", key),
		r.json("logs", "Logs_20140328.DescribeLogGroups", `{"logGroupNamePrefix": "/aws/events/odds"}`),
		r.json("logs", "Logs_20140328.DescribeMetricFilters", `{"logGroupName": "/aws/events/odds"}`),
		r.json("logs", "Logs_20140328.DescribeResourcePolicies", "{}"),
		r.json("events", "AWSEvents.DescribeRule", `{"Name": "changes"}`),
		r.json("events", "AWSEvents.ListTargetsByRule", `{"Rule": "changes"}`),
		r.json("sqs", "AmazonSQS.GetQueueAttributes", `{"QueueUrl": "`+out["Queue"]+`", "AttributeNames": ["All"]}`),
	}
	return xmlPairs.Replace(strings.Join(said, "\n"))
}

var xmlPairs = strings.NewReplacer("<key>", `"`, "</key>", `": `, "<value>", `"`, "</value>", `"`, "<Key>", `"`, "</Key>", `": `,
	"<Value>", `"`, "</Value>", `"`, "<Endpoint>", `"Endpoint": "`, "</Endpoint>", `"`)

// says looks for texts in an answer, however it is spaced and quoted.
func says(r inRegion, said string, want ...string) {
	r.t.Helper()
	said = spaces.ReplaceAllString(strings.NewReplacer(`\"`, `"`, "&quot;", `"`, "\n", "").Replace(said), `": $1`)
	for _, text := range want {
		if !strings.Contains(said, text) {
			r.t.Errorf("no %s in\n%s", text, said)
		}
	}
}
