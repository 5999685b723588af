package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// NewGatewaySecurityGroup makes the security group of a GatewayService's tasks.
// Who connects to them is said by the load balancer in front.
func NewGatewaySecurityGroup(scope constructs.Construct, id string, vpc awsec2.IVpc) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(scope, jsii.String(id), &awsec2.SecurityGroupProps{
		Vpc: vpc, Description: jsii.String("Tasks of the gateway"), AllowAllOutbound: jsii.Bool(false),
	})
	// Amazon S3, which holds the layers of images, has no address that could be
	// named without asking AWS. Where the subnets have no way out, this is the
	// VPC's endpoints alone.
	group.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_HTTPS(), jsii.String("SageMaker, CloudWatch Logs, Amazon ECR and Amazon S3"), nil)
	return group
}

// PrivateEndpointsProps describes PrivateEndpoints.
type PrivateEndpointsProps struct {
	// VPC is where they are, with private DNS.
	VPC awsec2.IVpc
	// Subnets are those of VPC that they stand in, and from whose route tables
	// Amazon S3 is reached.
	// Default: nil, the isolated ones.
	Subnets *awsec2.SubnetSelection
	// EndpointName is the one SageMaker endpoint that can be called through them.
	EndpointName string
	// InferenceComponents are the names of those of the endpoint's components
	// that can be called through them. The permission names them
	// beside the endpoint: no page was found that says which of the two
	// SageMaker asks for.
	// Default: none, the endpoint has none.
	InferenceComponents []string
	// Clients may connect to them.
	Clients awsec2.ISecurityGroup
}

// Validate returns everything wrong with the properties, joined.
func (p PrivateEndpointsProps) Validate() error {
	var ps problem.List
	if p.VPC == nil {
		ps.Add("VPC", nil, "endpoints stand in a VPC", "give one")
	}
	ps = append(ps, validateEndpointName(p.EndpointName)...)
	if p.Clients == nil {
		ps.Add("Clients", nil, "nobody may connect", "give the security group of the gateway's tasks")
	}
	return ps.Err()
}

// PrivateEndpoints let a GatewayService run in subnets without a way out: they
// lead to SageMaker's runtime, CloudWatch Logs, Amazon ECR and, for the layers
// of images, Amazon S3 (fact F33). Where both are in one stack the service has to
// wait for them, or its first tasks find no image: make it depend on them.
type PrivateEndpoints struct {
	constructs.Construct
	// SecurityGroup is that of the interface endpoints.
	SecurityGroup awsec2.SecurityGroup
}

// ToString makes the struct itself usable as a construct.
func (e *PrivateEndpoints) ToString() *string { return e.Construct.ToString() }

// NewPrivateEndpoints makes PrivateEndpoints. It panics with what
// props.Validate returns.
func NewPrivateEndpoints(scope constructs.Construct, id string, props PrivateEndpointsProps) *PrivateEndpoints {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	e := &PrivateEndpoints{}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))
	subnets := props.Subnets
	if subnets == nil {
		subnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
	}
	e.SecurityGroup = awsec2.NewSecurityGroup(e, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc: props.VPC, Description: jsii.String("Endpoints of the AWS services that the gateway calls"), AllowAllOutbound: jsii.Bool(false),
	})
	e.SecurityGroup.AddIngressRule(props.Clients, awsec2.Port_HTTPS(), jsii.String("From tasks of the gateway"), nil)

	stack := awscdk.Stack_Of(e)
	for _, s := range []struct {
		id      string
		service awsec2.InterfaceVpcEndpointAwsService
		only    *awsiam.PolicyStatementProps
	}{
		{"Runtime", awsec2.InterfaceVpcEndpointAwsService_SAGEMAKER_RUNTIME(), &awsiam.PolicyStatementProps{
			Actions:   jsii.Strings("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"),
			Resources: invocable(stack, props.EndpointName, props.InferenceComponents),
		}},
		{"Logs", awsec2.InterfaceVpcEndpointAwsService_CLOUDWATCH_LOGS(), nil},
		{"Registry", awsec2.InterfaceVpcEndpointAwsService_ECR(), nil},
		{"RegistryImages", awsec2.InterfaceVpcEndpointAwsService_ECR_DOCKER(), nil},
	} {
		endpoint := awsec2.NewInterfaceVpcEndpoint(e, jsii.String(s.id), &awsec2.InterfaceVpcEndpointProps{
			Vpc: props.VPC, Subnets: subnets, Service: s.service,
			SecurityGroups: &[]awsec2.ISecurityGroup{e.SecurityGroup}, Open: jsii.Bool(false), PrivateDnsEnabled: jsii.Bool(true),
		})
		if s.only != nil {
			endpoint.AddToPolicy(anybody(s.only))
		}
	}
	images := awsec2.NewGatewayVpcEndpoint(e, jsii.String("Storage"), &awsec2.GatewayVpcEndpointProps{
		Vpc: props.VPC, Subnets: &[]*awsec2.SubnetSelection{subnets}, Service: awsec2.GatewayVpcEndpointAwsService_S3(),
	})
	// ECR's layers lie in a bucket of its own in each region (fact F39).
	images.AddToPolicy(anybody(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("s3:GetObject"),
		Resources: &[]*string{jsii.Sprintf("arn:%s:s3:::prod-%s-starport-layer-bucket/*", *stack.Partition(), *stack.Region())},
	}))
	return e
}

// anybody who can connect may do what the statement says: that is the task's
// own role's matter.
func anybody(props *awsiam.PolicyStatementProps) awsiam.PolicyStatement {
	props.Principals = &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()}
	return awsiam.NewPolicyStatement(props)
}
