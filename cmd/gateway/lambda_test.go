package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/lambdatarget"
	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// ownID is a request ID of the gateway, in a header or in a body.
var ownID = regexp.MustCompile(
	`,\\*"(?:X-Amzn-Requestid|requestId)\\*":\[?\\*"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\\*"\]?`,
)

// Every event of testdata gets exactly its reply from the built program.
func TestEvents(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	target, err := lambdatarget.Start(t.Context(), lambdatarget.Options{
		Binary: lambdaProgram, Env: environment(startRuntime(t), nil), Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	events, err := filepath.Glob("../../internal/gateway/testdata/alb/*.event.json")
	if err != nil || len(events) < 20 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for _, path := range events {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".event.json"), func(t *testing.T) {
			event, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := target.Invoke(t.Context(), event)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := os.ReadFile(strings.TrimSuffix(path, ".event.json") + ".reply.json")
			if err != nil {
				t.Fatal(err)
			}
			answer = ownID.ReplaceAllFunc(answer, func(id []byte) []byte {
				if bytes.Contains(id, []byte(sagemakertest.RequestID)) {
					return id
				}
				return nil // it is random
			})
			if diff := cmp.Diff(decoded(t, reply), decoded(t, answer)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if err := target.Close(); err != nil { // nothing writes to log any more
		t.Fatal(err)
	}
	for _, private := range []string{"instances", "a-secret-key", "a-session-token"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("%q is in the log:\n%s", private, log.String())
		}
	}
	// One line for each event, but for the four health checks that succeed.
	if got, want := strings.Count(log.String(), `"msg":"request"`), len(events)-4; got != want {
		t.Errorf("%d lines in the log, want %d:\n%s", got, want, log.String())
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// An AWS SDK client and plain HTTP through a load balancer, with both kinds of
// headers.
func TestThroughALoadBalancer(t *testing.T) {
	t.Parallel()
	for name, multiValue := range map[string]bool{"single-value": false, "multi-value": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, err := lambdatarget.Start(t.Context(), lambdatarget.Options{
				Binary: lambdaProgram, Env: environment(startRuntime(t), nil), MultiValueHeaders: multiValue})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = target.Close() })
			balancer := httptest.NewServer(target)
			t.Cleanup(balancer.Close)

			client := sagemakerruntime.New(sagemakerruntime.Options{
				Region: "us-east-1", BaseEndpoint: aws.String(balancer.URL), Retryer: aws.NopRetryer{},
				HTTPClient:  &sagemakertest.HTTPClient{},
				Credentials: credentials.NewStaticCredentialsProvider("ANYBODY", "any", ""),
			})
			numpy := []byte("\x93NUMPY\x01\x00\xff")
			out, err := client.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{
				EndpointName: aws.String("predictions"), Body: numpy, ContentType: aws.String("application/x-npy"),
				CustomAttributes: aws.String("trace=7"), TargetVariant: aws.String("Canary")})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Body, numpy) || aws.ToString(out.ContentType) != "application/x-npy" ||
				aws.ToString(out.CustomAttributes) != "trace=7" || aws.ToString(out.InvokedProductionVariant) != "Canary" {
				t.Errorf("got %+v", out)
			}
			_, err = client.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{
				EndpointName: aws.String("predictions"), Body: []byte("broken")})
			var model *types.ModelError
			if !errors.As(err, &model) || aws.ToInt32(model.OriginalStatusCode) != 415 ||
				aws.ToString(model.OriginalMessage) != "no <such> type" {
				t.Errorf("got %v", err)
			}

			var all sync.WaitGroup // they take turns
			for range 8 {
				all.Go(func() {
					response, err := http.Post(balancer.URL+"/invocations?a=b", "application/json", strings.NewReader(`{"é":"<1>"}`))
					if err != nil {
						t.Error(err)
						return
					}
					defer response.Body.Close()
					body, err := io.ReadAll(response.Body)
					if err != nil || response.StatusCode != 200 || string(body) != `{"é":"<1>"}` {
						t.Errorf("%d %s, %v", response.StatusCode, body, err)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestLambdaWithABadEnvironment(t *testing.T) {
	t.Parallel()
	target, err := lambdatarget.Start(t.Context(), lambdatarget.Options{
		Binary: lambdaProgram, Env: environment(startRuntime(t), map[string]string{"MAX_BODY_BYTES": "6291456",
			"AWS_REGION": ""})})
	if err == nil {
		_ = target.Close()
		t.Fatal("it started")
	}
	for _, want := range []string{"exit status 1", `MAX_BODY_BYTES: got "6291456"`, "AWS_REGION: is required"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}
