package stacks

import (
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// InFiles writes findings about the scalable targets of environments with the YAML
// paths of their files, by the construct path of the target. Others stay.
func InFiles(environments []config.Environment) func(constructPath string, f lint.Finding) lint.Finding {
	spell := map[string]func(lint.Finding) lint.Finding{}
	for _, e := range environments {
		for i, path := range e.ConstructPaths() {
			spell[e.Name+"/"+path] = func(f lint.Finding) lint.Finding { return e.InFile(i, f) }
		}
	}
	return func(constructPath string, f lint.Finding) lint.Finding {
		if inFile, ok := spell[constructPath]; ok {
			return inFile(f)
		}
		return f
	}
}
