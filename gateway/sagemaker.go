package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
)

// NewEndpoint returns the SageMaker runtime of the region and credentials that
// the AWS SDK finds in its usual places. It makes no call. It returns
// invalid.Problems where no region is found.
func NewEndpoint(ctx context.Context) (*sagemakerruntime.Client, error) {
	// All requests go to one host, of which the SDK would keep 10 connections
	// (fact F32); every further one would pay for a TLS handshake.
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns = awshttp.DefaultHTTPTransportMaxConnsPerHost
		t.MaxIdleConnsPerHost = awshttp.DefaultHTTPTransportMaxConnsPerHost
	})
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		var problems invalid.Problems
		problems.Add("AWS_REGION", nil, "is required", "set it to the endpoint's region, such as eu-west-1")
		return nil, problems
	}
	return sagemakerruntime.NewFromConfig(cfg), nil
}

// httpError is SageMaker's answer where it is not a success, as it was sent.
type httpError struct {
	status int
	header http.Header
	body   []byte
}

// maxErrorBytes bounds how much of an error is read; SageMaker's own are at
// most some thousand bytes.
const maxErrorBytes = 256 << 10

// callOptions sets the call with body up: it is tried once, an error answer is
// kept in answered, and missing credentials can be told from other failures.
func callOptions(body []byte, answered *httpError) func(*sagemakerruntime.Options) {
	return func(o *sagemakerruntime.Options) {
		o.HTTPClient = wholeBody{o.HTTPClient, body}
		// Whoever calls the gateway retries; a second layer below would
		// multiply the load in the very moment in which there is too much.
		o.Retryer = aws.NopRetryer{}
		if o.Credentials != nil {
			o.Credentials = tellingCredentials{o.Credentials}
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			keep := middleware.DeserializeMiddlewareFunc("KeepErrorAnswer", answered.keep)
			return stack.Deserialize.Insert(keep, "OperationDeserializer", middleware.After)
		})
	}
}

// keep copies an error answer before the SDK takes it apart: clients are to get
// the same members, also those that this SDK does not know.
func (e *httpError) keep(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.StatusCode >= 200 && response.StatusCode < 300 {
		return out, metadata, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorBytes))
	if err != nil {
		return out, metadata, &smithyhttp.RequestSendError{Err: fmt.Errorf("read the error answer: %w", err)}
	}
	*e = httpError{response.StatusCode, response.Header, body}
	response.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), response.Body}
	return out, metadata, nil
}

// wholeBody sends body in place of the SDK's reader of it. When SageMaker
// answers at once, the SDK closes that reader while net/http still looks whether
// it is at its end; it then reports an error instead, and net/http drops the
// connection under the answer (smithy-go 1.28, safeWriteToReadCloser). And
// net/http sends headers and body in one packet where it knows the reader.
type wholeBody struct {
	sagemakerruntime.HTTPClient
	body []byte
}

func (c wholeBody) Do(r *http.Request) (*http.Response, error) {
	if len(c.body) == 0 {
		return c.HTTPClient.Do(r)
	}
	r = r.WithContext(r.Context()) // a copy
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	// net/http asks for it where an idle connection turns out to be closed and
	// nothing was sent, which is not a second attempt.
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.body)), nil }
	return c.HTTPClient.Do(r)
}

// credentialsError says that the gateway has no credentials to sign with.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "no AWS credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// tellingCredentials marks a provider's failures as credentialsError, which
// the SDK itself does not.
type tellingCredentials struct{ aws.CredentialsProvider }

func (c tellingCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return credentials, &credentialsError{err}
	}
	return credentials, nil
}
