package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// TestTimelineLocally: metrics, states and deployments of a local AWS, with pages of
// activities that are throttled once, become text, a page, JSON and a start time.
func TestTimelineLocally(t *testing.T) {
	n := newNight(t, "ap-northeast-3")
	quickly(t)
	n.withFront()
	n.stack("prod-monitoring", "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: prod-alarms}}}")
	now := time.Now().UTC().Truncate(time.Minute)
	ago := now.Add(-10 * time.Minute)
	n.publishes(ago.Format(time.RFC3339), map[string]float64{"ArrivedRequests": 6000, "ShedRequests": 60,
		"LatencyP99": 92})
	name := aws.String("prod-monitoring-Alarm1A2B-XYZ")
	_, err := n.cloudwatch().PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: name,
		Namespace: aws.String("x"), MetricName: aws.String("x"), Statistic: cwtypes.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold})
	n.must(err)
	_, err = n.cloudwatch().SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: name,
		StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("a test")})
	n.must(err)
	recorded := fmt.Sprintf(`{"ScalingActivities": [{"ActivityId": "1", "StartTime": %d, "EndTime": %d, "StatusCode":
		"Successful", "Description": "Setting desired instance count to 20.", "Cause": "minimum capacity was set to 20",
		"ResourceId": "endpoint/predictions/variant/main", "ServiceNamespace": "sagemaker",
		"ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}], "NextToken": "older"}`,
		ago.Unix(), ago.Add(7*time.Minute).Unix())
	calls := n.behind(
		fault{action: "DescribeScalingActivities", code: "ThrottlingException", message: "Rate exceeded",
			status: http.StatusBadRequest, times: 1},
		fault{action: "DescribeScalingActivities", in: `"NextToken":"older"`, reply: `{"ScalingActivities": []}`},
		fault{action: "DescribeScalingActivities", in: "variant/main",
			reply: recorded},
		fault{action: "DescribeScalingActivities", reply: `{"ScalingActivities": []}`},
	)
	page, document := filepath.Join(t.TempDir(), "page.html"), filepath.Join(t.TempDir(), "timeline.json")
	got := n.run(now.Add(2*time.Minute).Format(time.RFC3339), "timeline", "--from",
		now.Add(-30*time.Minute).Format(time.RFC3339), "--to", now.Add(2*time.Minute).Format(time.RFC3339),
		"--html", page, "--json", document, "--update-start-time", "--yes")
	got.is(t, 0, "requests 6,000, 99 % answered, 60 failed", "p99 92 ms at most",
		"prod-monitoring-Alarm1A2B-XYZ in ALARM from", "prod-monitoring CREATE_COMPLETE at",
		"1 scale-out: 7m until it was fulfilled",
		"capacity.startTime of variant main: 7m, the P95 of 1 measured, 7m, rounded up; the file has 5m",
		"has startTime: 7m")
	if strings.Contains(got.out, "not read") {
		t.Errorf("got %s", got.out)
	}
	if calls.calls["DescribeScalingActivities"] < 4 {
		t.Errorf("got %v, want the throttled page again", calls.calls)
	}
	for file, want := range map[string]string{page: "<h1>prod: what was planned", document: `"schemaVersion": 1`,
		filepath.Join(n.dir, "prod.yaml"): "requestsPerSecondPerInstance: 100, startTime: 7m}"} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q: %v", file, want, err)
		}
	}
	n.behind(denied("DescribeScalingActivities"))
	n.run(now.Add(2*time.Minute).Format(time.RFC3339), "timeline", "--from", now.Add(-30*time.Minute).Format(time.RFC3339),
		"--to", now.Add(2*time.Minute).Format(time.RFC3339)).is(t, 1, "requests 6,000", "not read activities of variant "+
		"main: application-autoscaling:DescribeScalingActivities: AccessDeniedException")
	n.run(now.Format(time.RFC3339), "timeline", "--from", "2026-01-02T00:00Z", "--to", "2026-01-02T01:00Z", "now").
		is(t, 2, `got "now": the command has no arguments`)
	n.run(now.Format(time.RFC3339), "timeline", "--from", "2026-01-02T00:00Z", "--to", "2026-01-02T01:00Z",
		"--of", "main").
		is(t, 2, "--of: it says whose start time is written: give --update-start-time too")
	n.run(now.Format(time.RFC3339), "timeline", "--from", now.Add(-30*time.Minute).Format(time.RFC3339), "--to",
		now.Format(time.RFC3339), "--html", filepath.Join(t.TempDir(), "no", "page.html")).is(t, 2, "--html: open ")
}
