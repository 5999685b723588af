package config

import (
	"cmp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
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

const volumeKeyPath = "endpoint.volumeKeyArn"

// validateVolumeKey checks that every instance has a volume to encrypt (fact C31).
func validateVolumeKey(e Environment, src source) problem.List {
	arn := e.Endpoint.VolumeKeyARN
	ps := validateKey(volumeKeyPath, arn, e.Region)
	if arn == "" {
		return ps
	}
	check := func(at string, v ProductionVariant) {
		for _, t := range v.instanceTypes() {
			if autoscaling.HasLocalStorage(t) && !src.faulty(at) {
				ps.Add(volumeKeyPath, arn, at+" has "+t+", whose local NVMe storage takes no key",
					"leave it out: the instance encrypts its local storage itself")
			}
		}
	}
	if len(e.Components) > 0 {
		check("variant", e.onlyVariant())
	}
	for i, v := range e.ProductionVariants() {
		check(cmp.Or(string(e.variantPath(i)), "variant"), v)
	}
	if s := e.ShadowVariant; s != nil {
		check(shadowPath, s.variant())
	}
	return ps
}
