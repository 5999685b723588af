package monitoring

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// Subject is what is watched: an endpoint, and what stands in front of it.
type Subject struct {
	// EndpointName is the endpoint's name.
	EndpointName string
	// Asynchronous says that the endpoint queues its requests.
	Asynchronous bool
	// Variants are its production variants.
	Variants []Variant
	// Components are its inference components. Default: none, its variants have models.
	Components []Component
	// Gateway is the gateway in front of it. Default: nil, clients call the endpoint.
	Gateway *Gateway
	// Canary is the gateway that gets a share of the requests. Default: nil, none.
	Canary *Gateway
	// LoadBalancer is the load balancer in front of the gateway. Default: nil, it is not
	// known.
	LoadBalancer *LoadBalancer
}

// Variant is a production variant that is watched.
type Variant struct {
	// Name is the variant's name.
	Name string
	// InstanceType is such as ml.c6i.2xlarge: CPU and GPU are judged as shares of what it has.
	// Default: "", not known, or serverless: GPUs are not judged, and CPUs only on endpoints
	// with components (fact A63).
	InstanceType string
	// Pools are the instance types of a variant with several, whose metrics have a further
	// dimension (fact G11): its instances' CPU and GPU are not judged.
	// Default: none, it has one type.
	Pools []string
	// PublishFrequency is the time between two values of its metrics, where that is not a
	// minute. Default: 0, a minute.
	PublishFrequency time.Duration
	// Serverless says that it has no instances.
	Serverless bool
	// Capacity is what scales it, of which the bounds are judged.
	// Default: nil, it does not scale, or its instances are those of components.
	Capacity *Capacity
	// CanaryOf is the name of the variant that it is compared with.
	// Default: "", it is no canary.
	CanaryOf string
}

// Component is an inference component that is watched.
type Component struct {
	// Name is the component's name.
	Name string
	// Capacity is what scales its copies. Default: nil, it does not scale.
	Capacity *Capacity
}

// Capacity is the bounds of what scales, and when its minimum is higher.
type Capacity struct {
	// Target is the scalable target.
	Target autoscaling.ScalableTarget
	// Calendar is the events that raise its minimum. Default: none.
	Calendar events.Calendar
}

// Gateway is a gateway that is watched.
type Gateway struct {
	// FunctionName is the Lambda function's name. Default: "", it runs on Fargate.
	FunctionName string
	// Alias is the function's alias that the load balancer calls. Default: "", none.
	Alias string
	// Provisioned says that the alias has provisioned concurrency.
	Provisioned bool
	// ReservedConcurrency is the function's. Default: 0, none is reserved.
	ReservedConcurrency int
	// ClusterName and ServiceName are the Fargate service's. Default: "", a function.
	ClusterName, ServiceName string
	// TargetGroup is the full name of its target group, as CloudWatch has it:
	// targetgroup/NAME/ID.
	TargetGroup string
	// MaxTasks is the largest number of tasks that its scaling allows. Default: 0, it does
	// not scale.
	MaxTasks int
	// Calendar is the events that raise its minimum of tasks, with that minimum.
	// Default: none, its tasks are judged by MaxTasks alone.
	Calendar events.Calendar
	// RequestTimeout is the time-out of a request.
	RequestTimeout time.Duration
}

// LoadBalancer is a load balancer that is watched.
type LoadBalancer struct {
	// FullName is as CloudWatch has it: app/NAME/ID.
	FullName string
	// ReservationQueue is the name of the dead-letter queue of its capacity schedule, for the
	// dashboard: the schedule has an alarm of its own. Default: "", nothing is reserved.
	ReservationQueue string
	// WebACL is the metric name of its web ACL, for the dashboard. Default: "", none.
	WebACL string
}
