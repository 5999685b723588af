package checks

import "context"

// permission is an action that a check calls, on what. A resource has placeholders for
// the partition, the region, the account, the environment and the endpoint, or is one for
// what the environment's file names, as ReadPolicy has them.
type permission struct{ action, resource string }

// check is one check: what it judges, what it may call, and whether it also says
// something before the first deployment.
type check struct {
	group, name, judges string
	permissions         []permission
	before              bool
	run                 func(context.Context, *reader) []Result
}

// anyResource is the resource where AWS has no narrower form.
const anyResource = "*"

const (
	stackARN    = "arn:{partition}:cloudformation:{region}:{account}:stack/{environment}-*/*"
	toolkitARN  = "arn:{partition}:cloudformation:{region}:{account}:stack/CDKToolkit/*"
	alarmARN    = "arn:{partition}:cloudwatch:{region}:{account}:alarm:*"
	endpointARN = "arn:{partition}:sagemaker:{region}:{account}:endpoint/{endpoint}"
)

var (
	listResources = permission{"cloudformation:ListStackResources", stackARN}
	quotaActions  = []permission{
		{"servicequotas:ListServiceQuotas", anyResource}, {"servicequotas:ListAWSDefaultServiceQuotas", anyResource},
	}
	// Application Auto Scaling's reading actions have no resources.
	scalingTargets = permission{"application-autoscaling:DescribeScalableTargets", anyResource}
	scalingActions = permission{"application-autoscaling:DescribeScheduledActions", anyResource}
)

// table is the checks in the order of the path of a request.
var table = []check{
	{"account", "credentials", "whose credentials they are", nil, true, credentials},
	{"account", "bootstrap", "the CDK's stack CDKToolkit stands, in a version that this app can use",
		[]permission{{"cloudformation:DescribeStacks", toolkitARN}}, true, bootstrap},
	{"account", "roles", "the service-linked roles of scaling, of Amazon ECS and of Elastic Load Balancing",
		[]permission{{"iam:GetRole", "arn:{partition}:iam::{account}:role/aws-service-role/*"}}, true, roles},
	{"account", "quota of instances", "SageMaker's quota of each instance type: the largest fleet, and an update of it",
		quotaActions, true, instanceQuotas},
	{"account", "quota of tasks", "Fargate's quota of processors: the most tasks, and a deployment of them",
		quotaActions, true, taskQuota},
	{"account", "quota of concurrency", "Lambda's concurrent executions: those reserved, or those of the largest fleet",
		quotaActions, true, concurrencyQuota},
	{"account", "quota of capacity units", "the load balancer capacity units that may be reserved",
		quotaActions, true, unitQuota},
	{"account", "quota of VPCs", "VPCs per Region: those that stand, and the new one",
		append([]permission{listResources, {"ec2:DescribeVpcs", anyResource}}, quotaActions...), true, vpcQuota},

	{"deployment", "stacks", "each stack stands, and can be updated",
		[]permission{{"cloudformation:DescribeStacks", stackARN}}, true, stacks},
	{"deployment", "templates", "what stands is what the environment file makes",
		[]permission{{"cloudformation:GetTemplate", stackARN}}, false, templates},

	{"network", "zones", "the zones that the file names are there",
		[]permission{{"ec2:DescribeAvailabilityZones", anyResource}}, true, zones},
	{"network", "subnets", "two zones or more, with free addresses for the load balancer and the tasks",
		[]permission{listResources, {"ec2:DescribeSubnets", anyResource}}, true, subnets},

	{"load balancer", "hosted zone", "the zone of the domain is there, and is that of its name",
		[]permission{{"route53:GetHostedZone", "{hosted zone}"}}, true, hostedZone},
	{"load balancer", "certificate", "it is issued, and valid beyond the time asked for",
		[]permission{listResources, {"acm:DescribeCertificate", "{certificate}"}},
		true, certificates},
	{"load balancer", "reservation", "the capacity units that the calendar reserves then",
		[]permission{listResources, {"elasticloadbalancing:DescribeCapacityReservation", anyResource}}, false, reservation},

	{"gateway", "image", "it can be read in Amazon ECR",
		[]permission{{"ecr:DescribeImages", "{gateway repositories}"}}, true, gatewayImages},
	{"gateway", "tasks", "as many run as are wanted",
		[]permission{
			listResources,
			{"ecs:DescribeServices", "arn:{partition}:ecs:{region}:{account}:service/{environment}-*"},
		},
		false, tasks},
	{"gateway", "targets", "its target groups have healthy targets",
		[]permission{listResources, {"elasticloadbalancing:DescribeTargetHealth", anyResource}}, false, targets},

	{"endpoint", "name", "no endpoint has it that the environment's stacks have not made",
		[]permission{{"sagemaker:DescribeEndpoint", endpointARN}, listResources}, true, endpointName},
	{"endpoint", "status", "InService, with the instances that are wanted",
		[]permission{{"sagemaker:DescribeEndpoint", endpointARN}}, false, endpoint},
	{"endpoint", "image", "each container's image can be read in Amazon ECR",
		[]permission{{"ecr:DescribeImages", "{model repositories}"}}, true, modelImages},
	{"endpoint", "archive", "each archive of model artifacts can be read in Amazon S3",
		[]permission{{"s3:GetObject", "{archives}"}, {"s3:ListBucket", "{buckets}"}},
		true, archives},
	{"endpoint", "keys", "each AWS KMS key that the file names is enabled",
		[]permission{{"kms:DescribeKey", "{keys}"}}, true, keys},

	{"scaling", "actions", "each scheduled action of the file stands as it is written",
		[]permission{listResources, scalingTargets, scalingActions}, false, actions},
	{"scaling", "floor", "the minimum that the standing actions set by the time asked for",
		[]permission{listResources, scalingTargets, scalingActions}, false, floors},
	{
		"scaling",
		"suspended",
		"no kind of scaling is suspended",
		[]permission{listResources, scalingTargets},
		false,
		suspended,
	},

	{"monitoring", "alarms", "each alarm has data, and none that tells people is on",
		[]permission{listResources, {"cloudwatch:DescribeAlarms", alarmARN}}, false, alarms},
	{"monitoring", "subscribers", "each topic of an alarm has a subscriber, and all have confirmed",
		[]permission{listResources, {"cloudwatch:DescribeAlarms", alarmARN},
			{"sns:ListSubscriptionsByTopic", "arn:{partition}:sns:{region}:{account}:*"}}, false, subscribers},
}
