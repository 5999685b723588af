package lambdatarget

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"
)

// modeVariable makes this test's own executable a Lambda function, or a parent
// of one.
const modeVariable = "LAMBDATARGET_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(modeVariable) {
	case "":
		os.Exit(m.Run())
	case "serve":
		lambda.Start(function{})
	case "die":
		fmt.Fprintln(os.Stderr, "reading the model\nno such model: m-1")
		os.Exit(3)
	case "init-error":
		url := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/init/error"
		response, err := http.Post(url, "application/json",
			strings.NewReader(`{"errorType":"Runtime.NoModel","errorMessage":"no such model: m-1"}`))
		if err != nil || response.StatusCode != http.StatusAccepted {
			os.Exit(9)
		}
		os.Exit(1)
	case "never-ready":
		fmt.Println("loading")
		time.Sleep(time.Hour)
	case "parent":
		// Starts a function that says which process it is and is busy for long,
		// and waits to be killed.
		target, err := Start(context.Background(), Options{
			Binary: os.Args[0], Env: map[string]string{modeVariable: "serve"}, Log: os.Stdout})
		if err == nil {
			_, err = target.Invoke(context.Background(), json.RawMessage(`{"path":"/hang"}`))
		}
		fmt.Println(err)
	}
}

// function does what an event's path says.
type function struct{}

func (function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event events.ALBTargetGroupRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	switch event.Path {
	case "/event": // the event itself
		return json.Marshal(events.ALBTargetGroupResponse{StatusCode: 200, Body: string(payload),
			Headers: map[string]string{"Content-Type": "application/json"}})
	case "/answer": // the body is the answer
		return []byte(event.Body), nil
	case "/pid":
		return json.Marshal(os.Getpid())
	case "/env":
		return json.Marshal(os.Environ())
	case "/deadline":
		deadline, ok := ctx.Deadline()
		return json.Marshal(ok && time.Until(deadline) > 0)
	case "/fail":
		return nil, errors.New("the model is not there")
	case "/panic":
		panic("out of shape")
	case "/die":
		fmt.Fprintln(os.Stderr, "out of memory")
		os.Exit(137)
	case "/hang":
		fmt.Println(os.Getpid())
		time.Sleep(time.Hour)
	}
	return nil, fmt.Errorf("no behaviour %q", event.Path)
}

