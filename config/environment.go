package config

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// Environment is one YAML file: everything that is deployed together, in one
// account and region. It can be built in Go too: stacks.NewEnvironment validates it
// and fills in the defaults.
type Environment struct {
	// Name is the file's name without its ending; it names the Stage and begins
	// every stack's name.
	Name string `json:"-"`

	// Account is the AWS account, twelve digits in quotes: without them YAML
	// may read another number.
	Account string `json:"account" jsonschema:"pattern=^[0-9]{12}$"`
	// Region is the AWS region, such as eu-central-1.
	Region string `json:"region" jsonschema:"pattern=^[a-z]+(-[a-z]+)+-[0-9]+$"`
	// Production says that users depend on the environment: the lint then warns
	// of a fleet that does not survive the loss of an instance, or of a zone, AWS
	// refuses to delete the stacks and the load balancer, and an endpoint whose
	// name changes stays beside the new one. To take the environment down, deploy
	// it with production: false first.
	// Default: false.
	Production bool `json:"production,omitempty"`
	// Network is the VPC that the load balancer stands in.
	// Default: none, required unless endpoint.asynchronous is given, which has no
	// load balancer, or a Lambda function stands behind frontend.existingListener.
	Network Network `json:"network,omitempty"`
	// Model is the container that answers predictions, or several.
	// Default: none, required unless components are given.
	Model Model `json:"model,omitempty"`
	// Endpoint is the SageMaker endpoint.
	Endpoint Endpoint `json:"endpoint"`
	// Update is how SageMaker exchanges the endpoint's instances for new ones when the
	// model, the instance type or another property of the configuration changes.
	// Default: none, all at once, with a second fleet, without waits or alarms.
	Update *autoscaling.Update `json:"update,omitempty"`
	// Variant is the endpoint's production variant: the fleet that scales.
	// Default: none, required unless variants are given.
	Variant Variant `json:"variant,omitempty"`
	// Capacity is what a load test of one instance has shown.
	// Default: none, required unless variants or components are given, or the
	// endpoint is asynchronous or serverless.
	Capacity autoscaling.Capacity `json:"capacity,omitempty"`
	// Scaling is between which bounds, and towards which target, the variant scales.
	// Default: none, required unless variants or components are given.
	Scaling Scaling `json:"scaling,omitempty"`
	// ScheduledActions are the times at which the bounds change. Default: none.
	ScheduledActions []autoscaling.ScheduledAction `json:"schedule,omitempty"`
	// Events are surges of traffic that are known beforehand: their floors are
	// there in time, asserted again and again, and released afterwards. Beside
	// events the schedule leaves the minimum alone. Default: none.
	Events []events.Event `json:"events,omitempty"`
	// Variants are the fleets of an endpoint that has several, 10 at most, each
	// with its own capacity, scaling, schedule and events. They stand in place of
	// variant and of those four. Default: none, the endpoint has one variant.
	Variants []ProductionVariant `json:"variants,omitempty" jsonschema:"minItems=1"`
	// ShadowVariant tries a model or an instance type with copies of the requests, beside
	// one production variant (facts C28 and C61). Default: none.
	ShadowVariant *ShadowVariant `json:"shadowVariant,omitempty"`
	// Components are the models that share the instances of variant, each with its
	// own capacity, scaling, schedule and events. They stand in place of model and
	// of those four. Default: none, the variant serves model.
	Components []Component `json:"components,omitempty" jsonschema:"minItems=1"`
	// Frontend is the load balancer and the gateway behind it.
	// Default: none, required unless endpoint.asynchronous is given, which has no
	// front end: clients call InvokeEndpointAsync.
	Frontend Frontend `json:"frontend,omitempty"`
	// Monitoring is the alarms, who is told of them, and the dashboard. They are made
	// unless monitoring.enabled is false. Default: all of them, and a topic that nobody
	// has subscribed to.
	Monitoring Monitoring `json:"monitoring,omitempty"`
	// Acknowledge is the findings of the rules over the scaling that do no harm
	// here, each with the reason why. Default: none.
	Acknowledge []Acknowledgment `json:"acknowledge,omitempty" jsonschema:"minItems=1"`
	// Tags are put on every resource, 45 at most. Default: none.
	Tags map[string]string `json:"tags,omitempty"`
}

