package settings

import (
	"strings"
	"testing"
)

func TestOTLPEndpoint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://collector.example:4318":           "",
		"https://collector.example":               "",
		"https://collector.example/v1/traces":     "",
		"http://10.0.0.1:4318":                    "",
		"http://[2001:db8::1]:4318/":              "",
		"":                                        "must be the URL",
		"collector.example:4318":                  "must be the URL",
		"grpc://collector.example:4317":           "must be the URL",
		"http:///v1/traces":                       "must be the URL",
		"http://collector.example:port":           "must be the URL",
		"https://user:password@collector.example": "must be without a user",
		"https://collector.example/?key=1":        "must be without a query",
		"https://collector.example/#a":            "must be without a query",
	} {
		rule, fix := OTLPEndpoint(text)
		if !strings.HasPrefix(rule, want) || (rule == "") != (want == "") || (rule == "") != (fix == "") {
			t.Errorf("%q: got %q; %q, want %q", text, rule, fix, want)
		}
	}
}
