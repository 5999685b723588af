package config

import (
	"regexp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateModel judges the model at path.
func validateModel(path string, m Model, region string) problem.List {
	var ps problem.List
	if m.Image != "" {
		image, err := artifact.ParseImage(m.Image, artifact.SageMaker)
		ps = append(ps, problem.From(err).In(path+".image")...)
		if err == nil && region != "" && image.Region != region {
			ps = append(ps, artifact.OtherRegion(m.Image, image.Region, region).In(path+".image")...)
		}
	}
	if m.ModelDataURL != "" {
		_, err := artifact.ParseModelData(m.ModelDataURL)
		ps = append(ps, problem.From(err).In(path+".modelDataUrl")...)
	}
	for _, p := range artifact.ValidateEnvironment(m.Environment) {
		if p.Path == "" {
			p.Path = path + ".environment"
		} else {
			p.Path = keyPath(path+".environment", p.Path)
		}
		ps = append(ps, p)
	}
	return ps
}

// environmentPath is where a container's environment variables stand.
var environmentPath = regexp.MustCompile(`^((variants\[\d+\]\.|shadowVariant\.)?model|components\[\d+\])\.environment\b`)
