package gateway

import (
	"mime"
	"strconv"
	"strings"
)

// accepts reports whether a client that sent these Accept headers takes contentType (RFC
// 9110, section 12.5.1). Without one it takes anything. A range that cannot be read
// matches nothing.
func accepts(headers []string, contentType string) bool {
	if len(headers) == 0 {
		return true
	}
	wanted, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	kind, _, _ := strings.Cut(wanted, "/")
	// The most specific range decides.
	decided, taken := 0, false
	for _, text := range strings.Split(strings.Join(headers, ","), ",") {
		mediaRange, parameters, err := mime.ParseMediaType(text)
		if err != nil {
			continue
		}
		specificity := map[string]int{"*/*": 1, kind + "/*": 2, wanted: 3}[mediaRange]
		if specificity <= decided {
			continue
		}
		quality, err := strconv.ParseFloat(parameters["q"], 64)
		decided, taken = specificity, err != nil || quality > 0
	}
	return taken
}
