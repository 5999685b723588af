package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// TestSDKClient: the AWS SDK's client as it comes, with nothing but its endpoint
// URL set to the running program, and no right to SageMaker of its own.
func TestSDKClient(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, nil))
	cfg, err := awsconfig.LoadDefaultConfig(t.Context(),
		awsconfig.WithRegion("us-east-1"), awsconfig.WithBaseEndpoint("http://"+s.address),
		awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIDCLIENT", "of-the-client", "")),
		awsconfig.WithSharedConfigFiles(nil), awsconfig.WithSharedCredentialsFiles(nil))
	if err != nil {
		t.Fatal(err)
	}
	client := sagemakerruntime.NewFromConfig(
		cfg,
		func(o *sagemakerruntime.Options) { o.HTTPClient = &sagemakertest.HTTPClient{} },
	)
	invoke := func(endpoint, body string,
		opts ...func(*sagemakerruntime.Options)) (*sagemakerruntime.InvokeEndpointOutput, error) {
		return client.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{
			EndpointName: aws.String(endpoint), Body: []byte(body), ContentType: aws.String("text/csv"),
			TargetVariant: aws.String("Canary"), CustomAttributes: aws.String("trace=1"), InferenceId: aws.String("order-4711"),
		}, opts...)
	}

	t.Run("InvokeEndpoint", func(t *testing.T) {
		out, err := invoke("predictions", "1,2,3")
		if err != nil {
			t.Fatal(err)
		}
		if string(out.Body) != "1,2,3" || aws.ToString(out.ContentType) != "text/csv" ||
			aws.ToString(out.InvokedProductionVariant) != "Canary" ||
			aws.ToString(out.CustomAttributes) != "trace=1" {
			t.Errorf("got %+v", out)
		}
		if got := runtime.Calls()[0].Header.Get("X-Amzn-Sagemaker-Inference-Id"); got != "order-4711" {
			t.Errorf("SageMaker got the inference ID %q", got)
		}
	})
	t.Run("the model's error", func(t *testing.T) {
		_, err := invoke("predictions", "broken")
		var failed *types.ModelError
		if !errors.As(err, &failed) {
			t.Fatalf("got %T %v", err, err)
		}
		if aws.ToInt32(failed.OriginalStatusCode) != 415 || aws.ToString(failed.OriginalMessage) != "no <such> type" ||
			aws.ToString(
				failed.LogStreamArn,
			) != "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/predictions" {
			t.Errorf("got %+v", failed)
		}
	})
	t.Run("a body too large", func(t *testing.T) {
		calls := len(runtime.Calls())
		var api interface{ ErrorCode() string }
		var http interface{ HTTPStatusCode() int }
		_, err := invoke("predictions", strings.Repeat("x", 1025))
		if !errors.As(err, &api) || api.ErrorCode() != "RequestEntityTooLarge" ||
			!errors.As(err, &http) || http.HTTPStatusCode() != 413 || len(runtime.Calls()) != calls {
			t.Errorf("got %v after %d calls", err, len(runtime.Calls())-calls)
		}
	})
	t.Run("another endpoint", func(t *testing.T) {
		calls := len(runtime.Calls())
		var api interface{ ErrorCode() string }
		if _, err := invoke("payroll", "1"); !errors.As(err, &api) || api.ErrorCode() != "NotFound" ||
			len(runtime.Calls()) != calls {
			t.Errorf("got %v after %d calls", err, len(runtime.Calls())-calls)
		}
	})
	t.Run("InvokeEndpointWithResponseStream", func(t *testing.T) {
		next := make(chan struct{}, 9)
		runtime.Answer(sagemakertest.Stream("text/csv", next,
			sagemakertest.Event{Kind: "PayloadPart", Payload: "1,2"}, sagemakertest.Event{Kind: "PayloadPart", Payload: "3,4"},
			sagemakertest.Event{Kind: "ModelStreamError", Payload: `{"Message":"gone","ErrorCode":"StreamBroken"}`}))
		next <- struct{}{}
		out, err := client.InvokeEndpointWithResponseStream(
			t.Context(),
			&sagemakerruntime.InvokeEndpointWithResponseStreamInput{
				EndpointName: aws.String("predictions"), Body: []byte("a"), Accept: aws.String("text/csv")},
		)
		if err != nil {
			t.Fatal(err)
		}
		stream := out.GetStream()
		defer func() { _ = stream.Close() }()
		for _, want := range []string{"1,2", "3,4"} { // each before the model goes on
			event, ok := (<-stream.Events()).(*types.ResponseStreamMemberPayloadPart)
			if !ok || string(event.Value.Bytes) != want {
				t.Fatalf("got %v, want %s", event, want)
			}
			next <- struct{}{}
		}
		for range stream.Events() {
			t.Error("another event")
		}
		var broken *types.ModelStreamError
		if err := stream.Err(); !errors.As(err, &broken) || aws.ToString(broken.ErrorCode_) != "StreamBroken" {
			t.Errorf("got %v", err)
		}
	})
	for code, test := range map[string]struct {
		status int
		typed  any
	}{
		"ValidationError":             {400, new(*types.ValidationError)},
		"ModelNotReadyException":      {429, new(*types.ModelNotReadyException)},
		"InternalFailure":             {500, new(*types.InternalFailure)},
		"ServiceUnavailable":          {503, new(*types.ServiceUnavailable)},
		"InternalDependencyException": {530, new(*types.InternalDependencyException)},
	} {
		t.Run(code, func(t *testing.T) {
			runtime.Answer(sagemakertest.Fail(test.status, code))
			_, err := invoke(
				"predictions",
				"1",
				func(o *sagemakerruntime.Options) { o.RetryMaxAttempts = 1 },
			) // it would only try again
			if !errors.As(err, test.typed) {
				t.Errorf("got %T %v", err, err)
			}
		})
	}
}
