package artifact

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// SageMaker's limits for a container's environment variables (CreateModel,
// ContainerDefinition.Environment).
const (
	maxVariables     = 100
	maxVariableBytes = 1024
	// MaxEnvironmentBytes is the limit for all variables of a model.
	MaxEnvironmentBytes = 32 * 1024
)

// EnvironmentBytes is the size of environment variables, names and values.
func EnvironmentBytes(variables map[string]string) (total int) {
	for name, value := range variables {
		total += len(name) + len(value)
	}
	return total
}

var variableName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// ValidateEnvironment returns the environment variables that SageMaker refuses. The
// path of a problem is the variable's name. Values are not printed: they may be
// secrets.
func ValidateEnvironment(variables map[string]string) problem.List {
	var ps problem.List
	if n := len(variables); n > maxVariables {
		ps.Add("", n, fmt.Sprintf("a container has at most %d environment variables", maxVariables),
			"move some into a file of the archive")
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !variableName.MatchString(name) || len(name) > maxVariableBytes {
			ps.Add(name, nil, "a variable's name is a letter or underscore, then letters, digits and underscores, 1024 at most",
				"rename it")
		}
		if n := len(variables[name]); n > maxVariableBytes {
			ps.Add(name, n, fmt.Sprintf("a variable's value has at most %d bytes", maxVariableBytes),
				"shorten it, or move it into a file of the archive")
		}
	}
	if total := EnvironmentBytes(variables); total > MaxEnvironmentBytes {
		ps.Add("", total, fmt.Sprintf("environment variables have at most %d bytes together, names and values",
			MaxEnvironmentBytes), "move some into a file of the archive")
	}
	return ps
}
