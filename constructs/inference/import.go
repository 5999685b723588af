package inference

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// EndpointAttributes describes an endpoint that exists already. It has a name, an ARN or
// both.
type EndpointAttributes struct {
	// EndpointName is the endpoint's name, with its capitals: metrics and scaling compare
	// it exactly. A token is possible, but then its variants cannot be scaled.
	// Default: "", the name in EndpointARN, which SageMaker writes in small letters.
	EndpointName string
	// EndpointARN is the endpoint's ARN. It says its account and region.
	// Default: "", the endpoint is in the stack's account and region.
	EndpointARN string
	// Variants are the variants by name, each with its instance type, such as
	// ml.c6i.xlarge, or "" where that is not known.
	// Default: nil, not known: Variant takes any name.
	Variants map[string]string
	// Asynchronous says that the endpoint is asynchronous.
	// Default: false, it answers in real time.
	Asynchronous bool
}

// Validate returns everything wrong with the attributes, joined.
func (a EndpointAttributes) Validate() error {
	ps := validateNames("EndpointName", a.EndpointName, "EndpointARN", a.EndpointARN, "endpoint", endpointARN)
	for _, variant := range slices.Sorted(maps.Keys(a.Variants)) {
		v := autoscaling.Variant{EndpointName: "predictions", Name: variant, InstanceType: a.Variants[variant]}
		ps = append(ps, v.Validate().In(fmt.Sprintf("Variants[%q]", variant))...)
	}
	return ps.Err()
}

var endpointARN = regexp.MustCompile(`^arn:[a-z0-9-]+:sagemaker:[a-z0-9-]+:\d{12}:endpoint/([a-zA-Z0-9-]+)$`)

// EndpointFromName imports the endpoint called name, in the stack's account and region. It
// panics with the error of EndpointAttributes.Validate.
func EndpointFromName(scope constructs.Construct, id, name string) IEndpoint {
	return EndpointFromAttributes(scope, id, EndpointAttributes{EndpointName: name})
}

// EndpointFromARN imports the endpoint that arn names. SageMaker lower-cases the name in
// it: give EndpointFromAttributes the name too where it has capitals. It panics with the
// error of EndpointAttributes.Validate.
func EndpointFromARN(scope constructs.Construct, id, arn string) IEndpoint {
	return EndpointFromAttributes(scope, id, EndpointAttributes{EndpointARN: arn})
}

// EndpointFromAttributes imports an endpoint. It panics with the error of attrs.Validate.
func EndpointFromAttributes(scope constructs.Construct, id string, attrs EndpointAttributes) IEndpoint {
	if err := attrs.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	name := attrs.EndpointName
	if name == "" {
		name = nameInARN(scope, attrs.EndpointARN)
	}
	e := &importedEndpoint{endpointBase: endpointBase{name: name, asynchronous: attrs.Asynchronous}}
	for _, variant := range slices.Sorted(maps.Keys(attrs.Variants)) {
		e.variants = append(e.variants,
			autoscaling.Variant{EndpointName: name, Name: variant, InstanceType: attrs.Variants[variant]})
	}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))
	e.locate(e.Construct, attrs.EndpointARN)
	return e
}

// importedEndpoint is an endpoint that no construct of the app makes.
type importedEndpoint struct {
	constructs.Construct
	endpointBase

	variants []autoscaling.Variant
}

// ToString makes the struct itself usable as a construct.
func (e *importedEndpoint) ToString() *string { return e.Construct.ToString() }

// Variant is as IEndpoint says.
func (e *importedEndpoint) Variant(name string) Variant {
	v := autoscaling.Variant{EndpointName: e.name, Name: name}
	if e.variants != nil {
		v = variantNamed(e.name, name, e.variants)
	}
	return Variant{variant: v, env: e.env, dependency: e}
}

// Variants returns the variants of EndpointAttributes, in the order of their names.
func (e *importedEndpoint) Variants() []Variant {
	variants := make([]Variant, len(e.variants))
	for i, v := range e.variants {
		variants[i] = e.Variant(v.Name)
	}
	return variants
}

// ApplyRemovalPolicy panics: the endpoint belongs to no stack of the app.
func (e *importedEndpoint) ApplyRemovalPolicy(awscdk.RemovalPolicy) {
	panic(fmt.Errorf("endpoint %q is imported, and has no removal policy here", e.name))
}
