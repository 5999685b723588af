package stacks

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// acknowledge acknowledges the findings that e lists. It panics where a path is
// that of no construct with rules: the finding would still be reported.
func acknowledge(stage awscdk.Stage, e config.Environment) {
	if len(e.Acknowledge) == 0 {
		return // looking at every construct takes time
	}
	judged := lint.Targets(stage)
	paths := make([]string, len(judged))
	byPath := map[string]constructs.IConstruct{}
	for i, target := range judged {
		paths[i] = strings.TrimPrefix(*target.Node().Path(), e.Name+"/")
		byPath[paths[i]] = target
	}
	var ps problem.List
	for i, a := range e.Acknowledge {
		if target := byPath[a.ConstructPath(e.Name)]; target != nil {
			lint.Acknowledge(target, a.Rule, a.Reason)
			continue
		}
		ps.Add(fmt.Sprintf("%s: acknowledge[%d].path", e.Name, i), a.Path,
			"the rules judge no construct of this path", "they judge "+strings.Join(paths, ", "))
	}
	if err := ps.Err(); err != nil {
		panic(err)
	}
}
