package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// NewGatewaySecurityGroup makes a security group for a GatewayService's tasks. It
// allows HTTPS out to any IPv4 address, and no connections in: LoadBalancer and Route
// add the rule for the load balancer.
func NewGatewaySecurityGroup(scope constructs.Construct, id string, vpc awsec2.IVpc) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(scope, jsii.String(id), &awsec2.SecurityGroupProps{
		Vpc: vpc, Description: jsii.String("Tasks of the gateway"), AllowAllOutbound: jsii.Bool(false),
	})
	// Amazon S3, which stores image layers, has no range that is known without a
	// look-up. In isolated subnets the rule reaches only the VPC's endpoints.
	group.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_HTTPS(),
		jsii.String("SageMaker, CloudWatch Logs, Amazon ECR and Amazon S3"), nil)
	return group
}

// AllowTasks lets a load balancer reach the tasks of a GatewayService by their security
// groups, as LoadBalancer and Route do themselves for a GatewayService. The rules are in
// the stack of tasks. Where that stack comes before the load balancer's, make the load
// balancer's security group there too, call AllowTasks, and give the group to the
// LoadBalancer: with a group of its own the two stacks would depend on each other.
func AllowTasks(loadBalancer, tasks awsec2.ISecurityGroup) {
	tasks.Connections().AllowFrom(loadBalancer, awsec2.Port_Tcp(jsii.Number(servicePort)),
		jsii.String("Load balancer to target"))
}

// PrivateEndpointsProps describes PrivateEndpoints.
type PrivateEndpointsProps struct {
	// VPC is the VPC of the endpoints, which have private DNS names.
	VPC awsec2.IVpc
	// Subnets are the subnets of the interface endpoints. Their route tables get
	// the route to Amazon S3.
	// Default: nil, the isolated subnets.
	Subnets *awsec2.SubnetSelection
	// Clients may connect to them: the security group of the tasks, which
	// NewGatewaySecurityGroup makes before the service.
	Clients awsec2.ISecurityGroup
	// AllowAsync passes asynchronous invocations on too, which a GatewayService sends
	// with Asynchronous of its Server's OnShed.
	// Default: false.
	AllowAsync bool
}

// Validate returns everything wrong with the properties, joined.
func (p PrivateEndpointsProps) Validate() error {
	var ps problem.List
	if problem.IsNil(p.VPC) {
		ps.Add("VPC", nil, "endpoints stand in a VPC", "give one")
	}
	if problem.IsNil(p.Clients) {
		ps.Add("Clients", nil, "nobody may connect", "give the security group of the gateway's tasks")
	}
	return ps.Err()
}

// PrivateEndpoints are the VPC endpoints for a GatewayService in isolated subnets:
// SageMaker's runtime, CloudWatch Logs, Amazon ECR and Amazon S3 (fact F33: Amazon
// ECR needs the endpoints ecr.api and ecr.dkr, and one for Amazon S3). Give them to the
// service as its PrivateEndpoints: its first tasks need them to pull the image. Do not
// give them the security group that a service makes: the service, and with it the
// group, would wait for the endpoints, and these for the group.
//
// They admit the security group of the tasks alone, and pass calls by roles of this
// account: to SageMaker's runtime for endpoints of this account and region, to
// CloudWatch Logs for writing to log groups of this account and region, to Amazon ECR
// for pulling images. The roles of the tasks name endpoint, log group and repository.
// The endpoints do not name them: they are deployed before the tasks, and would cut
// running tasks off when a name changes.
type PrivateEndpoints struct {
	constructs.Construct
	// SecurityGroup is the security group of the interface endpoints.
	SecurityGroup awsec2.SecurityGroup

	clients awsec2.ISecurityGroup
	async   bool
}

// ToString makes the struct itself usable as a construct.
func (e *PrivateEndpoints) ToString() *string { return e.Construct.ToString() }

