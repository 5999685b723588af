package alarms

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

const mathAlarm = `{
	"AlarmName": "failures", "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 5, "EvaluationPeriods": 5,
	"DatapointsToAlarm": 3, "TreatMissingData": "notBreaching", "AlarmActions": [{"Ref": "Topic"}],
	"Metrics": [
		{"Id": "rate", "Expression": "100 * FILL(errors, 0) / requests", "Label": "failed"},
		{"Id": "errors", "ReturnData": false, "MetricStat": {"Stat": "Sum", "Period": 60, "Metric": {
			"Namespace": "AWS/ApplicationELB", "MetricName": "Errors",
			"Dimensions": [{"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}}]}}},
		{"Id": "requests", "ReturnData": false, "MetricStat": {"Stat": "Sum", "Period": 60, "Unit": "Count", "Metric": {
			"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount",
			"Dimensions": [{"Name": "LoadBalancer", "Value": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]}}]}}}
	]}`

func TestFromProperties(t *testing.T) {
	t.Parallel()
	a := fromText(t, mathAlarm)
	balancer := map[string]string{"LoadBalancer": "${Balancer.LoadBalancerFullName}"}
	want := map[string]Metric{
		"errors":   {Namespace: "AWS/ApplicationELB", Name: "Errors", Dimensions: balancer},
		"requests": {Namespace: "AWS/ApplicationELB", Name: "RequestCount", Dimensions: balancer, Unit: "Count"},
	}
	if diff := cmp.Diff(want, a.Metrics()); diff != "" {
		t.Errorf("metrics (-want +got)\n%s", diff)
	}
	d, hour := &Data{}, monday.Add(time.Hour)
	d.Constant(a.Metrics()["requests"], monday, hour, time.Second, 10)
	d.Ramp(a.Metrics()["errors"], monday.Add(30*time.Minute), hour, time.Minute, 0, 60)
	got, err := Timeline(a, d, monday.Add(10*time.Minute), hour)
	if err != nil {
		t.Fatal(err)
	}
	// 2 more of 600 fail every minute: 30 do from 0:45 to 0:46, and the third such minute ends at 0:48.
	if diff := cmp.Diff([]Moment{{monday.Add(10 * time.Minute), OK}, {monday.Add(48 * time.Minute), InAlarm}}, Changes(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func fromText(t *testing.T, text string) Alarm {
	t.Helper()
	a, err := FromProperties(properties(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func properties(t *testing.T, text string) (p map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFromSDK: what DescribeAlarms returns and what the template says are one alarm.
func TestFromSDK(t *testing.T) {
	t.Parallel()
	stat := func(name, unit string) *types.MetricStat {
		return &types.MetricStat{
			Stat: aws.String("Sum"), Period: aws.Int32(60), Unit: types.StandardUnit(unit),
			Metric: &types.Metric{
				Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(name),
				Dimensions: []types.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String("${Balancer.LoadBalancerFullName}")}},
			},
		}
	}
	got, err := FromSDK(types.MetricAlarm{
		AlarmName: aws.String("failures"), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
		Threshold: aws.Float64(5), EvaluationPeriods: aws.Int32(5), DatapointsToAlarm: aws.Int32(3),
		TreatMissingData: aws.String("notBreaching"), StateValue: types.StateValueInsufficientData,
		Metrics: []types.MetricDataQuery{
			{Id: aws.String("rate"), Expression: aws.String("100 * FILL(errors, 0) / requests"), ReturnData: aws.Bool(true)},
			{Id: aws.String("errors"), MetricStat: stat("Errors", ""), ReturnData: aws.Bool(false)},
			{Id: aws.String("requests"), MetricStat: stat("RequestCount", "Count"), ReturnData: aws.Bool(false)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromText(t, mathAlarm), got); diff != "" {
		t.Errorf("(-template +SDK)\n%s", diff)
	}

	plain, err := FromSDK(types.MetricAlarm{
		AlarmName: aws.String("plain"), Namespace: aws.String("n"), MetricName: aws.String("m"), ExtendedStatistic: aws.String("p99"),
		Period: aws.Int32(300), ComparisonOperator: types.ComparisonOperatorLessThanThreshold, Threshold: aws.Float64(0),
		EvaluationPeriods: aws.Int32(1), StateValue: types.StateValueOk,
	})
	want := fromText(t, `{"AlarmName": "plain", "Namespace": "n", "MetricName": "m", "ExtendedStatistic": "p99", "Period": "300",
		"ComparisonOperator": "LessThanThreshold", "Threshold": 0, "EvaluationPeriods": 1}`)
	want.State = OK
	if diff := cmp.Diff(want, plain); err != nil || diff != "" {
		t.Errorf("%v (-template +SDK)\n%s", err, diff)
	}
}

// TestRefuses changes one text of an alarm and wants an error that names it.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{`"Threshold": 5,`, ``, "Threshold: is missing"},
		{`"Threshold": 5,`, `"Threshold": "five",`, "Threshold: got five, want a number"},
		{`GreaterThanOrEqualToThreshold`, `GreaterThanUpperThreshold`, "ComparisonOperator"},
		{`"EvaluationPeriods": 5,`, ``, "EvaluationPeriods: got 0"},
		{`"DatapointsToAlarm": 3`, `"DatapointsToAlarm": 6`, "DatapointsToAlarm: got 6, want 1 to 5"},
		{`notBreaching`, `zero`, `TreatMissingData: got "zero"`},
		{`"Label": "failed"`, `"ReturnData": false`, "0 queries with ReturnData"},
		{`{"Id": "errors", "ReturnData": false,`, `{"Id": "errors",`, "2 queries with ReturnData"},
		{`"Id": "errors"`, `"Id": "requests"`, `the id "requests" stands twice`},
		{`"Id": "rate"`, `"Id": "Rate"`, `the id "Rate"`},
		{`FILL(errors, 0)`, `FILTER(errors)`, "no function FILTER"},
		{`"Period": 60, "Unit"`, `"Period": 300, "Unit"`, "want the same"},
		{`"Period": 60, "Unit"`, `"Period": 45, "Unit"`, "10, 20 or 30 s or whole minutes"},
		{`"Stat": "Sum"`, `"Stat": "tm99"`, `the statistic "tm99"`},
		{`"MetricName": "Errors"`, `"MetricName": ""`, "want both"},
		{`"AlarmName": "failures"`, `"MetricName": "m"`, "stands beside MetricName"},
		{`"Label": "failed"`, `"MetricStat": {}`, "stands beside MetricStat"},
		{`"ReturnData": false, "MetricStat": {"Stat": "Sum", "Period": 60, "Unit"`, `"ReturnData": 3, "MetricStat": {"Stat": "Sum", "Period": 60, "Unit"`,
			"ReturnData: got 3"},
	} {
		text := strings.Replace(mathAlarm, c.old, c.new, 1)
		if text == mathAlarm {
			t.Fatalf("no %q in the alarm", c.old)
		}
		if _, err := FromProperties(properties(t, text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.new, err, c.want)
		}
	}
}
