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

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
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
// awshttp.BuildableClient the TLS configuration. It returns invalid.Problems
// where there is no region.
func EndpointOf(ctx context.Context, o sagemakerruntime.Options) (*Endpoint, error) {
	if o.Region == "" {
		var problems invalid.Problems
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
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if client, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		transport = client.GetTransport() // a copy, with the CA bundle that is configured
	}
	if err := tune(transport, &resolved.URI); err != nil {
		return nil, err
	}
	return &Endpoint{
		base: &resolved.URI, signer: signer{region: o.Region}, credentials: o.Credentials, transport: transport, now: time.Now,
	}, nil
}

// tune sets transport up for one host and thousands of requests at a time. They
// go over HTTP/1.1: in HTTP/2 all requests of a connection share its lock, its
// flow control and its losses.
func tune(transport *http.Transport, host *url.URL) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	transport.Protocols, transport.ForceAttemptHTTP2 = &protocols, false
	transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.TLSClientConfig.NextProtos = []string{"http/1.1"} // a copied transport may offer HTTP/2
	// In a surge many connections are made at once: each after the first resumes.
	transport.TLSClientConfig.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	transport.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
	transport.TLSHandshakeTimeout = connectTimeout
	// The SDK would keep 10 connections (fact F32); each further one would pay
	// for a TLS handshake.
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = 0, 1<<16, 0
	transport.IdleConnTimeout = idleConnTimeout
	transport.ResponseHeaderTimeout = 0 // a request's context bounds it
	transport.MaxResponseHeaderBytes = 64 << 10
	transport.DisableCompression = true // bodies pass as they are
	transport.ReadBufferSize = 2 << 10  // headers; bodies are read past it
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: host})
	if err != nil {
		return fmt.Errorf("HTTPS_PROXY: %w", err)
	}
	transport.Proxy = nil // else it is looked up for each request
	if proxy != nil {
		transport.Proxy = http.ProxyURL(proxy)
	}
	return nil
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
		// net/http sends headers and body in one packet where it knows the reader.
		r.Body = io.NopCloser(bytes.NewReader(body))
		// It asks for another where an idle connection turns out to be closed
		// and nothing was sent, which is not a second attempt.
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return r
}

// retrieve returns credentials. Where new ones cannot be had it goes on with the
// last ones for a while.
func (e *Endpoint) retrieve(ctx context.Context, now time.Time) (aws.Credentials, error) {
	if e.credentials == nil {
		return aws.Credentials{}, &credentialsError{errors.New("no provider")}
	}
	credentials, err := e.credentials.Retrieve(ctx)
	last := e.last.Load()
	switch {
	case err == nil:
		if last == nil || last.AccessKeyID != credentials.AccessKeyID || last.Expires != credentials.Expires {
			e.last.Store(&credentials)
		}
		return credentials, nil
	case last != nil && now.Before(last.Expires.Add(staleCredentials)):
		return *last, nil
	}
	return credentials, &credentialsError{err}
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
