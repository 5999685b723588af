package alarms

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const root = "../.."

// TestTick deploys alarms to a local AWS, puts the values of their metrics there,
// and moves the clock: their states and history are then CloudWatch's.
func TestTick(t *testing.T) {
	t.Parallel()
	python, err := localaws.Prepare(t.Context(), root, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	where, err := localaws.Start(t.Context(), localaws.Options{Dir: root, Python: python})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := where.Close(); err != nil {
			t.Error(err)
		}
	})
	template, err := os.ReadFile(root + "/internal/localaws/testdata/monitoring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config := where.Config("us-east-1")
	if _, err := cloudformation.NewFromConfig(config).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("monitoring"), TemplateBody: aws.String(string(template)),
	}); err != nil {
		t.Fatal(err)
	}
	client := cloudwatch.NewFromConfig(config)
	minute := func(n int) time.Time { return monday.Add(time.Duration(n) * time.Minute) }
	dimensions := []types.Dimension{{Name: aws.String("Endpoint"), Value: aws.String("a")}}
	put := func(n int, name string, dimensions []types.Dimension, values ...float64) {
		t.Helper()
		if _, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
			Namespace: aws.String("Odds"), MetricData: []types.MetricDatum{
				{MetricName: &name, Dimensions: dimensions, Timestamp: aws.Time(minute(n)), Values: values},
			},
		}); err != nil {
			t.Fatal(err)
		}
	}
	// The sixth and seventh minute fail: 6 of 100 is more than 5 %.
	for n := range 12 {
		put(n, "Requests", dimensions, 100)
		if n == 5 || n == 6 {
			put(n, "Errors", dimensions, 4, 2)
		}
	}
	// The alarm "slow" ignores missing data: what it was it stays.
	put(8, "Latency", nil, 1, 2, 300)

	got := map[string][]string{}
	for n := 1; n <= 15; n++ {
		states, err := Tick(t.Context(), client, minute(n))
		if err != nil {
			t.Fatal(err)
		}
		for name, state := range states {
			got[name] = append(got[name], string(state[:2]))
		}
	}
	want := map[string][]string{
		"high":   strings.Fields("OK OK OK OK OK OK AL AL OK OK OK OK OK OK OK"),
		"slow":   strings.Fields("IN IN IN IN IN IN IN IN AL AL AL AL AL AL AL"),
		"either": strings.Fields("OK OK OK OK OK OK AL AL AL AL AL AL AL AL AL"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states from minute to minute (-want +got)\n%s", diff)
	}
	history, err := client.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{
		AlarmName: aws.String("high"), HistoryItemType: types.HistoryItemTypeStateUpdate, ScanBy: types.ScanByTimestampAscending,
	})
	if err != nil {
		t.Fatal(err)
	}
	var summaries []string
	for _, item := range history.AlarmHistoryItems {
		summaries = append(summaries, aws.ToString(item.HistorySummary))
	}
	if diff := cmp.Diff([]string{
		"Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK",
	}, summaries); diff != "" {
		t.Errorf("history (-want +got)\n%s", diff)
	}
	if err := where.Err(); err != nil {
		t.Error(err)
	}
}

// TestTickInOrder: a composite alarm is evaluated after those that it names.
func TestTickInOrder(t *testing.T) {
	t.Parallel()
	named := func(name, rule string) waiting {
		c, err := NewComposite(name, rule)
		if err != nil {
			t.Fatal(err)
		}
		return waiting{Composite: c}
	}
	all := []waiting{named("outer", "ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:inner)"), named("inner", "ALARM(metric)")}
	if all[0].ready(all) || !all[1].ready(all) || !all[0].ready(all[:1]) {
		t.Error("want the inner alarm first, then the outer")
	}
}
