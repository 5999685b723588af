package lambdatarget

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	target := start(t, Options{})
	answer, err := target.Invoke(t.Context(), json.RawMessage(`{"path":"/deadline"}`))
	if err != nil || string(answer) != "true" {
		t.Errorf("the function has no deadline ahead: %s, %v", answer, err)
	}

	_, err = target.Invoke(t.Context(), json.RawMessage(`{"path":"/fail"}`))
	var reported *FunctionError
	if !errors.As(err, &reported) || reported.Message != "the model is not there" || reported.Type != "errorString" {
		t.Errorf("got %v", err)
	}
	before := pid(t, target)
	_, err = target.Invoke(t.Context(), json.RawMessage(`{"path":"/panic"}`))
	if !errors.As(err, &reported) || reported.Message != "out of shape" {
		t.Errorf("got %v", err)
	}
	if after := pid(t, target); after == before {
		t.Error("after a panic the function was not started anew")
	}
}

// What a function can see is what it is given and what Lambda sets.
func TestEnvironmentIsTheFunctionsOwn(t *testing.T) {
	t.Setenv("LAMBDATARGET_SECRET", "of the caller")
	target := start(t, Options{})
	answer, err := target.Invoke(t.Context(), json.RawMessage(`{"path":"/env"}`))
	if err != nil {
		t.Fatal(err)
	}
	var environ []string
	if err := json.Unmarshal(answer, &environ); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		got[name] = value
	}
	if !strings.HasPrefix(got["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:") {
		t.Errorf("AWS_LAMBDA_RUNTIME_API is %q", got["AWS_LAMBDA_RUNTIME_API"])
	}
	delete(got, "AWS_LAMBDA_RUNTIME_API")
	delete(got, "_X_AMZN_TRACE_ID") // set by the function's runtime
	want := map[string]string{
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_LAMBDA_FUNCTION_NAME":        "lambdatarget",
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"COLOUR":                          "green",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":                              ":UTC",
		modeVariable:                      "serve",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
