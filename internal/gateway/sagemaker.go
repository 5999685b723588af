package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/upstream"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	connectTimeout = 3 * time.Second
	// idleConnTimeout is short, so that the gateway is the one that closes an
	// idle connection and does not send into one that SageMaker just closed.
	idleConnTimeout = 20 * time.Second
	// staleCredentials is how long credentials are used on where new ones
	// cannot be had: providers renew some minutes before the end.
	staleCredentials = 5 * time.Minute
)

// Endpoint is a region's SageMaker runtime, and the credentials to sign for it.
type Endpoint struct {
	base        *url.URL
	signer      signer
	credentials aws.CredentialsProvider
	last        atomic.Pointer[aws.Credentials]
	transport   http.RoundTripper
	now         func() time.Time
}

// NewEndpoint returns the SageMaker runtime of the region and credentials that
// the AWS SDK finds in its usual places. It makes no call. Its errors are those
// of EndpointOf.
func NewEndpoint(ctx context.Context) (*Endpoint, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithHTTPClient(awshttp.NewBuildableClient()))
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return EndpointOf(ctx, sagemakerruntime.NewFromConfig(cfg).Options())
}

// EndpointOf returns the SageMaker runtime that an SDK client with these options
// would call. Of them it takes region, endpoint, credentials, and of an
// awshttp.BuildableClient the TLS configuration. It returns problem.List
// where there is no region.
func EndpointOf(ctx context.Context, o sagemakerruntime.Options) (*Endpoint, error) {
	if o.Region == "" {
		var problems problem.List
		problems.Add("AWS_REGION", nil, "is required", "set it to the endpoint's region, such as eu-west-1")
		return nil, problems
	}
	resolved, err := sagemakerruntime.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sagemakerruntime.EndpointParameters{
		Region: aws.String(o.Region), Endpoint: o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return nil, fmt.Errorf("find the SageMaker runtime's address: %w", err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if client, ok := o.HTTPClient.(*awshttp.BuildableClient); ok && client.GetTransport().TLSClientConfig != nil {
		config = client.GetTransport().TLSClientConfig.Clone() // with the CA bundle that is configured
	}
	transport, err := transportTo(&resolved.URI, config)
	if err != nil {
		return nil, err
	}
	return &Endpoint{
		base: &resolved.URI, signer: signer{region: o.Region}, credentials: o.Credentials, transport: transport, now: time.Now,
	}, nil
}

// transportTo carries thousands of requests at a time to host. They go over
// HTTP/1.1: in HTTP/2 all requests of a connection share its lock, its flow
// control and its losses.
func transportTo(host *url.URL, config *tls.Config) (http.RoundTripper, error) {
	// In a surge many connections are made at once: each after the first resumes.
	config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	config.NextProtos = []string{"http/1.1"}
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: host})
	if err != nil {
		return nil, fmt.Errorf("HTTPS_PROXY: %w", err)
	}
	if proxy == nil {
		direct := upstream.New(host, config, idleConnTimeout)
		direct.Dial, direct.HandshakeTimeout = dialer.DialContext, connectTimeout
		return direct, nil
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyURL(proxy), DialContext: dialer.DialContext, Protocols: &protocols,
		TLSClientConfig: config, TLSHandshakeTimeout: connectTimeout,
		MaxIdleConnsPerHost: 1 << 16, IdleConnTimeout: idleConnTimeout, MaxResponseHeaderBytes: 64 << 10,
		DisableCompression: true, // bodies pass as they are
	}, nil
}

// target is where an operation of an endpoint is.
func (e *Endpoint) target(endpointName, operation string) *url.URL {
	target := *e.base
	target.Path = strings.TrimSuffix(target.Path, "/") + "/endpoints/" + endpointName + "/" + operation
	return &target
}

// send signs and sends one attempt; it adds to header. The reply is whatever
// SageMaker answered, an error that there was none.
func (e *Endpoint) send(ctx context.Context, target *url.URL, header http.Header, body []byte) (*http.Response, error) {
	now := e.now()
	credentials, err := e.retrieve(ctx, now)
	if err != nil {
		return nil, err
	}
	e.signer.sign(header, target.Host, target.EscapedPath(), body, credentials, now)
	return e.transport.RoundTrip(request(ctx, target, header, body))
}

// request is a POST of body. It is made apart from send, whose stack every
// request under way keeps.
func request(ctx context.Context, target *url.URL, header http.Header, body []byte) *http.Request {
	r := (&http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(body)), Body: http.NoBody,
	}).WithContext(ctx)
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
		// net/http, behind a proxy, asks for another where an idle connection
		// turns out to be closed and nothing was sent, which is no second attempt.
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return r
}

// retrieve returns credentials. Where new ones cannot be had it goes on with the
// last ones for a while.
func (e *Endpoint) retrieve(ctx context.Context, now time.Time) (*aws.Credentials, error) {
	if e.credentials == nil {
		return nil, &credentialsError{errors.New("no provider")}
	}
	credentials, err := e.credentials.Retrieve(ctx)
	last := e.last.Load()
	switch {
	case err == nil && last != nil && *last == credentials:
		return last, nil
	case err == nil:
		fresh := credentials // of which there is one a while
		e.last.Store(&fresh)
		return &fresh, nil
	case last != nil && now.Before(last.Expires.Add(staleCredentials)):
		return last, nil
	}
	return nil, &credentialsError{err}
}

// renew forgets credentials that SageMaker calls expired.
func (e *Endpoint) renew() {
	if cache, ok := e.credentials.(interface{ Invalidate() }); ok {
		cache.Invalidate()
	}
	e.last.Store(nil)
}

// credentialsError says that the gateway has no credentials to sign with.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "no AWS credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }
