package deploy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/lambdatarget"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/tasktarget"
)

const predicted = `{"predictions":[0.8125]}`

// gatewayAnswers sends predictions through the gateway, in both its forms, with
// the environment that its function was deployed with.
func gatewayAnswers(ctx context.Context, t *testing.T, local *localaws.AWS, function localaws.Function) {
	t.Helper()
	program, err := compile.Gateway(ctx, compile.Platform{OS: runtime.GOOS, Arch: runtime.GOARCH})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(binary, program, 0o755); err != nil {
		t.Fatal(err)
	}
	env := local.ProgramEnvironment(region, function.Environment)

	t.Run("as a Lambda function behind a load balancer", func(t *testing.T) {
		target, err := lambdatarget.Start(ctx, lambdatarget.Options{Binary: binary, Env: env, MultiValueHeaders: true, Timeout: function.Timeout, Log: t.Output()})
		if err != nil {
			t.Fatal(err)
		}
		predictions(ctx, t, local, behindLoadBalancer(t, target))
	})
	t.Run("as an HTTP server", func(t *testing.T) {
		target, err := tasktarget.Start(ctx, tasktarget.Options{Binary: binary, Env: env, HealthCheckPath: "/ping", Log: t.Output()})
		if err != nil {
			t.Fatal(err)
		}
		predictions(ctx, t, local, behindLoadBalancer(t, target))
	})
}

// behindLoadBalancer serves a target until the test ends, and returns its URL.
func behindLoadBalancer(t *testing.T, target interface {
	http.Handler
	io.Closer
}) string {
	t.Helper()
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	balancer := httptest.NewServer(target)
	t.Cleanup(balancer.Close)
	return balancer.URL
}

// predictions asks the gateway at url by plain HTTP and by the AWS SDK.
func predictions(ctx context.Context, t *testing.T, local *localaws.AWS, url string) {
	t.Helper()
	t.Run("by plain HTTP", func(t *testing.T) {
		queue(ctx, t, local)
		response, err := http.Post(url+"/invocations", "application/json", strings.NewReader(`{"by":"http","to":"`+url+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || string(body) != predicted || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s %s %q, %v", response.Status, response.Header.Get("Content-Type"), body, err)
		}
	})
	client := sagemakerruntime.NewFromConfig(local.Config(region), func(o *sagemakerruntime.Options) { o.BaseEndpoint = aws.String(url) })
	t.Run("by the AWS SDK", func(t *testing.T) {
		queue(ctx, t, local)
		got, err := client.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{
			EndpointName: aws.String(endpoint), ContentType: aws.String("application/json"), Body: []byte(`{"by":"sdk","to":"` + url + `"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Body) != predicted || aws.ToString(got.InvokedProductionVariant) != "main" {
			t.Errorf("got %q from variant %q", got.Body, aws.ToString(got.InvokedProductionVariant))
		}
	})
	t.Run("another endpoint is not reached", func(t *testing.T) {
		_, err := client.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String("another"), Body: []byte("{}")})
		var failure smithy.APIError
		if !errors.As(err, &failure) || failure.ErrorCode() != "NotFound" {
			t.Errorf("got %v, want the gateway's NotFound", err)
		}
	})
}

func queue(ctx context.Context, t *testing.T, local *localaws.AWS) {
	t.Helper()
	if err := local.QueueEndpointResults(ctx, region, localaws.EndpointResult{Body: predicted, ContentType: "application/json", Variant: "main"}); err != nil {
		t.Fatal(err)
	}
}