// NewPrivateEndpoints makes PrivateEndpoints. It panics with what
// props.Validate returns.
func NewPrivateEndpoints(scope constructs.Construct, id string, props PrivateEndpointsProps) *PrivateEndpoints {
	if err := props.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	e := &PrivateEndpoints{clients: props.Clients, async: props.AllowAsync}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))
	subnets := props.Subnets
	if subnets == nil {
		subnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
	}
	e.SecurityGroup = awsec2.NewSecurityGroup(e, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: props.VPC, AllowAllOutbound: jsii.Bool(false),
		Description: jsii.String("Endpoints of the AWS services that the gateway calls"),
	})
	e.SecurityGroup.AddIngressRule(props.Clients, awsec2.Port_HTTPS(), jsii.String("From tasks of the gateway"), nil)

	stack := awscdk.Stack_Of(e)
	for _, s := range []struct {
		id        string
		service   awsec2.InterfaceVpcEndpointAwsService
		statement *awsiam.PolicyStatementProps
	}{
		{"Runtime", awsec2.InterfaceVpcEndpointAwsService_SAGEMAKER_RUNTIME(), invokeInAccount(stack, props.AllowAsync)},
		{"Logs", awsec2.InterfaceVpcEndpointAwsService_CLOUDWATCH_LOGS(), writeLogs(stack)},
		{"Registry", awsec2.InterfaceVpcEndpointAwsService_ECR(), pullImages(stack)},
		{"RegistryImages", awsec2.InterfaceVpcEndpointAwsService_ECR_DOCKER(), pullImages(stack)},
	} {
		endpoint := awsec2.NewInterfaceVpcEndpoint(e, jsii.String(s.id), &awsec2.InterfaceVpcEndpointProps{
			Vpc: props.VPC, Subnets: subnets, Service: s.service,
			SecurityGroups: &[]awsec2.ISecurityGroup{e.SecurityGroup},
			Open:           jsii.Bool(false), PrivateDnsEnabled: jsii.Bool(true),
		})
		endpoint.AddToPolicy(anyPrincipal(s.statement))
	}
	images := awsec2.NewGatewayVpcEndpoint(e, jsii.String("Storage"), &awsec2.GatewayVpcEndpointProps{
		Vpc: props.VPC, Subnets: &[]*awsec2.SubnetSelection{subnets},
		Service: awsec2.GatewayVpcEndpointAwsService_S3(),
	})
	// Fact F39: Amazon ECR stores image layers in one bucket for each region.
	images.AddToPolicy(anyPrincipal(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("s3:GetObject"),
		Resources: &[]*string{jsii.Sprintf("arn:%s:s3:::prod-%s-starport-layer-bucket/*",
			*stack.Partition(), *stack.Region())},
	}))
	return e
}

// invokeInAccount allows the account's roles to call the account's endpoints.
func invokeInAccount(stack awscdk.Stack, async bool) *awsiam.PolicyStatementProps {
	actions := []string{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"}
	if async {
		actions = append(actions, "sagemaker:InvokeEndpointAsync")
	}
	s := invokeStatement(stack, "*", []string{"*"}, actions...)
	s.Conditions = byOwnRoles(stack)
	return s
}

// writeLogs allows the account's roles to write to the account's log groups.
func writeLogs(stack awscdk.Stack) *awsiam.PolicyStatementProps {
	return &awsiam.PolicyStatementProps{
		Actions: jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
		Resources: &[]*string{stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: jsii.String("*"),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})},
		Conditions: byOwnRoles(stack),
	}
}

// pullImages allows the account's roles to pull images. The role of the tasks names the
// repository, which may be another account's.
func pullImages(stack awscdk.Stack) *awsiam.PolicyStatementProps {
	return &awsiam.PolicyStatementProps{
		Actions: jsii.Strings("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
			"ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
		// GetAuthorizationToken has no narrower resource.
		Resources:  jsii.Strings("*"),
		Conditions: byOwnRoles(stack),
	}
}

// byOwnRoles is the condition that a role of the stack's account calls.
func byOwnRoles(stack awscdk.Stack) *map[string]any {
	return &map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": *stack.Account()}}
}

// anyPrincipal makes a statement for any principal. The task's role decides who may
// call.
func anyPrincipal(props *awsiam.PolicyStatementProps) awsiam.PolicyStatement {
	props.Principals = &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()}
	return awsiam.NewPolicyStatement(props)
}
