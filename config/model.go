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
			ps.Add(path+".image", m.Image,
				"SageMaker pulls an image from its own region "+region+", this one is in "+image.Region,
				"replicate the repository to "+region+" and give the image there")
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
var environmentPath = regexp.MustCompile(`^((variants\[\d+\]\.)?model|components\[\d+\])\.environment\b`)
