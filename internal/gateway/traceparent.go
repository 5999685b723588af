package gateway

import (
	"net/http"
	"strings"
)

// traceParentOf is the traceparent of a request, "" where it is missing, doubled or
// invalid by W3C's Trace Context (section 3.2): such a one begins no trace, and is no
// reason to refuse a request.
func traceParentOf(header http.Header) string {
	values := header[headerTraceParent]
	if len(values) != 1 {
		return ""
	}
	const length = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	value := values[0]
	if len(value) < length || value[2] != '-' || value[35] != '-' || value[52] != '-' ||
		!isLowerHex(value[:2]) || !isLowerHex(value[3:35]) || !isLowerHex(value[36:52]) || !isLowerHex(value[53:55]) {
		return ""
	}
	switch {
	case value[:2] == "ff", strings.Trim(value[3:35], "0") == "", strings.Trim(value[36:52], "0") == "":
		return ""
	case len(value) == length:
		return value
	case value[:2] == "00", value[length] != '-', !sendable(value):
		return "" // later versions may have more after another hyphen
	}
	return value
}

func isLowerHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
