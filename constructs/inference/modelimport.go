package inference

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ModelAttributes describes a model that exists already. It has a name, an ARN or both.
type ModelAttributes struct {
	// ModelName is the model's name.
	// Default: "", the name in ModelARN, which SageMaker writes in small letters.
	ModelName string
	// ModelARN is the model's ARN, of the stack's account and region.
	// Default: "", built from ModelName.
	ModelARN string
	// ExecutionRole is the role that SageMaker assumes for the model. An endpoint gives it
	// what it gives the role of a model of the app: to write its logs, and what an
	// asynchronous endpoint reads and writes. It reads its image and archive already.
	// Default: nil, not known: the role needs all of these permissions already.
	ExecutionRole awsiam.IRole
}

var modelARN = regexp.MustCompile(`^arn:[a-z0-9-]+:sagemaker:[a-z0-9-]+:\d{12}:model/([a-zA-Z0-9-]+)$`)

// Validate returns everything wrong with the attributes, joined.
func (a ModelAttributes) Validate() error {
	return validateNames("ModelName", a.ModelName, "ModelARN", a.ModelARN, "model", modelARN).Err()
}

// validateNames checks the name and the ARN of something imported, which has one of them
// at least. Tokens are taken as they are.
func validateNames(nameField, name, arnField, arn, kind string, pattern *regexp.Regexp) problem.List {
	var ps problem.List
	literal := pattern.FindStringSubmatch(arn)
	switch {
	case name == "" && arn == "":
		ps.Add(nameField, nil, "what is imported has a name or an ARN", "give one of "+nameField+" and "+arnField)
	case name != "" && !problem.Unresolved(name) && !autoscaling.ValidName(name):
		ps.Add(nameField, name, autoscaling.NameRule, "such as \"predictions\"")
	}
	switch {
	case arn == "" || problem.Unresolved(arn):
	case literal == nil:
		ps.Add(arnField, arn, "the ARN is arn:PARTITION:sagemaker:REGION:ACCOUNT:"+kind+"/NAME",
			"such as \"arn:aws:sagemaker:eu-west-1:123456789012:"+kind+"/predictions\"")
	case name != "" && !problem.Unresolved(name) && !strings.EqualFold(name, literal[1]):
		ps.Add(arnField, arn, fmt.Sprintf("this is another %s than «%s», %q", kind, nameField, name),
			"leave one of the two out")
	}
	return ps
}

// nameInARN is the name in the ARN of an endpoint or a model.
func nameInARN(scope constructs.Construct, arn string) string {
	return *awscdk.Stack_Of(scope).SplitArn(jsii.String(arn), awscdk.ArnFormat_SLASH_RESOURCE_NAME).ResourceName
}

// ModelFromName imports the model called name, whose execution role is not known. It
// panics with the error of ModelAttributes.Validate.
func ModelFromName(scope constructs.Construct, id, name string) *Model {
	return ModelFromAttributes(scope, id, ModelAttributes{ModelName: name})
}

// ModelFromARN imports the model that arn names, whose execution role is not known. It
// panics with the error of ModelAttributes.Validate.
func ModelFromARN(scope constructs.Construct, id, arn string) *Model {
	return ModelFromAttributes(scope, id, ModelAttributes{ModelARN: arn})
}

// ModelFromAttributes imports a model. Its Resource is nil. It panics with the error of
// attrs.Validate.
func ModelFromAttributes(scope constructs.Construct, id string, attrs ModelAttributes) *Model {
	if err := attrs.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	if attrs.ModelName == "" {
		attrs.ModelName = nameInARN(scope, attrs.ModelARN)
	}
	if attrs.ModelARN == "" {
		name := attrs.ModelName
		if !problem.Unresolved(name) {
			name = strings.ToLower(name)
		}
		attrs.ModelARN = *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("sagemaker"), Resource: jsii.String("model"),
			ResourceName: jsii.String(name),
		})
	}
	// Whether its containers reach the network is not known, so no rule objects.
	m := &Model{ExecutionRole: attrs.ExecutionRole, imported: &attrs, props: ModelProps{AllowNetworkAccess: true}}
	constructs.NewConstruct_Override(m, scope, jsii.String(id))
	return m
}

// ModelName returns the model's name.
func (m *Model) ModelName() *string {
	if m.imported != nil {
		return jsii.String(m.imported.ModelName)
	}
	return m.Resource.AttrModelName()
}

// ModelArn returns the model's ARN. SageMaker lower-cases names in ARNs.
func (m *Model) ModelArn() *string {
	if m.imported != nil {
		return jsii.String(m.imported.ModelARN)
	}
	return m.Resource.Ref()
}
