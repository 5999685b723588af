package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
)

// cdkEndpoint is an endpoint as CDK's own library takes it. The endpoint itself is not one:
// jsii asks Go for each member of such an interface, and CDK reads the node of a construct
// wherever it needs the path of what is within, hundreds of times in a synthesis. It does
// not embed the endpoint, which is another object of jsii's.
type cdkEndpoint struct{ of IEndpoint }

// CDKEndpoint is as IEndpoint says.
func (e *Endpoint) CDKEndpoint() awssagemaker.IEndpoint { return &cdkEndpoint{e} }

// CDKEndpoint is as IEndpoint says.
func (e *importedEndpoint) CDKEndpoint() awssagemaker.IEndpoint { return &cdkEndpoint{e} }

func (c *cdkEndpoint) EndpointName() *string                { return c.of.EndpointName() }
func (c *cdkEndpoint) EndpointArn() *string                 { return c.of.EndpointArn() }
func (c *cdkEndpoint) Env() *interfaces.ResourceEnvironment { return c.of.Env() }
func (c *cdkEndpoint) Node() constructs.Node                { return c.of.Node() }
func (c *cdkEndpoint) Stack() awscdk.Stack                  { return awscdk.Stack_Of(c.of) }

func (c *cdkEndpoint) EndpointRef() *interfacesawssagemaker.EndpointReference {
	return &interfacesawssagemaker.EndpointReference{EndpointArn: c.EndpointArn()}
}

func (c *cdkEndpoint) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return c.of.GrantInvoke(grantee)
}

func (c *cdkEndpoint) ApplyRemovalPolicy(policy awscdk.RemovalPolicy) {
	c.of.ApplyRemovalPolicy(policy)
}

func (c *cdkEndpoint) With(mixins ...constructs.IMixin) constructs.IConstruct {
	return c.of.With(mixins...)
}