// Network is a VPC of its own or an existing one: exactly one of the two.
type Network struct {
	// NewVPC makes a VPC. Default: none, existingVpc is used.
	NewVPC *NewVPC `json:"newVpc,omitempty"`
	// ExistingVPC uses a VPC that stands. Default: none, newVpc is made.
	ExistingVPC *ExistingVPC `json:"existingVpc,omitempty"`
}

// NewVPC is a VPC with a public and a private subnet in each zone. The private
// ones have no way out: nothing in them needs one.
type NewVPC struct {
	// CIDR is its IPv4 range, /16 to /23: each subnet has a sixteenth of it, at a
	// fixed place for each of the zones a to f.
	CIDR string `json:"cidr"`
	// AvailabilityZones are named here so that synthesis need not ask AWS: two
	// or more, which a load balancer needs, in any order. A zone that is added
	// or removed moves no other zone's subnets.
	AvailabilityZones []string `json:"availabilityZones" jsonschema:"minItems=2,uniqueItems=true"`
	// FlowLogs says which connections are written to a log group of the network
	// stack, which keeps them for 90 days: all, reject (those that security groups or
	// network ACLs refuse) or none. Default: all in production, else none.
	FlowLogs FlowLogs `json:"flowLogs,omitempty" jsonschema:"pattern=^(all|reject|none)$"`
}

// FlowLogs is which connections in a VPC are logged.
type FlowLogs string

// FlowLogs of a new VPC: all connections, those that are refused, or none.
const (
	FlowLogsAll    FlowLogs = "all"
	FlowLogsReject FlowLogs = "reject"
	FlowLogsNone   FlowLogs = "none"
)

// ExistingVPC is a VPC that stands, by its attributes: synthesis looks nothing up.
type ExistingVPC struct {
	// VpcID is the VPC's id, such as vpc-0123456789abcdef0.
	VpcID string `json:"vpcId" jsonschema:"pattern=^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"`
	// CIDR is its IPv4 range: who may reach an internal load balancer, unless
	// frontend.allowedCidrs says otherwise.
	CIDR string `json:"cidr"`
	// PublicSubnets hold an internet-facing load balancer: two zones or more,
	// one subnet of each. Default: none.
	PublicSubnets []Subnet `json:"publicSubnets,omitempty"`
	// PrivateSubnets hold an internal load balancer: two zones or more, one
	// subnet of each. Default: none.
	PrivateSubnets []Subnet `json:"privateSubnets,omitempty"`
}

// Subnet is a subnet that stands.
type Subnet struct {
	// ID is the subnet's id, such as subnet-0123456789abcdef0.
	ID string `json:"id" jsonschema:"pattern=^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"`
	// AvailabilityZone is the zone it is in, such as eu-central-1a.
	AvailabilityZone string `json:"availabilityZone"`
	// RouteTableID is the id of its route table, such as rtb-0123456789abcdef0.
	RouteTableID string `json:"routeTableId" jsonschema:"pattern=^rtb-([0-9a-f]{8}|[0-9a-f]{17})$"`
}

