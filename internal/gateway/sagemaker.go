package gateway

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	signingService = "sagemaker"
	headerDate     = "X-Amz-Date"
	headerToken    = "X-Amz-Security-Token"
)

// Endpoint is a region's SageMaker runtime with the credentials to sign for it.
type Endpoint struct {
	base        *url.URL
	region      string
	signer      *v4.Signer
	credentials *credentialStore
	transport   http.RoundTripper
	now         func() time.Time
	skew        atomic.Int64 // what SageMaker's clock is ahead of now's, as a time.Duration
}

// NewEndpoint returns the SageMaker runtime of the region and credentials that
// the AWS SDK finds. It makes no call. The error is a problem.List where there is no
// region.
func NewEndpoint(ctx context.Context) (*Endpoint, error) {
	// For the credential sources only: calls of SageMaker have a transport of their own.
	client := awshttp.NewBuildableClient().WithTimeout(providerTimeout)
	cfg, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithHTTPClient(client),
		// The source of ECS tasks has a client of its own, without a time-out: a call that
		// hangs would be the last one.
		awsconfig.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }),
		// credentialStore renews them before their end, and has to know it.
		awsconfig.WithCredentialsCacheOptions(func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 0 }))
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return newEndpoint(ctx, sagemakerruntime.NewFromConfig(cfg).Options())
}

// newEndpoint returns the SageMaker runtime that an SDK client with these options
// calls. It uses region, endpoint, credentials and, of an awshttp.BuildableClient,
// the TLS configuration.
func newEndpoint(ctx context.Context, o sagemakerruntime.Options) (*Endpoint, error) {
	if o.Region == "" {
		var problems problem.List
		problems.Add("AWS_REGION", nil, "is required", "set it to the endpoint's region, such as eu-west-1")
		return nil, problems
	}
	resolver := sagemakerruntime.NewDefaultEndpointResolverV2()
	resolved, err := resolver.ResolveEndpoint(ctx, sagemakerruntime.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return nil, fmt.Errorf("find the SageMaker runtime's address: %w", err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if client, ok := o.HTTPClient.(*awshttp.BuildableClient); ok && client.GetTransport().TLSClientConfig != nil {
		config = client.GetTransport().TLSClientConfig.Clone() // has AWS_CA_BUNDLE's certificates
	}
	transport, err := newTransport(&resolved.URI, config)
	if err != nil {
		return nil, err
	}
	e := &Endpoint{
		base: &resolved.URI, region: o.Region, signer: v4.NewSigner(), transport: transport, now: time.Now,
	}
	e.credentials = &credentialStore{provider: o.Credentials, now: func() time.Time { return e.now() }}
	return e, nil
}

// target is the URL of an endpoint's operation.
func (e *Endpoint) target(endpointName, operation string) *url.URL {
	target := *e.base
	target.Path = strings.TrimSuffix(target.Path, "/") + "/endpoints/" + endpointName + "/" + operation
	return &target
}

// send signs, skew from now, and sends one attempt; it adds to header. The response is whatever
// SageMaker answered, an error says that there was no answer.
func (e *Endpoint) send(
	ctx context.Context, target *url.URL, header http.Header, body requestBody, credentials *aws.Credentials,
	skew time.Duration,
) (*http.Response, error) {
	if err := e.sign(ctx, target, header, body, credentials, e.now().Add(skew)); err != nil {
		return nil, err
	}
	return roundTrip(ctx, e.transport, func(ctx context.Context) *http.Request {
		return request(ctx, target, header, body)
	})
}

// sign adds date, session token and signature to header. Trace headers are not
// signed: what stands between the gateway and SageMaker may change them.
func (e *Endpoint) sign(
	ctx context.Context, target *url.URL, header http.Header, body requestBody, credentials *aws.Credentials,
	now time.Time,
) error {
	signed := *target // SignHTTP writes to it
	delete(header, headerToken)
	r := &http.Request{Method: http.MethodPost, URL: &signed, Header: header, ContentLength: int64(body.size())}
	traceParent, traceState := header[headerTraceParent], header[headerTraceState]
	delete(header, headerTraceParent)
	delete(header, headerTraceState)
	err := e.signer.SignHTTP(ctx, *credentials, r, body.hash(), signingService, e.region, now)
	if err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	if traceParent != nil {
		header[headerTraceParent] = traceParent
	}
	if traceState != nil {
		header[headerTraceState] = traceState
	}
	return nil
}

// request is a POST of body. It is made apart from send, whose stack every
// request in flight keeps.
func request(ctx context.Context, target *url.URL, header http.Header, body requestBody) *http.Request {
	size := body.size()
	r := (&http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(size), Body: http.NoBody,
	}).WithContext(ctx)
	if size > 0 {
		r.Body = body.open()
		// net/http sends a POST again only where a kept connection failed before a
		// byte of the request was written: SageMaker sees one attempt.
		r.GetBody = func() (io.ReadCloser, error) { return body.open(), nil }
	}
	return r
}
