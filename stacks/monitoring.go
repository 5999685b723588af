package stacks

import (
	"strings"

	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
)

// newMonitoring makes the alarms, their topic and the dashboard. It refers to the other
// stacks, and they do not refer to it: it is deployed last.
func (made *Environment) newMonitoring(e config.Environment) {
	stack := newStack(made.Stage, e, "monitoring", "the alarms, who is told of them, and the dashboard")
	made.Monitoring = stack
	stack.AddStackDependency(made.Inference, jsii.String("the alarms judge the endpoint"))
	if made.Frontend != nil {
		stack.AddStackDependency(made.Frontend, jsii.String("the alarms judge the front end"))
	}
	props := monitoring.MonitoringProps{
		Endpoint: made.Endpoint, Gateway: made.Gateway, Canary: made.Canary,
		CapacitySchedule: made.CapacitySchedule, Settings: e.Monitoring.Settings,
	}
	if m := e.Endpoint.Metrics; m != nil {
		props.PublishFrequency = m.PublishFrequency
	}
	if calendar, ok := e.GatewayTasks(); ok {
		props.GatewayCalendar = calendar
	}
	if waf := e.Frontend.WAF; waf != nil && waf.WebACLARN == "" {
		props.WebACL = frontend.WebACLMetric
	}
	for _, c := range made.Components {
		props.Components = append(props.Components, c)
	}
	calendars := e.Calendars()
	for i, target := range made.Scaling {
		props.Scaling = append(props.Scaling, monitoring.Capacity{Target: target, Calendar: calendars[i]})
	}
	if l := made.LoadBalancer; l != nil {
		props.LoadBalancer = *l.Resource.LoadBalancerFullName()
		props.TargetGroup = *l.TargetGroup.TargetGroupFullName()
		if l.CanaryTargetGroup != nil {
			props.CanaryTargetGroup = *l.CanaryTargetGroup.TargetGroupFullName()
		}
	}
	if r := made.Route; r != nil {
		props.LoadBalancer = loadBalancerOf(e.Frontend.ExistingListener.ARN)
		props.TargetGroup = *r.TargetGroup.TargetGroupFullName()
		if r.CanaryTargetGroup != nil {
			props.CanaryTargetGroup = *r.CanaryTargetGroup.TargetGroupFullName()
		}
	}
	made.Alarms = monitoring.NewMonitoring(stack, "Monitoring", props)
}

// loadBalancerOf is the full name of the load balancer of a listener, whose ARN ends in
// listener/app/NAME/ID/LISTENER.
func loadBalancerOf(listenerARN string) string {
	_, name, _ := strings.Cut(listenerARN, "listener/")
	return name[:strings.LastIndex(name, "/")]
}
