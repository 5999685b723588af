package config

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateKey judges the AWS KMS key at path, whose ARN the schema has judged.
func validateKey(path, arn, region string) problem.List {
	if arn == "" {
		return nil
	}
	return artifact.KeyOfRegion(arn, strings.Split(arn, ":")[3], region).In(path)
}
