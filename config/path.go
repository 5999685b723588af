package config

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// keyPath is the YAML path of a key.
func keyPath(parent, key string) string { return problem.KeyPath(parent, key) }

// itemPath is the YAML path of a list's entry.
func itemPath(parent string, i int) string { return fmt.Sprintf("%s[%d]", parent, i) }

// within reports whether path is outer or lies below it.
func within(path, outer string) bool {
	rest, found := strings.CutPrefix(path, outer)
	return found && (rest == "" || outer == "" || rest[0] == '.' || rest[0] == '[')
}
