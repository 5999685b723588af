package deploy_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// deployedAlarms are the metric alarms of the stack monitoring, and the topic that its
// composite alarms tell.
func (n *scripted) deployedAlarms() (all []alarms.Alarm, topic string) {
	n.t.Helper()
	pages := cloudwatch.NewDescribeAlarmsPaginator(n.cloudwatch(), &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(n.ctx)
		n.must(err)
		for _, a := range page.MetricAlarms {
			if strings.HasPrefix(*a.AlarmName, "night-monitoring-") {
				read, err := alarms.FromSDK(a)
				n.must(err)
				all = append(all, read)
			}
		}
		for _, a := range page.CompositeAlarms {
			topic = a.AlarmActions[0]
		}
	}
	return all, topic
}

func (n *scripted) topic() string {
	_, topic := n.deployedAlarms()
	return topic
}

// alarmsWatchWhatIs wants the name and the dimensions of every alarm's metrics to be some
// that are published, and the values of the dimensions to be those of what is deployed:
// with others an alarm would never have data.
func (n *scripted) alarmsWatchWhatIs() {
	published := monitoring.Metrics()
	parts := strings.Split(n.service, "/")
	names := map[string]string{autoscaling.EndpointNameDimension: scriptedEndpoint,
		autoscaling.VariantNameDimension: "main", "LoadBalancer": n.balancer, "TargetGroup": n.group,
		"ClusterName": parts[1], "ServiceName": parts[2]}
	all, _ := n.deployedAlarms()
	seen := map[string]bool{}
	for _, a := range all {
		for _, m := range a.Metrics() {
			seen[m.Namespace] = true
			keys := slices.Sorted(maps.Keys(m.Dimensions))
			sets := published[m.Namespace][m.Name].Dimensions
			if own, ok := autoscaling.SageMakerMetrics()[m.Namespace][m.Name]; ok {
				sets = own
			}
			if !slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, keys) }) {
				n.t.Errorf("%s: %s %s is not published by %q, but by %q", a.Name, m.Namespace, m.Name, keys, sets)
			}
			for _, key := range keys {
				if names[key] == "" || m.Dimensions[key] != names[key] {
					n.t.Errorf("%s: %s %s: got %s %q, want %q", a.Name, m.Namespace, m.Name, key, m.Dimensions[key], names[key])
				}
			}
		}
	}
	for _, namespace := range []string{"AWS/ApplicationELB", "AWS/ECS", "AWS/SageMaker", autoscaling.GatewayNamespace} {
		if !seen[namespace] {
			n.t.Errorf("no alarm watches a metric of %s", namespace)
		}
	}
}
