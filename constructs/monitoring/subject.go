package monitoring

import (
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

// componentPrefix begins the resource ID of an inference component (fact A4).
const componentPrefix = "inference-component/"

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// variantNames are the variants that are watched: those given, those that the endpoint
// knows, and those that scale, each once.
func (p MonitoringProps) variantNames() []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, v := range p.Endpoint.Variants() {
		add(v.ScalingVariant().Name)
	}
	for _, name := range p.Variants {
		add(name)
	}
	for _, c := range p.Scaling {
		if _, name, is := strings.Cut(c.Target.Model.ResourceID, "/variant/"); is {
			add(name)
		}
	}
	return names
}

// componentNames are the inference components that are watched, each once.
func (p MonitoringProps) componentNames() []string {
	var names []string
	for _, c := range p.Components {
		names = append(names, c.InferenceComponentName())
	}
	for _, c := range p.Scaling {
		name, is := strings.CutPrefix(c.Target.Model.ResourceID, componentPrefix)
		if is && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// capacity is what scales a resource of Application Auto Scaling; nil where nothing does.
func (p MonitoringProps) capacity(resourceID string) *monitoring.Capacity {
	for _, c := range p.Scaling {
		if c.Target.Model.ResourceID == resourceID {
			return &monitoring.Capacity{Target: c.Target.Model, Calendar: c.Calendar}
		}
	}
	return nil
}

// subject is what is watched, in plain values.
func (p MonitoringProps) subject() monitoring.Subject {
	s := monitoring.Subject{
		EndpointName: *p.Endpoint.EndpointName(), Asynchronous: p.Endpoint.Asynchronous(),
		Gateway: gateway(p.Gateway, p.TargetGroup), Canary: gateway(p.Canary, p.CanaryTargetGroup),
	}
	if s.Gateway != nil {
		s.Gateway.Calendar = p.GatewayCalendar
	}
	for _, name := range p.variantNames() {
		s.Variants = append(s.Variants, p.variant(name))
	}
	for _, name := range p.componentNames() {
		s.Components = append(s.Components, monitoring.Component{Name: name, Capacity: p.capacity(componentPrefix + name)})
	}
	if p.LoadBalancer != "" {
		s.LoadBalancer = &monitoring.LoadBalancer{FullName: p.LoadBalancer, WebACL: p.WebACL}
		if p.CapacitySchedule != nil {
			s.LoadBalancer.ReservationQueue = *p.CapacitySchedule.DeadLetters.QueueName()
		}
	}
	return s
}

func (p MonitoringProps) variant(name string) monitoring.Variant {
	out := monitoring.Variant{Name: name, CanaryOf: p.CanaryOf[name], PublishFrequency: p.PublishFrequency}
	out.Capacity = p.capacity("endpoint/" + *p.Endpoint.EndpointName() + "/variant/" + name)
	known := p.Endpoint.Variants()
	i := slices.IndexFunc(known, func(v inference.Variant) bool { return v.ScalingVariant().Name == name })
	if i < 0 {
		return out
	}
	v := known[i]
	switch types := v.InstanceTypes(); len(types) {
	case 0:
	case 1:
		out.InstanceType = types[0]
	default:
		out.Pools = types
	}
	out.Serverless = v.ScalingVariant().MaxConcurrency > 0
	return out
}

// gateway is a gateway in plain values; nil where there is none.
func gateway(g frontend.Gateway, targetGroup string) *monitoring.Gateway {
	switch g := g.(type) {
	case *frontend.GatewayFunction:
		return &monitoring.Gateway{
			FunctionName: *g.Function.FunctionName(), Alias: frontend.AliasName,
			Provisioned: g.ProvisionedConcurrency != nil, ReservedConcurrency: g.ReservedConcurrency,
			TargetGroup: targetGroup, RequestTimeout: g.RequestTimeout,
		}
	case *frontend.GatewayService:
		return &monitoring.Gateway{
			ClusterName: *g.Service.Cluster().ClusterName(), ServiceName: *g.Service.ServiceName(),
			MaxTasks: g.Scaling.Model.MaxCapacity, TargetGroup: targetGroup, RequestTimeout: g.RequestTimeout,
		}
	default:
		return nil
	}
}
