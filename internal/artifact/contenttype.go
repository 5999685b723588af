package artifact

import (
	"fmt"
	"regexp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// contentType is the API's pattern for CsvContentType and JsonContentType.
var contentType = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*$`)

// ValidateContentTypes returns what SageMaker refuses of the content types, in field,
// whose captured bodies it keeps as text.
func ValidateContentTypes(field string, types []string) problem.List {
	var ps problem.List
	if n := len(types); n > 10 {
		ps.Add(field, n, "at most 10 content types are kept as text", "leave some out")
	}
	for i, t := range types {
		if !problem.Unresolved(t) && (len(t) > 256 || !contentType.MatchString(t)) {
			ps.Add(fmt.Sprintf("%s[%d]", field, i), t, "a content type is TYPE/SUBTYPE of letters, digits and hyphens",
				"such as \"text/csv\" or \"application/json\"")
		}
	}
	return ps
}
