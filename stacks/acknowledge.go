package stacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	plugin "github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
)

// acknowledge acknowledges the findings that e lists. The paths are those of scalable
// targets: Validate says so.
func acknowledge(stage awscdk.Stage, e config.Environment) {
	if len(e.Acknowledge) == 0 {
		return // looking at every construct takes time
	}
	byPath := map[string]constructs.IConstruct{}
	for _, target := range plugin.Targets(stage) {
		byPath[strings.TrimPrefix(*target.Node().Path(), e.Name+"/")] = target
	}
	for _, a := range e.Acknowledge {
		rule, path := a.Finding(e.Name)
		plugin.Acknowledge(byPath[path], rule, a.Reason)
	}
}

// AcknowledgeInFiles writes what acknowledges a finding of a rule about the scalable
// target at a construct path: the lines of its environment's file, or "" where it is
// none of an environment's.
func AcknowledgeInFiles(environments []config.Environment) func(constructPath, rule string) string {
	paths := map[string]string{}
	for _, e := range environments {
		for _, path := range e.ConstructPaths() {
			paths[e.Name+"/"+path] = path
		}
	}
	return func(constructPath, rule string) string {
		path, ours := paths[constructPath]
		judges := func(r lint.Rule) bool { return r.ID == rule }
		if !ours || !slices.ContainsFunc(lint.Rules(), judges) {
			return ""
		}
		return fmt.Sprintf("acknowledge:\n  - rule: %s\n    path: %s\n    reason: %s", rule, path, reasonToGive)
	}
}

// reasonToGive stands where the author says why a finding does no harm.
const reasonToGive = "say why it does no harm here"
