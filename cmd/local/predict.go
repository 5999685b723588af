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

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const (
	path = "/invocations"
	// requestBody asks for the odds of one match: a home team that is rated higher by 1.5
	// and has rested half a day more.
	requestBody = `{"instances":[[1.5,1,0.5]]}`
)

// prediction is a request through the gateway and its response.
type prediction struct {
	gateway, request string
	response
	took time.Duration
	// streamed is the response to a request for a response stream; zero where the
	// gateway is a function, which cannot stream behind a load balancer.
	streamed response
}

type response struct{ status, contentType, variant, prediction string }

func (r response) String() string { return r.status + " " + r.contentType + ": " + r.prediction }

// predict sends a request as a user would: to the listener, whose rule leads to
// the gateway, and on to the endpoint, whose model answers. The gateway's program is built for this
// machine and runs with the deployed environment variables.
func predict(
	ctx context.Context, aws *localaws.AWS, region string, deployed localaws.Snapshot, m *model, log io.Writer,
) (got prediction, err error) {
	gateway, err := findGateway(deployed, path)
	if err != nil {
		return prediction{}, err
	}
	dir, err := os.MkdirTemp("", "gateway-")
	if err != nil {
		return prediction{}, err
	}
	defer os.RemoveAll(dir)
	program, err := compile.Gateway(ctx, compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		return prediction{}, err
	}
	binary := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		return prediction{}, err
	}
	target, err := gateway.start(ctx, aws, region, binary, log)
	if err != nil {
		return prediction{}, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	balancer := httptest.NewServer(target)
	defer balancer.Close()

	got = prediction{gateway: gateway.String(), request: "POST " + path + " " + requestBody}
	began := time.Now()
	if got.response, err = m.predict(ctx, balancer.URL+path); err != nil {
		return got, err
	}
	got.took = time.Since(began)
	if gateway.service != nil {
		got.streamed, err = m.predict(ctx, balancer.URL+path+"-response-stream")
	}
	return got, err
}

// predict sends requestBody to url, and reads the model's prediction.
func (m *model) predict(ctx context.Context, url string) (response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(requestBody))
	if err != nil {
		return response{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return response{}, err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return response{}, err
	}
	if reply.StatusCode != http.StatusOK {
		return response{}, fmt.Errorf("the gateway answered %s, want 200: %s", reply.Status, body)
	}
	predicted, err := m.read(body)
	if err != nil {
		return response{}, fmt.Errorf("the gateway answered %s: %w", body, err)
	}
	return response{
		reply.Status, reply.Header.Get("Content-Type"), reply.Header.Get("X-Amzn-Invoked-Production-Variant"), predicted,
	}, nil
}