func start(t *testing.T, opts Options) *Target {
	t.Helper()
	opts.Binary = executable(t)
	opts.Env = map[string]string{modeVariable: "serve", "COLOUR": "green"}
	target, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	return target
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func pid(t *testing.T, target *Target) int {
	t.Helper()
	answer, err := target.Invoke(t.Context(), json.RawMessage(`{"path":"/pid"}`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(string(answer))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

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

func TestStartFailures(t *testing.T) {
	t.Parallel()
	const forever = time.Minute
	tests := map[string]struct {
		patience time.Duration
		opts     Options
		want     []string
	}{
		"dies":        {forever, Options{Env: map[string]string{modeVariable: "die"}}, []string{"before it asked for an event: exit status 3", "no such model: m-1"}},
		"init error":  {forever, Options{Env: map[string]string{modeVariable: "init-error"}}, []string{"Runtime.NoModel: no such model: m-1", "exit status 1"}},
		"never ready": {time.Second, Options{Env: map[string]string{modeVariable: "never-ready"}}, []string{"deadline exceeded before the function asked", "loading"}},
		"no file":     {forever, Options{Binary: "/nonexistent/bootstrap"}, []string{"start the function", "no such file"}},
		"everything wrong": {forever, Options{Binary: "bootstrap", Timeout: -1, IdleTimeout: -1},
			[]string{`Binary: got "bootstrap": must be an absolute path`, "Timeout: got -1ns", "IdleTimeout: got -1ns"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.opts.Binary == "" {
				test.opts.Binary = executable(t)
			}
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			defer cancel()
			target, err := Start(ctx, test.opts)
			if err == nil {
				_ = target.Close()
				t.Fatal("it started")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

// A function that dies or hangs is an error, and the next event starts another.
func TestFunctionsThatBreak(t *testing.T) {
	t.Parallel()
	target := start(t, Options{Timeout: time.Second})
	first := pid(t, target)

	_, err := target.Invoke(t.Context(), json.RawMessage(`{"path":"/die"}`))
	if err == nil || !strings.Contains(err.Error(), "exit status 137") || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("got %v", err)
	}
	second := pid(t, target)
	_, err = target.Invoke(t.Context(), json.RawMessage(`{"path":"/hang"}`))
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	third := pid(t, target)
	if err := syscall.Kill(third, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-target.environment.process.exited
	fourth := pid(t, target) // died between two events: nobody's error
	if first == second || second == third || third == fourth {
		t.Errorf("not each of %d, %d, %d, %d is a process of its own", first, second, third, fourth)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	target, err := Start(ctx, Options{Binary: executable(t), Env: map[string]string{modeVariable: "serve"}})
	if err != nil {
		t.Fatal(err)
	}
	process := pid(t, target)
	hung := make(chan error)
	go func() {
		_, err := target.Invoke(context.Background(), json.RawMessage(`{"path":"/hang"}`))
		hung <- err
	}()
	cancel()
	if err := <-hung; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := target.Invoke(context.Background(), json.RawMessage(`{}`)); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := syscall.Kill(process, 0); err == nil {
		t.Error("the function is still there")
	}
}

// A caller that is killed closes nothing, and still leaves no function behind,
// not even one that is busy.
func TestFunctionEndsWithItsParent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a function ends when it next asks for an event")
	}
	parent := exec.CommandContext(t.Context(), executable(t))
	parent.Env = append(os.Environ(), modeVariable+"=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	if _, err := fmt.Fscanln(out, &child); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	deadline := time.Now().Add(10 * time.Second)
	for !gone(child) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatalf("the function %d outlived its parent", child)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone reports whether a process has ended; one that nobody waits for stays
// listed as a zombie.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}

func TestServeHTTP(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	target := start(t, Options{Log: &log})
	server := httptest.NewServer(target)
	t.Cleanup(server.Close)

	answer := func(body string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/answer", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/plain")
		return r
	}
	upgrade := answer("")
	upgrade.Header.Set("Connection", "Upgrade")
	upgrade.Header.Set("Upgrade", "websocket")
	at := func(path string) *http.Request {
		r := answer("")
		r.URL.Path = path
		return r
	}
	quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	tests := map[string]struct {
		request *http.Request
		status  int
		header  http.Header
		body    string
	}{
		"text": {answer(`{"statusCode":201,"headers":{"Content-Type":"text/x","X-A":"b","Connection":"close"},"body":"hé"}`),
			201, http.Header{"Content-Type": {"text/x"}, "X-A": {"b"}, "Connection": nil}, "hé"},
		"base64":               {answer(`{"statusCode":200,"body":"AP8=","isBase64Encoded":true}`), 200, http.Header{"Content-Type": nil}, "\x00\xff"},
		"unusual status":       {answer(`{"statusCode":530}`), 530, nil, ""},
		"other kind headers":   {answer(`{"statusCode":200,"multiValueHeaders":{"X-A":["b"]}}`), 200, http.Header{"X-A": nil}, ""},
		"no status":            {answer(`{"body":"x"}`), 502, nil, "502 Bad Gateway"},
		"status as text":       {answer(`{"statusCode":"200"}`), 502, nil, "502 Bad Gateway"},
		"not an object":        {answer(`"fine"`), 502, nil, "502 Bad Gateway"},
		"not JSON":             {answer(`fine`), 502, nil, "502 Bad Gateway"},
		"not base64":           {answer(`{"statusCode":200,"body":"%","isBase64Encoded":true}`), 502, nil, "502 Bad Gateway"},
		"line break in header": {answer(`{"statusCode":200,"headers":{"X-A":"b\r\nX-B: c"}}`), 502, nil, "502 Bad Gateway"},
		"answer of 1 MB":       {answer(`{"statusCode":200,"body":` + quoted(strings.Repeat("x", maxBytes-40)) + `}`), 200, nil, "xxxx"},
		"request over 1 MB":    {answer(strings.Repeat("x", maxBytes+1)), 413, nil, "413 Request Entity Too Large"},
		"upgrade":              {upgrade, 400, nil, "400 Bad Request"},
		"function error":       {at("/fail"), 502, nil, "502 Bad Gateway"},
		"function dies":        {at("/die"), 502, nil, "502 Bad Gateway"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response, err := http.DefaultClient.Do(test.request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || !strings.Contains(string(body), test.body) {
				t.Errorf("got %d %.80q, want %d %q", response.StatusCode, body, test.status, test.body)
			}
			for name, want := range test.header {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
	if err := target.Close(); err != nil { // nothing writes to log any more
		t.Error(err)
	}
	for _, want := range []string{"the model is not there", "out of memory", "lambdatarget: POST /answer: the answer has statusCode 0, it must be from 200 to 599"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, log.String())
		}
	}
}

// The client hears of the idle timeout, and the function is still at work; the
// next request waits for it, as there is one environment, until its own timeout.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	target := start(t, Options{Timeout: 3 * time.Second, IdleTimeout: time.Second})
	first := pid(t, target)
	recorder := httptest.NewRecorder()
	target.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hang", nil))
	if recorder.Code != http.StatusGatewayTimeout {
		t.Errorf("got %d", recorder.Code)
	}
	if pid(t, target) == first {
		t.Error("the function that timed out is still used")
	}
}

// An answer whose JSON is over the limit is refused, though its body is not.
func TestAnswerLimit(t *testing.T) {
	t.Parallel()
	payload, err := json.Marshal(map[string]any{"statusCode": 200, "isBase64Encoded": true,
		"body": base64.StdEncoding.EncodeToString(make([]byte, maxBytes*4/5))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAnswer(payload, false); err == nil || !strings.Contains(err.Error(), "a load balancer takes") {
		t.Errorf("got %v", err)
	}
}
