package scaling

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// MetricOf returns m as policies and alarms of the model take it, such as a Metric… of
// inference.Variant or of any other construct. Its period is not part of it: target tracking
// looks once a minute (fact A16), and an alarm has a period of its own. Where m has another
// account or region than the scalable target, AWS finds no such metric.
func MetricOf(m awscloudwatch.Metric) autoscaling.Metric {
	out := autoscaling.Metric{
		Namespace: *m.Namespace(), Name: *m.MetricName(), Statistic: autoscaling.Statistic(*m.Statistic()),
		Unit: unitName(m.Unit()),
	}
	if dimensions := m.Dimensions(); dimensions != nil {
		out.Dimensions = map[string]string{}
		for name, value := range *dimensions {
			out.Dimensions[name] = fmt.Sprint(value)
		}
	}
	return out
}

// unitName is CloudWatch's name of a unit, such as Bytes/Second of BYTES_PER_SECOND.
func unitName(unit awscloudwatch.Unit) string {
	var name strings.Builder
	for _, word := range strings.Split(string(unit), "_") {
		if word != "" {
			name.WriteString(word[:1] + strings.ToLower(word[1:]))
		}
	}
	return strings.Replace(name.String(), "PerSecond", "/Second", 1)
}
