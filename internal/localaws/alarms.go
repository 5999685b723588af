package localaws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// alarms uses the Query protocol, the only one that moto has for CloudWatch: the
// SDK's module speaks it up to v1.52.8.
func alarms(ctx context.Context, config aws.Config) ([]Alarm, error) {
	var found []Alarm
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(config), &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			metric, dimensions := watched(a)
			found = append(found, Alarm{
				Name:              aws.ToString(a.AlarmName),
				Metric:            metric,
				Dimensions:        dimensions,
				Period:            time.Duration(aws.ToInt32(a.Period)) * time.Second,
				Comparison:        string(a.ComparisonOperator),
				Threshold:         aws.ToFloat64(a.Threshold),
				EvaluationPeriods: int(aws.ToInt32(a.EvaluationPeriods)),
				DatapointsToAlarm: int(aws.ToInt32(a.DatapointsToAlarm)),
				MissingData:       aws.ToString(a.TreatMissingData),
				Actions:           a.AlarmActions,
			})
		}
	}
	return found, nil
}

// watched returns the metric of an alarm, or its expression.
func watched(a types.MetricAlarm) (metric string, dimensions map[string]string) {
	for _, query := range a.Metrics {
		if aws.ToBool(query.ReturnData) {
			return aws.ToString(query.Expression), nil
		}
	}
	dimensions = map[string]string{}
	for _, d := range a.Dimensions {
		dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return aws.ToString(a.Namespace) + "/" + aws.ToString(a.MetricName), dimensions
}
