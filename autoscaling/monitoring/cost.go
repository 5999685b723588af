package monitoring

import "github.com/sagemaker-autoscaling-inference/cdk/autoscaling"

// Prices are US dollars a month.
type Prices struct {
	// AlarmMetric is of each metric that an alarm with periods of a minute or more
	// retrieves, HighResolutionAlarmMetric of an alarm with shorter periods.
	AlarmMetric, HighResolutionAlarmMetric float64
	CompositeAlarm, Dashboard, Key         float64
	// CustomMetric is of a metric that AWS does not publish, such as the gateway's, while
	// it has values.
	CustomMetric float64
}

// USEast1 are the prices of us-east-1 without the free tier, of up to 10,000 custom metrics
// (https://aws.amazon.com/cloudwatch/pricing and https://aws.amazon.com/kms/pricing,
// November 2026).
var USEast1 = Prices{AlarmMetric: 0.10, HighResolutionAlarmMetric: 0.30, CompositeAlarm: 0.50, Dashboard: 3, Key: 1,
	CustomMetric: 0.30}

// Bill is what monitoring costs in a month.
type Bill struct {
	// Alarms are metric alarms, and Metrics what they retrieve and are paid for.
	Alarms, Metrics                    int
	Composites, Dashboards, Keys       int
	CustomMetrics                      int
	AlarmsUSD, CustomMetricsUSD, Total float64
}

// Cost is the bill of alarms, of composite alarms, dashboards and keys beside them, and of
// the metrics that a gateway publishes as a server. Notifications, and the ingestion of logs
// by volume, are not in it.
func (s Subject) Cost(p Prices, alarms []Alarm, composites, dashboards, keys int) Bill {
	b := Bill{Alarms: len(alarms), Composites: composites, Dashboards: dashboards, Keys: keys}
	for _, a := range alarms {
		metrics := 1
		if math, ok := a.Metric.(autoscaling.MetricMath); ok {
			metrics = 0
			for _, q := range math.Queries {
				if q.Metric != nil {
					metrics++
				}
			}
		}
		price := p.AlarmMetric
		if a.Period.Seconds() < 60 {
			price = p.HighResolutionAlarmMetric
		}
		b.Metrics += metrics
		b.AlarmsUSD += float64(metrics) * price
	}
	if g := s.Gateway; g != nil && g.FunctionName == "" {
		b.CustomMetrics = len(Metrics()[autoscaling.GatewayNamespace])
	}
	b.CustomMetricsUSD = float64(b.CustomMetrics) * p.CustomMetric
	b.Total = b.AlarmsUSD + b.CustomMetricsUSD + float64(composites)*p.CompositeAlarm + float64(dashboards)*p.Dashboard +
		float64(keys)*p.Key
	return b
}
