package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// answers are recorded answers of AWS, by pages, in the form of the AWS CLI.
type answers struct {
	t *testing.T
	// without are the files that are not answered: there is nothing.
	without []string
	// denied are those that are refused.
	denied []string
	// asked are the queries of metrics.
	asked *[]int32
}

// answered is one page of a file. The token of a page is the number of the next.
func answered[T any](a answers, file string, token *string) (out T, err error) {
	for _, d := range a.denied {
		if d == file {
			return out, errors.New("access denied")
		}
	}
	for _, w := range a.without {
		if w == file {
			return out, nil
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata/timeline", file+".json"))
	if err != nil {
		a.t.Fatal(err)
	}
	var pages []T
	if err := json.Unmarshal(text, &pages); err != nil {
		a.t.Fatal(file, err)
	}
	if token != nil {
		return pages[1], nil
	}
	return pages[0], nil
}

func (a answers) DescribeScalingActivities(_ context.Context, in *applicationautoscaling.DescribeScalingActivitiesInput,
	_ ...func(*applicationautoscaling.Options)) (*applicationautoscaling.DescribeScalingActivitiesOutput, error) {
	if aws.ToString(in.ResourceId) != "endpoint/predictions/variant/main" {
		return &applicationautoscaling.DescribeScalingActivitiesOutput{}, nil
	}
	out, err := answered[applicationautoscaling.DescribeScalingActivitiesOutput](a, "activities", in.NextToken)
	return &out, err
}

func (a answers) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput,
	_ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out, err := answered[cloudwatch.GetMetricDataOutput](a, "metrics", in.NextToken)
	ids := map[string]*string{}
	for _, q := range in.MetricDataQueries {
		ids[aws.ToString(q.Label)] = q.Id
		if a.asked != nil {
			*a.asked = append(*a.asked, aws.ToInt32(q.MetricStat.Period))
		}
	}
	for i := range out.MetricDataResults {
		out.MetricDataResults[i].Id = ids[aws.ToString(out.MetricDataResults[i].Label)]
	}
	return &out, err
}

func (a answers) DescribeAlarmHistory(_ context.Context, in *cloudwatch.DescribeAlarmHistoryInput,
	_ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	out, err := answered[cloudwatch.DescribeAlarmHistoryOutput](a, "alarms", in.NextToken)
	return &out, err
}

func (a answers) DescribeStackEvents(_ context.Context, in *cloudformation.DescribeStackEventsInput,
	_ ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error) {
	if aws.ToString(in.StackName) != "prod-frontend" {
		return &cloudformation.DescribeStackEventsOutput{}, nil
	}
	out, err := answered[cloudformation.DescribeStackEventsOutput](a, "stacks", in.NextToken)
	return &out, err
}

// timelineEnvironment is an environment with a gateway on Fargate, and what scales in it.
func timelineEnvironment(t *testing.T) (config.Environment, []scaled) {
	t.Helper()
	text := strings.ReplaceAll(nightFile+`  gateway: fargate
  image: 123456789012.dkr.ecr.REGION.amazonaws.com/gateway:1
  capacity: {requestLatency: 50ms, requestsPerSecondPerTask: 500, maxTasks: 20}
`, "REGION", "eu-south-2")
	e, err := config.Parse("prod.yaml", "prod", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	gateway := frontScaled(e)[0]
	gateway.target.ResourceID = "service/cluster/gateway"
	return e, append(endpointScaled(e), gateway)
}

const timelineNow = "2027-05-30T08:00:00Z"

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// timelineOf reads the recorded answers.
func timelineOf(t *testing.T, a answers, from, to, now string) record {
	t.Helper()
	e, things := timelineEnvironment(t)
	s, err := readSpan(from, to, at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	return readRecord(t.Context(), e, s, things, sources{a, a, a, a})
}
