package config

import (
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Adapter adapts the model of a component, such as by LoRA. It shares the copies of the
// component, and scales with them (fact G62).
type Adapter struct {
	// Name is the adapter's name, which requests give in a header in place of the
	// component's. It stays for the adapter's life.
	Name string `json:"name"`
	// ArtifactURL is the adapter's archive, s3://BUCKET/KEY.tar.gz.
	ArtifactURL string `json:"artifactUrl"`
	// ArtifactKeyARN is the AWS KMS key that the archive is encrypted with.
	// Default: none, Amazon S3's own key, which needs no permission.
	ArtifactKeyARN string `json:"artifactKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
}

// validateAdapters judges the adapters of the component at a path. names are the paths of
// what has each name already, and get those of the adapters.
func (c Component) validateAdapters(at, region string, names map[string]string, src source) problem.List {
	var ps problem.List
	for i, a := range c.Adapters {
		path := itemPath(at+".adapters", i)
		if src.faulty(path) {
			continue
		}
		switch first, twice := names[a.Name]; {
		case a.Name == "":
		case twice:
			ps.Add(path+".name", a.Name, first+" has the same name", "give each component and adapter a name of its own")
		default:
			names[a.Name] = path
			if !autoscaling.ValidName(a.Name) {
				ps.Add(path+".name", a.Name, autoscaling.NameRule, "such as \""+c.Name+"-finals\"")
			}
		}
		if a.ArtifactURL != "" {
			_, err := artifact.ParseModelData(a.ArtifactURL)
			ps = append(ps, problem.From(err).In(path+".artifactUrl")...)
		}
		ps = append(ps, validateKey(path+".artifactKeyArn", a.ArtifactKeyARN, region)...)
	}
	return ps
}
