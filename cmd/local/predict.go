package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const (
	path     = "/invocations"
	question = `{"instances":[[1.5,2.25,0.5]]}`
	// answer is what the endpoint is told to predict: the local AWS has no model.
	answer = `{"predictions":[0.8125]}`
)

// reply is what came back through the gateway.
type reply struct {
	gateway, request string
	answered
	took time.Duration
	// streamed is the answer to the request for a stream, zero where the gateway
	// has none.
	streamed answered
}

// answered is one answer.
type answered struct{ status, contentType, variant, body string }

func (a answered) String() string { return a.status + " " + a.contentType + " " + a.body }

// predict sends one request the way a user's goes: to the listener's rule, from
// there to the gateway that was deployed, with its environment, and on to the
// endpoint. The gateway's program is the deployed one built for this machine.
func predict(ctx context.Context, aws *localaws.AWS, region string, stands localaws.Snapshot, log io.Writer) (got reply, err error) {
	gateway, err := behind(stands, path)
	if err != nil {
		return reply{}, err
	}
	dir, err := os.MkdirTemp("", "gateway-")
	if err != nil {
		return reply{}, err
	}
	defer os.RemoveAll(dir)
	program, err := compile.Gateway(ctx, compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		return reply{}, err
	}
	binary := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		return reply{}, err
	}
	target, err := gateway.start(ctx, aws, region, binary, log)
	if err != nil {
		return reply{}, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	balancer := httptest.NewServer(target)
	defer balancer.Close()

	if err := aws.QueueEndpointResults(ctx, region, localaws.EndpointResult{Body: answer, ContentType: "application/json", Variant: variantOf(stands)}); err != nil {
		return reply{}, err
	}
	got = reply{gateway: gateway.String(), request: "POST " + path + " " + question}
	began := time.Now()
	if got.answered, err = ask(ctx, balancer.URL+path); err != nil {
		return got, err
	}
	got.took = time.Since(began)
	if gateway.service != nil { // a function behind a load balancer cannot stream
		got.streamed, err = ask(ctx, balancer.URL+path+"-response-stream")
	}
	return got, err
}

// ask asks for the prediction.
func ask(ctx context.Context, url string) (answered, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(question))
	if err != nil {
		return answered{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answered{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answered{}, err
	}
	got := answered{response.Status, response.Header.Get("Content-Type"), response.Header.Get("X-Amzn-Invoked-Production-Variant"), string(body)}
	if response.StatusCode != http.StatusOK || got.body != answer {
		return got, fmt.Errorf("the gateway answered %s %s, want 200 and %s", got.status, got.body, answer)
	}
	return got, nil
}

func variantOf(stands localaws.Snapshot) string {
	for _, e := range stands.Endpoints {
		for _, v := range e.Variants {
			return v.Name
		}
	}
	return ""
}
