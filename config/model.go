package config

import (
	"github.com/sagemaker-autoscaling-inference/cdk/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

func validateModel(e Environment) invalid.Problems {
	var ps invalid.Problems
	if e.Model.Image != "" {
		image, err := artifact.ParseImage(e.Model.Image)
		ps = append(ps, invalid.From(err).In("model.image")...)
		if err == nil && e.Region != "" && image.Region != e.Region {
			ps.Add("model.image", e.Model.Image, "SageMaker pulls an image from its own region "+e.Region+", this one is in "+image.Region,
				"replicate the repository to "+e.Region+" and give the image there")
		}
	}
	if e.Model.ModelDataURL != "" {
		_, err := artifact.ParseModelData(e.Model.ModelDataURL)
		ps = append(ps, invalid.From(err).In("model.modelDataUrl")...)
	}
	for _, p := range artifact.ValidateEnvironment(e.Model.Environment) {
		if p.Path == "" {
			p.Path = environmentPath
		} else {
			p.Path = keyPath(environmentPath, p.Path)
		}
		ps = append(ps, p)
	}
	return ps
}

// environmentPath is where a container's environment variables stand.
const environmentPath = "model.environment"
