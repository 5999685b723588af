//go:build clients

// Package clients_test calls the built gateway with clients as people use them, whose only
// change is their URL. The packages come from PyPI, npm and Maven Central, so the tests have a build tag,
// clients: make test-clients runs them.
package clients_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/tasktarget"
	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// outcome is what came of a call, the same members of which a client knows.
type outcome struct {
	Reply  string `json:"reply,omitempty"`
	Raised string `json:"raised,omitempty"`
	Status int    `json:"status,omitempty"`
	Code   any    `json:"code,omitempty"`
}

// The replies of every client.
var (
	invoked  = outcome{Reply: "1.5,2.25"}
	streamed = outcome{Reply: "0.8125,0.25"}
)

// of is what a client is to make of an error of the model and of a request too large.
func of(failed, large outcome) map[string]outcome {
	return map[string]outcome{"invoke": invoked, "stream": streamed, "error": failed, "large": large}
}

func TestPython(t *testing.T) {
	t.Parallel()
	const tooLarge = "RequestEntityTooLarge"
	sdk := of(outcome{Raised: "ModelError", Status: 424, Code: "ModelError"},
		outcome{Raised: "ClientError", Status: 413, Code: tooLarge})
	openAI := of(outcome{Raised: "BadRequestError", Status: 400, Code: "400"},
		outcome{Raised: "APIStatusError", Status: 413, Code: tooLarge})
	openAI["completion"], openAI["embedding"] = outcome{Reply: "1.5"}, outcome{Reply: "[0.5, 0.25]"}
	for name, want := range map[string]map[string]outcome{
		"boto3":     sdk,
		"predictor": sdk,
		"langchain": sdk,
		"openai":    openAI,
		"litellm-openai": of(outcome{Raised: "BadRequestError", Status: 400},
			outcome{Raised: "APIError", Status: 413}),
		"litellm-sagemaker": of(outcome{Raised: "BadRequestError", Status: 424},
			// litellm knows no 413 of SageMaker.
			outcome{Raised: "APIConnectionError", Status: 500, Code: tooLarge}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interpreter := python(t)
			stub, url := serve(t)
			cmd := exec.CommandContext(t.Context(), interpreter, filepath.Join("testdata", "client.py"), name, url)
			compare(t, stub, cmd, want)
		})
	}
}

func TestJavaScript(t *testing.T) {
	t.Parallel()
	dir := node(t)
	stub, url := serve(t)
	cmd := exec.CommandContext(t.Context(), "node", "client.mjs", url)
	cmd.Dir = dir
	compare(
		t,
		stub,
		cmd,
		of(outcome{Raised: "ModelError", Status: 424}, outcome{Raised: "RequestEntityTooLarge", Status: 413}),
	)
}

func TestJava(t *testing.T) {
	t.Parallel()
	dir := java(t)
	stub, url := serve(t)
	cmd := exec.CommandContext(t.Context(), "java", "-cp", dir+":"+filepath.Join(dir, "lib", "*"), "Client", url)
	compare(t, stub, cmd, of(outcome{Raised: "ModelErrorException", Status: 424, Code: "ModelError"},
		outcome{Raised: "SageMakerRuntimeException", Status: 413, Code: "RequestEntityTooLarge"}))
}

// compare runs a client and compares its outcomes. No call that the client makes with its
// default retries reaches SageMaker twice.
func compare(t *testing.T, stub *sagemakertest.Runtime, cmd *exec.Cmd, want map[string]outcome) {
	t.Helper()
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") && !strings.Contains(strings.ToUpper(variable), "PROXY") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"LITELLM_LOCAL_MODEL_COST_MAP=True", "SAGEMAKER_SUPPRESS_V2_WARNING=1")
	cmd.Stderr, cmd.WaitDelay = t.Output(), 5*time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n") // a library may greet first
	got := map[string]outcome{}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(stub.Calls()); n != len(want)-1 { // what is too large does not arrive
		t.Errorf("SageMaker was called %d times, want %d", n, len(want)-1)
	}
}

