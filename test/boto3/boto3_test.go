// Package boto3_test calls the built gateway with the AWS SDK for Python, whose
// only change is its endpoint URL: what it sees is what it sees of SageMaker.
package boto3_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/lambdatarget"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/tasktarget"
	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

const root = "../.."

// call is one call that the SDK makes.
type call struct {
	Operation string
	// Attempts is how often the SDK may try.
	Attempts  int
	Arguments map[string]any
	// Mode is how it retries, without a pause; "" for standard, with pauses.
	Mode string `json:",omitempty"`
}

// invoke is a call of the endpoint with a body, which tells the runtime below
// what to answer, and more arguments.
func invoke(body string, more map[string]any) call {
	arguments := map[string]any{"EndpointName": "predictions", "ContentType": "text/csv", "Body": body}
	maps.Copy(arguments, more)
	return call{Operation: "invoke_endpoint", Attempts: 1, Arguments: arguments}
}

// calls are made directly and through the gateway. Want is what the SDK is to
// make of each, in part: all of it is compared with what it makes of SageMaker.
var calls = map[string]struct {
	call
	// more is how often the runtime is called beyond the first time.
	more int
	want map[string]any
}{
	"a prediction": {
		invoke("1.5,2.25", map[string]any{
			"Accept": "application/json", "CustomAttributes": "trace=7", "TargetVariant": "next", "InferenceId": "bet-7", "SessionId": "NEW_SESSION",
		}), 0,
		map[string]any{"Body": "1.5,2.25", "ContentType": "text/csv", "InvokedProductionVariant": "next", "CustomAttributes": "trace=7",
			"NewSessionId": "session-1; Expires=2027-05-29T22:00:00Z", "HTTPStatusCode": 200., "RequestId": sagemakertest.RequestID},
	},
	"the model fails": {
		invoke("model", nil), 0,
		map[string]any{"raised": "ModelError", "HTTPStatusCode": 424., "OriginalStatusCode": 415., "OriginalMessage": "no <such> type",
			"LogStreamArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/predictions"},
	},
	"the request is wrong":   {invoke("invalid", nil), 0, map[string]any{"raised": "ValidationError", "HTTPStatusCode": 400.}},
	"SageMaker fails":        {invoke("internal", nil), 0, map[string]any{"raised": "InternalFailure", "HTTPStatusCode": 500.}},
	"SageMaker is not there": {invoke("unavailable", nil), 0, map[string]any{"raised": "ServiceUnavailable", "HTTPStatusCode": 503.}},
	"too many requests":      {invoke("throttled", nil), 0, map[string]any{"raised": "ClientError", "HTTPStatusCode": 429., "Error": map[string]any{"Code": "ThrottlingException", "Message": "a fault"}}},
	"the SDK tries twice": {
		call{Operation: "invoke_endpoint", Attempts: 2, Arguments: invoke("unavailable", nil).Arguments}, 1,
		map[string]any{"raised": "ServiceUnavailable", "RetryAttempts": 1.},
	},
}

func answer(w http.ResponseWriter, r *http.Request, c sagemakertest.Call) {
	faults := map[string]sagemakertest.Answer{
		"model": func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
			sagemakertest.Error(w, 424, "ModelError", `{"LogStreamArn":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/predictions",`+
				`"Message":"Received client error (415) from primary","OriginalMessage":"no <such> type","OriginalStatusCode":415}`)
		},
		"invalid":     sagemakertest.Fail(400, "ValidationError"),
		"internal":    sagemakertest.Fail(500, "InternalFailure"),
		"unavailable": sagemakertest.Fail(503, "ServiceUnavailable"),
		"throttled":   sagemakertest.Fail(429, "ThrottlingException"),
	}
	if fault, ok := faults[string(c.Body)]; ok {
		fault(w, r, c)
		return
	}
	if c.Header.Get("X-Amzn-Sagemaker-Session-Id") != "" {
		w.Header().Set("X-Amzn-Sagemaker-New-Session-Id", "session-1; Expires=2027-05-29T22:00:00Z")
	}
	sagemakertest.Echo(w, r, c)
}

func TestClient(t *testing.T) {
	t.Parallel()
	stub := startRuntime(t)
	direct := startClient(t, stub.URL)
	for form, client := range map[string]*client{
		"function": startClient(t, function(t, stub)),
		"service":  startClient(t, service(t, stub)),
	} {
		t.Run(form, func(t *testing.T) {
			for _, name := range slices.Sorted(maps.Keys(calls)) {
				test := calls[name]
				want := direct.outcome(t, test.call)
				before := stub.Calls()
				got := client.outcome(t, test.call)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-of SageMaker +of the gateway)\n%s", name, diff)
				}
				for key, value := range test.want {
					if diff := cmp.Diff(value, got[key]); diff != "" {
						t.Errorf("%s: %s (-want +got)\n%s", name, key, diff)
					}
				}
				arrived := stub.Calls()[len(before):]
				if len(arrived) != 1+test.more {
					t.Errorf("%s: SageMaker was called %d times, want %d", name, len(arrived), 1+test.more)
				}
				sent := before[len(before)-1] // by the SDK itself
				for _, header := range []string{"Accept", "Content-Type", "Custom-Attributes", "Target-Variant", "Inference-Id", "Session-Id"} {
					if header != "Accept" && header != "Content-Type" {
						header = "X-Amzn-Sagemaker-" + header
					}
					if got, want := arrived[0].Header.Get(header), sent.Header.Get(header); got != want {
						t.Errorf("%s: SageMaker got %s %q, want %q", name, header, got, want)
					}
				}
			}
			other := invoke("1", map[string]any{"EndpointName": "another"})
			if got := client.outcome(t, other); got["raised"] != "ClientError" || got["HTTPStatusCode"] != 404. || code(got) != "NotFound" {
				t.Errorf("an endpoint that is not this gateway's: got %v", got)
			}
		})
	}
}

