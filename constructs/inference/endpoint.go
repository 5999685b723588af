package inference

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// DefaultVariantName is the name of a variant that is given none.
const DefaultVariantName = "main"

// maxVariants is SageMaker's limit of one endpoint configuration (fact C29).
const maxVariants = 10

// VariantProps describes a production variant: a fleet that serves one model.
type VariantProps struct {
	// Name is the variant's name; scaling is registered under it.
	// Default: "", DefaultVariantName.
	Name string
	// Model is what the instances serve.
	Model *Model
	// InstanceType is such as ml.c6i.xlarge.
	InstanceType string
	// InitialInstanceCount is the instances that the first deployment starts.
	// Later ones keep the count that scaling has reached.
	// Default: 0, 1 instance.
	InitialInstanceCount int
	// Weight is the variant's share of the requests, relative to the other
	// variants' weights.
	// Default: nil, 1.
	Weight *float64
}

func (p VariantProps) withDefaults() VariantProps {
	if p.Name == "" {
		p.Name = DefaultVariantName
	}
	if p.InitialInstanceCount == 0 {
		p.InitialInstanceCount = 1
	}
	return p
}

// EndpointProps describes an Endpoint.
type EndpointProps struct {
	// EndpointName stays the same for the endpoint's life: clients, scaling
	// and permissions refer to it. 1 to 63 letters, digits and hyphens.
	EndpointName string
	// Variants are the fleets behind the endpoint, 1 to 10.
	Variants []VariantProps
	// VolumeKey encrypts the instances' storage volumes. SageMaker refuses it
	// for instance types with local NVMe storage (fact C31).
	// Default: nil, a key of AWS's own.
	VolumeKey awskms.IKey
}

// Validate returns everything wrong with the properties, joined.
func (p EndpointProps) Validate() error {
	var ps invalid.Problems
	if !autoscaling.ValidName(p.EndpointName) {
		ps.Add("EndpointName", p.EndpointName, autoscaling.NameRule, "such as \"predictions\"")
	}
	if n := len(p.Variants); n < 1 || n > maxVariants {
		ps.Add("Variants", n, fmt.Sprintf("an endpoint has 1 to %d variants", maxVariants), "add a variant, or move some to another endpoint")
	}
	seen := map[string]int{}
	for i, v := range p.Variants {
		v = v.withDefaults()
		at := fmt.Sprintf("Variants[%d]", i)
		if v.Model == nil {
			ps.Add(at+".Model", nil, "a variant serves a model", "make one with NewModel")
		}
		if v.InstanceType == "" {
			ps.Add(at+".InstanceType", nil, "a variant needs an instance type", "such as \"ml.c6i.xlarge\"")
		}
		if v.Weight != nil && *v.Weight < 0 {
			ps.Add(at+".Weight", *v.Weight, "a weight is 0 or more", "leave it out for an equal share")
		}
		if first, twice := seen[v.Name]; twice {
			ps.Add(at+".Name", v.Name, fmt.Sprintf("Variants[%d] has the same name", first), "give each variant a name of its own")
		} else {
			seen[v.Name] = i
		}
		for _, problem := range (autoscaling.Variant{
			EndpointName: p.EndpointName, Name: v.Name, InstanceType: v.InstanceType, InitialInstanceCount: v.InitialInstanceCount,
		}).Validate().In(at) {
			if problem.Path != at+".EndpointName" { // said once, above
				ps = append(ps, problem)
			}
		}
	}
	return ps.Err()
}

// Endpoint is a SageMaker real-time endpoint with its configuration.
//
// A deployment that changes the configuration keeps the instance counts and
// weights that the variants have (RetainAllVariantProperties, fact C7): without
// it, an update in the middle of a surge would shrink the fleet to its initial
// count. The configuration itself has no name, because all of it is fixed at
// creation (facts C1, C5).
type Endpoint struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Endpoint.
	Resource awssagemaker.CfnEndpoint
	// Config is the AWS::SageMaker::EndpointConfig.
	Config awssagemaker.CfnEndpointConfig

	name     string
	variants []autoscaling.Variant
}

// ToString makes the struct itself usable as a construct.
func (e *Endpoint) ToString() *string { return e.Construct.ToString() }

// NewEndpoint makes an Endpoint. It panics with what props.Validate returns.
func NewEndpoint(scope constructs.Construct, id string, props EndpointProps) *Endpoint {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	e := &Endpoint{name: props.EndpointName}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))

	variants := make([]any, len(props.Variants))
	for i, v := range props.Variants {
		v = v.withDefaults()
		weight := 1.0
		if v.Weight != nil {
			weight = *v.Weight
		}
		variants[i] = &awssagemaker.CfnEndpointConfig_ProductionVariantProperty{
			VariantName:          jsii.String(v.Name),
			ModelName:            v.Model.Resource.AttrModelName(),
			InstanceType:         jsii.String(v.InstanceType),
			InitialInstanceCount: jsii.Number(v.InitialInstanceCount),
			InitialVariantWeight: jsii.Number(weight),
		}
		e.variants = append(e.variants, autoscaling.Variant{
			EndpointName: props.EndpointName, Name: v.Name,
			InstanceType: v.InstanceType, InitialInstanceCount: v.InitialInstanceCount,
		})
		grantObservability(e, v.Model.ExecutionRole)
	}
	config := &awssagemaker.CfnEndpointConfigProps{ProductionVariants: variants}
	if props.VolumeKey != nil {
		config.KmsKeyId = props.VolumeKey.KeyArn()
	}
	e.Config = awssagemaker.NewCfnEndpointConfig(e, jsii.String("Config"), config)
	e.Resource = awssagemaker.NewCfnEndpoint(e, jsii.String("Resource"), &awssagemaker.CfnEndpointProps{
		EndpointName:               jsii.String(props.EndpointName),
		EndpointConfigName:         e.Config.AttrEndpointConfigName(),
		RetainAllVariantProperties: true,
	})
	return e
}

// EndpointName is the endpoint's name, known at synthesis.
func (e *Endpoint) EndpointName() string { return e.name }

// EndpointARN is the endpoint's ARN.
func (e *Endpoint) EndpointARN() string {
	stack := awscdk.Stack_Of(e)
	return autoscaling.EndpointARN(*stack.Partition(), *stack.Region(), *stack.Account(), e.name)
}

// Variant is the variant called name, as scaling wants to know it. It panics
// when there is none.
func (e *Endpoint) Variant(name string) autoscaling.Variant {
	names := make([]string, len(e.variants))
	for i, v := range e.variants {
		if v.Name == name {
			return v
		}
		names[i] = v.Name
	}
	panic(fmt.Errorf("endpoint %q has no variant %q, it has %q", e.name, name, names))
}

// GrantInvoke lets grantee send requests to this endpoint and no other.
func (e *Endpoint) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings("sagemaker:InvokeEndpoint"), ResourceArns: jsii.Strings(e.EndpointARN()),
	})
}

// grantObservability lets a model's role write this endpoint's log group and
// instance metrics, which SageMaker does in the role's name.
func grantObservability(e *Endpoint, role awsiam.IRole) {
	logGroup := *awscdk.Stack_Of(e).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: jsii.String("log-group"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		ResourceName: jsii.String("/aws/sagemaker/Endpoints/" + e.name),
	})
	allow(role, []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
		logGroup, logGroup+":*")
	// PutMetricData takes no resource, only the namespace bounds it.
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("cloudwatch:PutMetricData"), Resources: jsii.Strings("*"),
		Conditions: &map[string]any{"StringEquals": map[string]any{"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}},
	}))
}
