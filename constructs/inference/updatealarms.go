package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// newAlarm makes an alarm without a name and without actions.
func newAlarm(scope constructs.Construct, id string, a autoscaling.Alarm) awscloudwatch.CfnAlarm {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmDescription:   jsii.String(a.Description),
		ComparisonOperator: jsii.String(string(a.Comparison)),
		Threshold:          jsii.Number(a.Threshold),
		EvaluationPeriods:  jsii.Number(a.EvaluationPeriods),
		DatapointsToAlarm:  jsii.Number(a.DatapointsToAlarm),
		TreatMissingData:   jsii.String(string(a.MissingData)),
	}
	switch m := a.Metric.(type) {
	case autoscaling.Metric:
		props.Namespace, props.MetricName, props.Dimensions = jsii.String(m.Namespace), jsii.String(m.Name), dimensions(m)
		props.ExtendedStatistic, props.Period = jsii.String(string(m.Statistic)), seconds(a.Period)
	case autoscaling.MetricMath:
		queries := make([]any, len(m.Queries))
		for i, q := range m.Queries {
			query := &awscloudwatch.CfnAlarm_MetricDataQueryProperty{Id: jsii.String(q.ID), ReturnData: q.ReturnData}
			if q.Metric == nil {
				query.Expression = jsii.String(q.Expression)
			} else {
				query.MetricStat = &awscloudwatch.CfnAlarm_MetricStatProperty{
					Metric: &awscloudwatch.CfnAlarm_MetricProperty{
						Namespace: jsii.String(q.Metric.Namespace), MetricName: jsii.String(q.Metric.Name),
						Dimensions: dimensions(*q.Metric),
					},
					Stat: jsii.String(string(q.Metric.Statistic)), Period: seconds(a.Period),
				}
			}
			queries[i] = query
		}
		props.Metrics = queries
	}
	return awscloudwatch.NewCfnAlarm(scope, jsii.String(id), props)
}

func dimensions(m autoscaling.Metric) []any {
	var out []any
	for _, name := range m.DimensionNames() {
		out = append(out, &awscloudwatch.CfnAlarm_DimensionProperty{
			Name: jsii.String(name), Value: jsii.String(m.Dimensions[name]),
		})
	}
	return out
}