// TestClientStreams: each part is there before the model has made the next, and
// a failure in the middle is the SDK's own.
func TestClientStreams(t *testing.T) {
	t.Parallel()
	stub := startRuntime(t)
	url := service(t, stub)
	for name, url := range map[string]string{"of SageMaker": stub.URL, "of the gateway": url} {
		t.Run(name, func(t *testing.T) {
			client := startClient(t, url)
			next := make(chan struct{})
			stub.Answer(sagemakertest.Stream("text/csv", next,
				sagemakertest.Event{Kind: "PayloadPart", Payload: "0.8125,"},
				sagemakertest.Event{Kind: "PayloadPart", Payload: "0.25"},
				sagemakertest.Event{Kind: "ModelStreamError", Payload: `{"Message":"the model is gone","ErrorCode":"StreamBroken"}`}))
			arguments := invoke("1", nil).Arguments
			client.ask(t, call{Operation: "invoke_endpoint_with_response_stream", Attempts: 1, Arguments: arguments})
			for _, want := range []string{"0.8125,", "0.25"} {
				allow(t, next)
				if got := client.read(t); got["part"] != want {
					t.Errorf("got %v, want the part %q", got, want)
				}
			}
			allow(t, next)
			if got := client.read(t); got["raised"] != "EventStreamError" || code(got) != "ModelStreamError" {
				t.Errorf("got %v, want a ModelStreamError", got)
			}
		})
	}
}

// allow lets the model go on.
func allow(t *testing.T, next chan<- struct{}) {
	t.Helper()
	select {
	case next <- struct{}{}:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody waits for the model any more")
	}
}

// code is that of an error.
func code(outcome map[string]any) any {
	said, _ := outcome["Error"].(map[string]any)
	return said["Code"]
}

func startRuntime(t *testing.T) *sagemakertest.Runtime {
	t.Helper()
	stub := sagemakertest.Start()
	t.Cleanup(stub.Close)
	stub.Answer(answer)
	return stub
}

// environment is the gateway's.
func environment(stub *sagemakertest.Runtime) map[string]string {
	return map[string]string{
		"ENDPOINT_NAME": "predictions", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": stub.URL,
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-key",
	}
}

// function and service are the gateway's URL in its two forms, until the test has
// ended. Neither retries: what is seen are the SDK's own attempts.
func function(t *testing.T, stub *sagemakertest.Runtime) string {
	t.Helper()
	target, err := lambdatarget.Start(context.WithoutCancel(t.Context()), lambdatarget.Options{Binary: binary(t), Env: environment(stub), MultiValueHeaders: true, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, target)
}

func service(t *testing.T, stub *sagemakertest.Runtime) string {
	t.Helper()
	return serviceWith(t, stub, map[string]string{"MAX_ATTEMPTS": "1"})
}

func serviceWith(t *testing.T, stub *sagemakertest.Runtime, more map[string]string) string {
	t.Helper()
	env := environment(stub)
	maps.Copy(env, more)
	target, err := tasktarget.Start(context.WithoutCancel(t.Context()), tasktarget.Options{Binary: binary(t), Env: env, HealthCheckPath: "/ping", Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, target)
}

func serve(t *testing.T, target interface {
	http.Handler
	io.Closer
}) string {
	t.Helper()
	balancer := httptest.NewServer(target)
	t.Cleanup(func() {
		balancer.Close()
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	return balancer.URL
}

// binary is the gateway, built for this machine.
func binary(t *testing.T) string {
	t.Helper()
	program, err := compile.Gateway(t.Context(), compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// client is a running testdata/client.py.
type client struct {
	calls    io.WriteCloser
	outcomes *bufio.Scanner
}

func startClient(t *testing.T, url string) *client {
	t.Helper()
	python, err := localaws.FindPython(t.Context(), root)
	if err != nil {
		t.Fatalf("%v; run make tools", err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", filepath.Join("testdata", "client.py"), url)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	cmd.Stderr, cmd.WaitDelay = t.Output(), 5*time.Second
	calls, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = calls.Close()
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the client ended with %v", err)
		}
	})
	return &client{calls, bufio.NewScanner(outcomes)}
}

func (c *client) outcome(t *testing.T, asked call) map[string]any {
	t.Helper()
	c.ask(t, asked)
	return c.read(t)
}

func (c *client) ask(t *testing.T, asked call) {
	t.Helper()
	if err := json.NewEncoder(c.calls).Encode(asked); err != nil {
		t.Fatal(err)
	}
}

// read returns the client's next line. The client's own timeout bounds it.
func (c *client) read(t *testing.T) map[string]any {
	t.Helper()
	if !c.outcomes.Scan() {
		t.Fatalf("the client ended: %v", c.outcomes.Err())
	}
	var said map[string]any
	if err := json.Unmarshal(c.outcomes.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	return said
}
