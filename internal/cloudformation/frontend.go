package cloudformation

import (
	"encoding/json"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// CloudFormation's types of what stands before an endpoint.
const (
	serviceType      = "AWS::ECS::Service"
	taskType         = "AWS::ECS::TaskDefinition"
	functionType     = "AWS::Lambda::Function"
	functionAlias    = "AWS::Lambda::Alias"
	loadBalancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	scheduleType     = "AWS::Scheduler::Schedule"
)

// endpointVariable is the environment variable that tells this project's gateway
// which endpoint it calls.
const endpointVariable = "ENDPOINT_NAME"

// Frontend is a gateway, and the load balancer of its template.
type Frontend struct {
	// Source is the template and its stack.
	Source
	// LogicalID is of the function or the service.
	LogicalID string
	// EndpointName is the endpoint that the gateway calls.
	EndpointName string
	// Function says that it is a Lambda function, and not a service on Fargate.
	Function bool
	// VCPU is a task's, 0 for a function. MemoryGB is a task's, or the function's.
	VCPU, MemoryGB float64
	// Capacity bounds the tasks, or the environments that are kept ready: its
	// minimum, its maximum and its scheduled actions. 0 of a function is none.
	Capacity autoscaling.ScalableTarget
	// LoadBalancer says that the template has one, ReservedUnits is the capacity
	// units that it always has reserved, and Reservations are those at times.
	LoadBalancer  bool
	ReservedUnits int
	Reservations  []frontend.ReservationSchedule
}

// frontends adds the gateways of t to r. What of them cannot be read before a
// deployment is left at 0: nobody is kept from reading what scales by it.
func (t *template) frontends(r *Reading) {
	var others Problems
	o := t.owner("", &others)
	for _, id := range t.root.Get("Resources").Names() {
		f := Frontend{Source: t.Source, LogicalID: id}
		o.logicalID = id
		switch t.kind(id) {
		case functionType:
			f.Function = true
			f.EndpointName, _ = o.quietText(t.property(id, "Environment").Get("Variables").Get(endpointVariable))
			f.MemoryGB = o.number(t.property(id, "MemorySize")) / 1024
			f.Capacity = o.capacity(autoscaling.FunctionProvisionedConcurrency, id)
		case serviceType:
			task, _ := o.reference(t.property(id, "TaskDefinition"))
			f.EndpointName = o.endpointOfTask(task)
			f.VCPU = o.number(t.property(task, "Cpu")) / 1024
			f.MemoryGB = o.number(t.property(task, "Memory")) / 1024
			f.Capacity = o.capacity(autoscaling.ServiceTaskCount, id)
		}
		if f.EndpointName == "" {
			continue
		}
		o.addLoadBalancer(&f)
		r.Frontends = append(r.Frontends, f)
	}
}

// reference is the logical ID of the resource that n refers to.
func (o owner) reference(n *document.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := text(o.resolve(n, "", 0))
	id := reference(s)
	return id, ok && o.resource(id) != nil
}

// number is a property that may be written as a text, 0 where it is not known.
func (o owner) number(n *document.Node) float64 {
	count, _ := o.count(n)
	return float64(count)
}

func (o owner) endpointOfTask(task string) string {
	for _, container := range items(o.property(task, "ContainerDefinitions")) {
		for _, variable := range items(container.Get("Environment")) {
			if name, _ := variable.Get("Name").String(); name == endpointVariable {
				value, _ := o.quietText(variable.Get("Value"))
				return value
			}
		}
	}
	return ""
}

func items(n *document.Node) []*document.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// capacity is the scalable target of the gateway: one whose ID holds its
// resource, or else what the resource says itself.
func (o owner) capacity(dimension autoscaling.Dimension, gateway string) autoscaling.ScalableTarget {
	for _, id := range o.root.Get("Resources").Names() {
		if own, _ := o.quietText(o.property(id, "ScalableDimension")); o.kind(id) != targetType || own != string(dimension) {
			continue
		}
		resource, _ := text(o.resolve(o.property(id, "ResourceId"), "", 0))
		if !strings.Contains(resource, "${"+gateway+"}") && !strings.Contains(resource, "${"+gateway+".") {
			continue
		}
		target := o
		target.logicalID = id
		properties, ok := target.properties("ResourceId", "RoleARN")
		if !ok {
			continue
		}
		properties["ResourceId"] = resource
		if t, err := autoscaling.ReadScalableTarget(properties); err == nil {
			return t
		}
	}
	count, known := o.constantCapacity(dimension, gateway)
	if !known && dimension == autoscaling.ServiceTaskCount {
		count = 1 // ECS's default
	}
	return autoscaling.ScalableTarget{Dimension: dimension, MinCapacity: count, MaxCapacity: count}
}

// constantCapacity is what a gateway that does not scale says of itself, or of
// its alias.
func (o owner) constantCapacity(dimension autoscaling.Dimension, gateway string) (int, bool) {
	if dimension == autoscaling.ServiceTaskCount {
		return o.count(o.property(gateway, "DesiredCount"))
	}
	for _, id := range o.root.Get("Resources").Names() {
		if function, _ := o.reference(o.property(id, "FunctionName")); o.kind(id) == functionAlias && function == gateway {
			return o.count(o.property(id, "ProvisionedConcurrencyConfig").Get("ProvisionedConcurrentExecutions"))
		}
	}
	return 0, false
}

// addLoadBalancer adds the template's load balancer, and what is reserved of it.
func (o owner) addLoadBalancer(f *Frontend) {
	for _, id := range o.root.Get("Resources").Names() {
		switch o.kind(id) {
		case loadBalancerType:
			f.LoadBalancer = true
			f.ReservedUnits, _ = o.count(o.property(id, "MinimumLoadBalancerCapacity").Get("CapacityUnits"))
		case scheduleType:
			if s, ok := o.reservation(id); ok {
				f.Reservations = append(f.Reservations, s)
			}
		}
	}
}

// reservation is the schedule of a call of ModifyCapacityReservation.
func (o owner) reservation(id string) (frontend.ReservationSchedule, bool) {
	s := frontend.ReservationSchedule{Name: id}
	input, ok := text(o.resolve(o.property(id, "Target").Get("Input"), "", 0))
	var call struct {
		MinimumLoadBalancerCapacity *struct{ CapacityUnits int }
		ResetCapacityReservation    bool
	}
	if !ok || json.Unmarshal([]byte(input), &call) != nil || call.MinimumLoadBalancerCapacity == nil && !call.ResetCapacityReservation {
		return s, false
	}
	if call.MinimumLoadBalancerCapacity != nil {
		s.CapacityUnits = call.MinimumLoadBalancerCapacity.CapacityUnits
	}
	s.Schedule, ok = o.quietText(o.property(id, "ScheduleExpression"))
	s.Timezone, _ = o.quietText(o.property(id, "ScheduleExpressionTimezone"))
	return s, ok
}
