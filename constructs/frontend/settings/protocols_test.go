package settings_test

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]string{
		"https://app.example.com":        "",
		"http://localhost:5173":          "",
		"https://[2001:db8::1]:8443":     "",
		"*":                              "any page could call the gateway",
		"null":                           "an origin is",
		"":                               "an origin is",
		"app.example.com":                "an origin is",
		"ftp://app.example.com":          "an origin is",
		"https://app.example.com/":       "an origin is",
		"https://app.example.com?a":      "an origin is",
		"https://me@app.example.com":     "an origin is",
		"https://*.example.com":          "an origin is",
		"https://a.example,https://b.ex": "an origin is",
		"https://App.example.com":        "browsers send an origin in lower case",
		"https://app.example.com:443":    "browsers leave out the scheme's own port",
		"http://app.example.com:80":      "browsers leave out the scheme's own port",
	} {
		rule, fix := settings.Origin(origin)
		if rule != want && (want == "" || !strings.HasPrefix(rule, want)) || (rule == "") != (fix == "") {
			t.Errorf("%q: got %q; %q", origin, rule, fix)
		}
	}
}

func TestV2Model(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"resnet-50": true, "a.b_c": true, strings.Repeat("a", 100): true,
		"": false, "..": false, "a/b": false, "a*": false, "a b": false, strings.Repeat("a", 101): false,
	} {
		if rule, _ := settings.V2Model(name); (rule == "") != ok {
			t.Errorf("%q: got %q", name, rule)
		}
	}
}
