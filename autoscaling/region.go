package autoscaling

import (
	"fmt"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// regionsWithoutComponents are the Regions whose CloudFormation does not have
// AWS::SageMaker::InferenceComponent (fact I5: the schemas of each Region, as
// cfn-lint 1.58 ships them, November 2026).
var regionsWithoutComponents = []string{
	"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2", "ap-southeast-4", "ap-southeast-5",
	"ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-1",
	"eu-south-2", "eu-west-3", "il-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1", "us-west-1",
}

// ValidateComponentRegion returns what is wrong with inference components in a
// Region, without a path. A Region that is not known at synthesis is not judged.
func ValidateComponentRegion(region string) problem.List {
	var ps problem.List
	if slices.Contains(regionsWithoutComponents, region) {
		ps.Add("", nil, fmt.Sprintf("CloudFormation has no inference components in %s", region),
			"give the variant a model, or take another Region")
	}
	return ps
}
