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
	for _, each := range props.placed() {
		permissions = append(permissions, e.grantVariant(props, each.variant, idOf(each.variant.Name, each.path))...)
	}
	production, shadows := variantProperties(props)
	config.ProductionVariants = production
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

// variantProperties are the production and the shadow variants of the configuration.
func variantProperties(props EndpointProps) (production, shadows []any) {
	for i, each := range props.placed() {
		if i < len(props.Variants) {
			production = append(production, each.variant.property())
		} else {
			shadows = append(shadows, each.variant.property())
		}
	}
	return production, shadows
}

// AddVariant adds a production variant, as one more of EndpointProps.Variants does, and
// returns it. It panics with what EndpointProps.Validate says of the endpoint with it.
// An endpoint whose Update rolls back by alarms of each variant has all its variants in
// EndpointProps.Variants.
func (e *Endpoint) AddVariant(v VariantProps) Variant {
	props := e.props
	props.Variants = append(slices.Clone(props.Variants), v)
	ps := problem.From(props.validateIn(e))
	if u := props.Update; u != nil && u.Rollback != nil {
		ps.Add("Update.Rollback", nil, "its alarms are made for the variants that the endpoint has at first",
			"give the variant in EndpointProps.Variants")
	}
	if err := ps.Err(); err != nil {
		panic(problem.Of(e, "", err))
	}
	e.props = props
	v = v.withDefaults()
	e.variants = append(e.variants, v.scalingVariant(e.name))
	id := idOf(v.Name, at("Variants", len(props.Variants)-1))
	e.Resource.Node().AddDependency(e.grantVariant(props, v, id)...)
	production, _ := variantProperties(props)
	e.Config.SetProductionVariants(production)
	return e.Variant(v.Name)
}

// grantVariant gives the execution roles of a variant what its properties need, and
// notes its instance types.
func (e *Endpoint) grantVariant(
	props EndpointProps, v VariantProps, id string,
) (permissions []constructs.IDependable) {
	e.types[v.Name] = v.instanceTypes()
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
		if e.capture != nil && !slices.Contains(e.captureWriters, role) {
			e.captureWriters = append(e.captureWriters, role)
			permissions = append(permissions,
				e.capture.grantWrite(e, fmt.Sprint("Capture", len(e.captureWriters)), role))
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