// serve starts a SageMaker runtime and the built gateway before it.
func serve(t *testing.T) (stub *sagemakertest.Runtime, url string) {
	t.Helper()
	stub = sagemakertest.Start()
	t.Cleanup(stub.Close)
	stub.Answer(answer)
	program, err := compile.Gateway(t.Context(), compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "gateway")
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		t.Fatal(err)
	}
	target, err := tasktarget.Start(context.WithoutCancel(t.Context()), tasktarget.Options{
		Binary: binary, HealthCheckPath: "/ping", Log: t.Output(), Env: map[string]string{
			"ENDPOINT_NAME": "predictions", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": stub.URL,
			"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-key", "MAX_BODY_BYTES": "65536",
		}})
	if err != nil {
		t.Fatal(err)
	}
	balancer := httptest.NewServer(target)
	t.Cleanup(func() {
		balancer.Close()
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	return stub, balancer.URL
}

// answer is a model's that speaks comma-separated values and OpenAI's API.
func answer(w http.ResponseWriter, r *http.Request, c sagemakertest.Call) {
	var request struct {
		Messages []struct{ Content string }
		Prompt   string
		Input    any
	}
	openAI := json.Unmarshal(c.Body, &request) == nil
	reply := func(text string, args ...any) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, text, args...)
	}
	const usage = `"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}`
	switch {
	case strings.Contains(string(c.Body), "model\"}") || string(c.Body) == "model":
		sagemakertest.Error(w, 424, "ModelError", `{"LogStreamArn":"arn:aws:logs:us-east-1:123456789012:log-group:/a",`+
			`"Message":"Received client error (400) from primary","OriginalStatusCode":400,`+
			`"OriginalMessage":"{\"error\":{\"message\":\"no such thing\",\"type\":\"BadRequestError\",\"code\":400}}"}`)
	case strings.HasSuffix(c.Path, "/invocations-response-stream"):
		stream(w, r, c, openAI)
	case len(request.Messages) > 0:
		content, _ := json.Marshal(request.Messages[0].Content)
		reply(`{"id":"1","object":"chat.completion","created":1,"model":"predictions","choices":[{"index":0,`+
			`"finish_reason":"stop","message":{"role":"assistant","content":%s}}],%s}`, content, usage)
	case request.Prompt != "":
		reply(`{"id":"1","object":"text_completion","created":1,"model":"predictions","choices":[{"index":0,`+
			`"finish_reason":"stop","logprobs":null,"text":%q}],%s}`, request.Prompt, usage)
	case request.Input != nil:
		reply(
			`{"object":"list","model":"predictions","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}],%s}`,
			usage,
		)
	default:
		sagemakertest.Echo(w, r, c)
	}
}

// stream answers two parts, as they are or as chunks of OpenAI's API.
func stream(w http.ResponseWriter, r *http.Request, c sagemakertest.Call, openAI bool) {
	parts := []string{"0.8125,", "0.25"}
	if string(c.Body) == "lines" {
		parts = []string{"0.8125,\n", "0.25\n"}
	}
	kind := "text/csv"
	if openAI {
		kind = "text/event-stream"
		for i, part := range parts {
			parts[i] = fmt.Sprintf(`data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"predictions",`+
				`"choices":[{"index":0,"delta":{"role":"assistant","content":%q},"finish_reason":null}]}`+"\n\n", part)
		}
		parts = append(parts, "data: [DONE]\n\n")
	}
	next := make(chan struct{}, len(parts))
	var events []sagemakertest.Event
	for _, part := range parts {
		next <- struct{}{}
		events = append(events, sagemakertest.Event{Kind: "PayloadPart", Payload: part})
	}
	sagemakertest.Stream(kind, next, events...)(w, r, c)
}