// Endpoint is the SageMaker endpoint.
type Endpoint struct {
	// Name is the endpoint's name, such as predictions-prod. It stays for the
	// endpoint's life: clients and scaling know it by this name.
	Name string `json:"name"`
	// Asynchronous makes the endpoint take requests into a queue and write the
	// answers to Amazon S3. Default: none, requests are answered in real time.
	Asynchronous *Asynchronous `json:"asynchronous,omitempty"`
	// AllowNetworkAccess lets the containers of components reach the network. For a model,
	// model.allowNetworkAccess decides. Default: false, they run isolated.
	AllowNetworkAccess bool `json:"allowNetworkAccess,omitempty"`
	// VolumeKeyARN is the AWS KMS key that encrypts the storage volumes of the
	// instances, of a serverless variant its copy of the image. Instance types with
	// local NVMe storage take none (fact C31).
	// Default: none, a key that AWS owns.
	VolumeKeyARN string `json:"volumeKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// DataCapture keeps requests and answers in Amazon S3.
	// Default: none, nothing is kept.
	DataCapture *DataCapture `json:"dataCapture,omitempty"`
	// Metrics is what the endpoint publishes to Amazon CloudWatch, and how often.
	// Default: none, SageMaker's defaults.
	Metrics *Metrics `json:"metrics,omitempty"`
}

// Variant is the production variant: the fleet behind the endpoint.
type Variant struct {
	// Name is the variant's name, under which scaling is registered.
	// Default: main.
	Name string `json:"name,omitempty"`
	// InstanceType is the type of every instance, such as ml.c6i.xlarge;
	// burstable types (ml.t2, ml.t3) cannot scale.
	// Default: none, required unless instancePools or serverless are given.
	InstanceType string `json:"instanceType,omitempty"`
	// InstancePools are up to 5 instance types in place of one: instances start in the
	// pool of the highest priority that has capacity (fact G9).
	// Default: none, all instances are of instanceType.
	InstancePools autoscaling.InstancePools `json:"instancePools,omitempty" jsonschema:"minItems=1"`
	// InitialInstanceCount is the instances that the first deployment starts, at
	// most scaling.maxCapacity. Scaling raises them to scaling.minCapacity at once
	// (fact B7), and later deployments keep the count that it has reached (fact C7).
	// A change makes a new endpoint configuration, and so replaces the fleet
	// (fact C1: a configuration is immutable).
	// Default: 1, or managedInstances.minInstanceCount where that is more.
	InitialInstanceCount int `json:"initialInstanceCount,omitempty" jsonschema:"minimum=1"`
	// Serverless runs the model without instances: scaling moves the requests at
	// a time that it is warm for. Default: none, it runs on instances.
	Serverless *Serverless `json:"serverless,omitempty"`
	// ManagedInstances lets SageMaker start and stop the instances, as the copies
	// of components need them. Default: none, required where components are given.
	ManagedInstances *ManagedInstances `json:"managedInstances,omitempty"`
	// Routing is how SageMaker chooses the instance of a request: random, or
	// least-outstanding-requests, which prefers the instance with the fewest requests
	// (fact G16). Default: random.
	Routing Routing `json:"routing,omitempty" jsonschema:"pattern=^(random|least-outstanding-requests)$"`
	autoscaling.InstanceSettings
}

// Scaling is the bounds and the target of a variant, and its other policies.
type Scaling struct {
	autoscaling.Scaling
	// Policies act next to the target on invocations, the one on concurrency,
	// emergency and offeredLoad. Default: none.
	Policies []Policy `json:"policies,omitempty" jsonschema:"minItems=1"`
}

// Frontend is the load balancer and the gateway behind it.
type Frontend struct {
	// SharePercent is the share of the requests that this gateway gets, where it
	// is a canary. Default: 0, all of them.
	SharePercent int `json:"-"`

	// CertificateARN is the certificate of the HTTPS listener, in AWS
	// Certificate Manager and in the environment's region. Default: none, one is
	// made for domain; without either plainHttp has to be true.
	CertificateARN string `json:"certificateArn,omitempty"`
	// Domain is the name under which clients ask: records in its zone lead to the
	// load balancer, and without certificateArn a certificate is made for it.
	// Default: none, clients ask under the load balancer's own name.
	Domain *settings.Domain `json:"domain,omitempty"`
	// Authentication is as whom clients show themselves to the load balancer,
	// before a request reaches the gateway. Default: none, whoever may connect may
	// ask.
	Authentication *settings.Authentication `json:"authentication,omitempty"`
	// PlainHTTP serves without TLS: requests and predictions can be read and
	// changed on their way, so not in production. Default: false.
	PlainHTTP bool `json:"plainHttp,omitempty"`
	// InternetFacing puts the load balancer into public subnets with public
	// addresses. A change replaces the load balancer. Default: false, it is internal.
	InternetFacing bool `json:"internetFacing,omitempty"`
	// IPv6 gives the load balancer IPv6 addresses beside its IPv4 ones. A new VPC
	// gets an IPv6 range from Amazon; the load balancer's subnets of an existing
	// one have theirs already. Default: false.
	IPv6 bool `json:"ipv6,omitempty"`
	// AllowedCIDRs are the ranges that may connect, with ipv6 also IPv6 ones.
	// Default: the VPC's own IPv4 range, or everybody (0.0.0.0/0, and ::/0 with
	// ipv6) when internetFacing is true.
	AllowedCIDRs []string `json:"allowedCidrs,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// Gateway is what the gateway runs on: lambda, or fargate, which streams,
	// sheds and publishes the load that it was offered, takes bodies over 1 MB,
	// and needs capacity.requestsPerSecondPerTask. In a new VPC its tasks reach
	// AWS by private endpoints; in an existing one they stand in the private
	// subnets, which need a way to SageMaker, CloudWatch Logs, Amazon ECR and
	// Amazon S3 of their own. Default: lambda.
	Gateway GatewayForm `json:"gateway,omitempty" jsonschema:"pattern=^(lambda|fargate)$"`
	// Image is the gateway's image in Amazon ECR with fargate, for linux/arm64,
	// with a tag or a digest. Default: built when it is deployed, which needs a
	// container engine.
	Image string `json:"image,omitempty"`
	// TaskCPU is a task's share of a processor with fargate, 1024 being a whole
	// one: 256, 512, 1024, 2048, 4096, 8192 or 16384. Default: 1024.
	TaskCPU int `json:"taskCpu,omitempty" jsonschema:"minimum=256,maximum=16384"`
	// TaskMemoryMB is a task's memory with fargate, in the range that Fargate has
	// for taskCpu. Default: twice taskCpu.
	TaskMemoryMB int `json:"taskMemoryMb,omitempty" jsonschema:"minimum=512,maximum=122880"`
	// DeletionProtection makes AWS refuse to delete the load balancer, and so the
	// environment. Default: the value of production, where it cannot be false.
	DeletionProtection bool `json:"deletionProtection,omitempty"`
	// AccessLogs makes the load balancer write who asked for what, and who
	// connected and how. Default: none, and a new bucket in production.
	AccessLogs *AccessLogs `json:"accessLogs,omitempty"`
	// WAF puts AWS WAF in front of the load balancer. Default: none.
	WAF *settings.WAF `json:"waf,omitempty"`
	// GatewayMemoryMB is the memory of the gateway's Lambda function, 128 to
	// 10240 MB; its share of a processor grows with it. Default: 256.
	GatewayMemoryMB int `json:"gatewayMemoryMb,omitempty" jsonschema:"minimum=128,maximum=10240"`
	// LogKeyARN is the AWS KMS key that encrypts the gateway's log group, also its
	// canary's. Its policy has to let CloudWatch Logs use it.
	// Default: none, a key that AWS owns.
	LogKeyARN string `json:"logKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// RequestTimeout bounds one request through the gateway, 1s to 15m; a model
	// may take 60 s to answer. Default: 70s.
	RequestTimeout time.Duration `json:"requestTimeout,omitempty"`
	// MaxRequestBytes is the largest request body that is passed on: up to
	// 1,000,000 bytes with lambda, what a load balancer hands to a function, and up
	// to 26,214,400 with fargate. Default: 1000000, and 6291456 with fargate.
	MaxRequestBytes int `json:"maxRequestBytes,omitempty" jsonschema:"minimum=1,maximum=26214400"`
	// Capacity is what the size of the front end is computed from, so that events
	// prepare it too. Default: none, required with fargate; a Lambda function grows
	// by itself when the traffic comes.
	Capacity *FrontendCapacity `json:"capacity,omitempty"`
	// ReserveLoadBalancerCapacity reserves the load balancer's capacity units for
	// each event, 2 hours ahead, and releases them afterwards. It needs
	// capacity.bytesPerRequest, and AWS to raise the account's quota of reserved
	// units, which is 0. Default: false, the load balancer grows by itself.
	ReserveLoadBalancerCapacity bool `json:"reserveLoadBalancerCapacity,omitempty"`
	// MinimumCapacityUnits keeps that many of the load balancer's capacity units
	// reserved all the time, which costs what they cost when they are used; the
	// quota is the same. Default: none, the load balancer grows by itself.
	MinimumCapacityUnits int `json:"minimumCapacityUnits,omitempty" jsonschema:"minimum=100,maximum=15000"`
	// Server is what only a gateway on fargate can be told: how it behaves under
	// too much load, how long a stream may last, what it logs. Default: the
	// gateway's own defaults.
	Server *settings.Server `json:"server,omitempty"`
	// Canary is a second gateway that gets a share of the requests. Default: none.
	Canary *Canary `json:"canary,omitempty"`
	// ExistingListener is a listener that stands, which sends predictions to the
	// gateway. Default: none, a load balancer is made.
	ExistingListener *ExistingListener `json:"existingListener,omitempty"`
}
