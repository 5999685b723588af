package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// panicking is an endpoint that must not be called, or is broken.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) {
	panic("the map is nil")
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	f := &fixture{log: &logBuffer{}}
	f.serve(t, testConfig(), endpointBy(t, panicking{}))
	response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("secret"))
	want := errorBody{"GatewayFailure", "the gateway failed"}
	if diff := cmp.Diff(want, errorOf(t, response, body)); diff != "" || response.StatusCode != 500 {
		t.Errorf("%d %s", response.StatusCode, diff)
	}
	for _, want := range []string{`"msg":"panic"`, `"panic":"the map is ` +
		`nil"`, "gateway_test.go", `"msg":"request"`, `"status":500`} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("%s is not in the log %s", want, f.log.String())
		}
	}
}

// A client that leaves ends the call to SageMaker.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	arrived, left := make(chan struct{}), make(chan struct{})
	f.runtime.Answer(func(_ http.ResponseWriter, r *http.Request, _ sagemakertest.Call) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+"/invocations", strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, %v", response, err)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the call to SageMaker goes on")
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(f.log.String(), `"status":499`); {
		if time.Now().After(deadline) {
			t.Fatalf("not in the log: %s", f.log.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := sdkClient(f.url)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			body := fmt.Sprintf(`{"request":%d}`, i)
			out, err := client.InvokeEndpoint(
				t.Context(),
				&sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String(testEndpoint), Body: []byte(body)},
			)
			if err != nil {
				t.Error(err)
			} else if string(out.Body) != body {
				t.Errorf("sent %s, got %s", body, out.Body)
			}
		})
	}
	all.Wait()
}
