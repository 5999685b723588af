package lambdatarget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
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
