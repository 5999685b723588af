package gateway

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// FuzzHeaders maps any two lines of a header, both ways: what comes out is
// known, given once, and can be sent as it is.
func FuzzHeaders(f *testing.F) {
	f.Add(uint8(1), "text/csv", "", false)
	f.Add(uint8(0), "text/csv", "application/json", true)
	f.Add(uint8(3), "trace=7\r\nX-Amzn-Sagemaker-Target-Model: other", "", false)
	f.Add(uint8(11), "main\x00", "canary", true)
	f.Fuzz(func(t *testing.T, which uint8, first, second string, twice bool) {
		names := slices.Concat(
			forwardedHeaders,
			returnedHeaders,
			[]string{"Authorization", "Cookie", "Host", "X-Amz-Security-Token", headerTimeout, headerPriority},
		)
		name := names[int(which)%len(names)]
		given := []string{first}
		if twice {
			given = append(given, second)
		}
		in := http.Header{name: given}
		check := func(direction string, out http.Header, known []string) {
			for got, values := range out {
				if !slices.Contains(known, got) || len(values) != 1 || !sendable(values[0]) {
					t.Fatalf("%s: %q of %q becomes %q of %q", direction, given, name, values, got)
				}
			}
		}
		out, err := forwardHeaders(in)
		if err == nil {
			check("to SageMaker", out, append([]string{"User-Agent"}, forwardedHeaders...))
			if got, ok := out[name]; ok && got[0] != strings.Join(given, ", ") {
				t.Fatalf("%q of %s becomes %q", given, name, got)
			}
			if _, ok := out[name]; ok != slices.Contains(forwardedHeaders, name) && !slices.Contains(traces, name) {
				t.Fatalf("of %s is passed on: %v", name, out)
			}
		} else if slices.Contains(forwardedHeaders, name) && !twice && sendable(first) {
			t.Fatalf("%q of %s: %v", given, name, err)
		}
		check("to the client", returnHeaders(in), returnedHeaders)
	})
}
