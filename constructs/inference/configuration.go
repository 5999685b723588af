package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// configuration returns the properties of the endpoint configuration, and gives the
// execution roles the permissions that it needs. The endpoint depends on those that
// are returned.
func (e *Endpoint) configuration(props EndpointProps) (*awssagemaker.CfnEndpointConfigProps, []constructs.IDependable) {
	config := &awssagemaker.CfnEndpointConfigProps{}
	if e.hasComponents {
		e.ComponentRole = componentRole(e, props)
		config.ExecutionRoleArn = e.ComponentRole.RoleArn()
		config.EnableNetworkIsolation = !props.AllowNetworkAccess
	}
	if props.DataCapture != nil {
		e.capture = props.DataCapture.newCapture(e)
		config.DataCaptureConfig = props.DataCapture.property(e.capture)
	}
	var permissions []constructs.IDependable
	var variants, shadows []any
	var writers []awsiam.IRole
	for i, each := range props.placed() {
		v := each.variant
		if i < len(props.Variants) {
			variants = append(variants, v.property())
		} else {
			shadows = append(shadows, v.property())
		}
		e.types[v.Name] = v.instanceTypes()
		permissions = append(permissions, e.grantVariant(props, v, idOf(v.Name, each.path))...)
		for _, role := range e.variantRoles(v) {
			if e.capture != nil && !slices.Contains(writers, role) {
				permissions = append(permissions, e.capture.grantWrite(e, fmt.Sprint("Capture", len(writers)+1), role))
				writers = append(writers, role)
			}
		}
	}
	config.ProductionVariants = variants
	if len(shadows) > 0 {
		config.ShadowProductionVariants = shadows
	}
	if props.VolumeKey != nil {
		config.KmsKeyId = props.VolumeKey.KeyArn()
	}
	if props.Asynchronous != nil {
		config.AsyncInferenceConfig = props.Asynchronous.property()
	}
	if props.Metrics != nil {
		config.MetricsConfig = props.Metrics.property()
	}
	return config, permissions
}

// grantVariant gives the execution roles of a variant what its properties need.
func (e *Endpoint) grantVariant(
	props EndpointProps, v VariantProps, id string,
) (permissions []constructs.IDependable) {
	for i, role := range e.variantRoles(v) {
		id := id
		if i > 0 {
			id += fmt.Sprint("-pool", i)
		}
		if e.ComponentRole == nil {
			grantObservability(e, role, autoscaling.UtilizationNamespace, e.name)
		}
		if props.Asynchronous != nil {
			permissions = append(permissions, props.Asynchronous.grant(e, id, role))
		}
		if v.Instances.CoreDump != nil {
			permissions = append(permissions, v.Instances.CoreDump.grant(e, "CoreDump-"+id, role))
		}
		if v.Instances.EnableSSMAccess {
			// Fact G61. These actions support no resource but "*".
			allow(role, []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
				"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"}, "*")
		}
	}
	return permissions
}

// idOf is name for a construct's ID, which cannot have a token, or else what is in its
// place.
func idOf(name, otherwise string) string {
	if problem.Unresolved(name) {
		return otherwise
	}
	return name
}

// variantRoles are the roles that SageMaker assumes for a variant: those of its
// models, or that of the inference components.
func (e *Endpoint) variantRoles(v VariantProps) (roles []awsiam.IRole) {
	if e.ComponentRole != nil {
		return []awsiam.IRole{e.ComponentRole}
	}
	for _, m := range v.models() {
		if m.ExecutionRole != nil { // else it is imported, and not known
			roles = append(roles, m.ExecutionRole)
		}
	}
	return roles
}
