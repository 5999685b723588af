package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"go.opentelemetry.io/otel/trace"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// exchange is one request in the gateway, with the resources that end releases.
type exchange struct {
	route     route
	start     time.Time
	writer    http.ResponseWriter // nil on Lambda
	timeout   time.Duration       // for the endpoint
	repeated  bool                // the client has sent the request before
	streams   bool                // the operation is InvokeEndpointWithResponseStream
	deadline  time.Time
	cancel    context.CancelCauseFunc
	timer     *time.Timer
	answer    io.Closer
	bodyBytes int64           // reserved for the request's body
	ctx       context.Context // of the request, once its client is watched
	conn      *clientConn     // of the client, nil without one to watch
	unwatch   func() bool     // ends that, nil without a connection to watch
	writing   sync.Mutex      // of the client's connection
	replying  bool            // under writing: the reply has begun
	// For what a client gets in place of an answer: degradable says that the configured
	// kind may answer, elsewhere that the current call is that kind's.
	degradable, elsewhere, bodyRead bool
	degraded                        degradation
	class                           pressure.Class
	sender                          uint64            // the client, told apart from others; 0 where it is not
	claims                          claims            // that the load balancer has verified, nil for none
	key                             *answerKey        // of the request, where answers are kept
	recorder                        *recorder         // of the answer, nil for none
	admittedBy                      *pressure.Limiter // that counts the request as in flight, nil for none
	fallback                        bool              // the configured reply may take the place of an error
	// credentials are those that the last attempt was signed with.
	credentials *aws.Credentials
	// skew is what was added to the clock for that signature.
	skew      time.Duration
	corrected bool // another skew follows from SageMaker's refusal

	// For log and metrics.
	invokes      bool // the request is for the endpoint
	requestBytes int
	sentBytes    int64
	attempts     int
	requestID    string // of an error of the gateway, "" where SageMaker's reply has one
	waited       time.Duration
	span, call   trace.Span // of the request, and of the current attempt; nil without a tracer
}

// end releases x's resources.
func (g *Gateway) end(x *exchange) {
	if x.answer != nil {
		_ = x.answer.Close()
	}
	if x.timer != nil {
		x.timer.Stop()
	}
	if x.unwatch != nil {
		x.unwatch()
	}
	if x.cancel != nil {
		x.cancel(nil)
	}
	if x.admittedBy != nil {
		x.admittedBy.Release()
	}
	if x.recorder != nil {
		x.recorder.end()
	}
	if x.bodyBytes > 0 {
		g.heldBytes.Add(-x.bodyBytes)
	}
}

// client is the context that ends when the client of r is gone.
func (x *exchange) client(r *http.Request) context.Context {
	if x.ctx != nil {
		return x.ctx
	}
	return r.Context()
}

// invoke sends r to the endpoint and turns the answer into a reply.
func (g *Gateway) invoke(r *http.Request, x *exchange) *reply {
	x.invokes = true
	x.streams = x.route.streams()
	// A stream has no place for it, and other protocols have replies of their own.
	x.fallback = g.cfg.FallbackBody != "" && (x.route == routeInvocations || x.route == routeEndpointInvocations) &&
		accepts(r.Header[headerAccept], g.cfg.FallbackContentType)
	if encoding := contentEncoding(r.Header); encoding != "" {
		return unsupportedEncoding(encoding)
	}
	header, err := forwardHeaders(r.Header)
	if err == nil {
		x.timeout, err = clientTimeout(r.Header, g.cfg.RequestTimeout)
	}
	if err == nil && x.route == routeInfer && !inferHeaders(r.Header, header) {
		err = fmt.Errorf("the header %s must be one whole number of bytes", headerInferLength)
	}
	if err != nil {
		return failure(http.StatusBadRequest, codeInvalidHeader, err.Error())
	}
	x.repeated = isRepeated(r.Header)
	x.degradable = g.mayDegrade(x, header)
	id := header[headerInferenceID]
	var out *reply
	ctx, body, refused := g.admit(r, x, header)
	if refused != nil {
		out = refused
	} else {
		out = g.call(ctx, x, header, body)
	}
	if out.unserved {
		out = g.degrade(ctx, x, header, body, out)
	}
	if id != nil {
		out.header[headerInferenceID] = id
	}
	return out
}

// admit waits for credentials, reads the request's body and waits for the limiter;
// refused is the reply where one of them fails. The context ends with the request's
// deadline.
func (g *Gateway) admit(
	r *http.Request, x *exchange, header http.Header,
) (ctx context.Context, body requestBody, refused *reply) {
	g.classify(r, x)
	if g.limiter != nil && !x.degradable && g.limiter.Full(x.class, x.sender) {
		return nil, nil, shed(pressure.ErrFull) // before reading the body
	}
	// Before the request takes memory or a place: waiting for credentials is no load.
	ctx, x.cancel = clientContext(r, x)
	x.ctx = ctx
	if _, err := g.endpoint.credentials.get(ctx); err != nil {
		return nil, nil, withoutCredentials(ctx, err)
	}
	body, refused = g.readBody(r, x)
	x.requestBytes = body.size()
	if refused != nil {
		return nil, nil, refused
	}
	if x.degradable {
		g.prepareDegrading(r, x, header, body)
	}
	x.deadline = time.Now().Add(x.timeout)
	x.timer = time.AfterFunc(x.timeout, func() { x.cancel(errDeadline) })
	return ctx, body, g.acquire(ctx, x)
}

// acquire waits for the limiter. It returns the reply to a request that it does not let
// through, else nil.
func (g *Gateway) acquire(ctx context.Context, x *exchange) (refused *reply) {
	if g.limiter == nil {
		return nil
	}
	queued := time.Now()
	err := g.limiter.Acquire(ctx, x.class, x.sender)
	x.waited += time.Since(queued)
	switch {
	case err == nil:
		x.admittedBy = g.limiter
		return nil
	case errors.Is(err, pressure.ErrFull), errors.Is(err, pressure.ErrTimeout), errors.Is(err, errDeadline):
		return shed(err)
	default:
		return clientGone(err)
	}
}

// clientGone is the reply to a client that left.
func clientGone(cause error) *reply {
	return failure(statusClientClosedRequest, codeClientClosedRequest, "the client left").withCause(cause)
}

// call sends the request to the operation that its route asks for.
func (g *Gateway) call(ctx context.Context, x *exchange, header http.Header, body requestBody) *reply {
	target := g.invocations
	if x.route.isOpenAI() && asksForStream(body) {
		if g.cfg.Lambda {
			return notOnLambda()
		}
		x.streams = true
	}
	if x.streams {
		target = g.responseStream
		if accept, ok := header[headerAccept]; ok && x.route != routeEndpointStream {
			header[headerStreamAccept] = accept // which that operation reads
		}
		delete(header, headerAccept)
	} else {
		delete(header, headerStreamAccept)
	}
	out := g.attempts(ctx, x, target, header, body)
	if out.answer == nil {
		if x.route.isOpenAI() {
			return containerError(out)
		}
		return out
	}
	if x.route == routeInfer {
		inferReply(out)
	}
	if x.key != nil && !x.streams {
		x.recorder = g.onShed.answers.keep(*x.key, out.header, out.answer, g.clock)
	}
	if announced := out.answer.length; announced > g.cfg.MaxReplyBytes && !g.cfg.Lambda {
		return replyTooLarge(announced, g.cfg.MaxReplyBytes)
	}
	if x.streams {
		x.timer.Reset(g.cfg.StreamTimeout)
	}
	if !x.streams || x.route == routeEndpointStream {
		return out
	}
	if out = withoutFraming(out); out.answer == nil && x.route.isOpenAI() {
		return containerError(out)
	}
	return out
}

// replyTooLarge is the reply where SageMaker announces more than MaxReplyBytes.
func replyTooLarge(announced, limit int64) *reply {
	return repeatsInVain(codeResponseTooLarge, fmt.Sprintf("the reply may have at most %d bytes", limit)).
		withCause(fmt.Errorf("SageMaker announces %d bytes", announced))
}

// sample records an attempt's outcome for limiter, breaker and metrics.
func (g *Gateway) sample(x *exchange, outcome pressure.Outcome, latency time.Duration) {
	if g.limiter == nil {
		return
	}
	if x.elsewhere { // which says nothing about the load of what the request was for
		if x.admittedBy != nil {
			x.admittedBy.Sample(outcome, latency)
		}
		g.breaker.Connected()
		return
	}
	g.limiter.Sample(outcome, latency)
	g.breaker.Connected()
	if outcome == pressure.Succeeded {
		g.metrics.lastSuccess.Store(int64(g.clock()))
	}
}

// shed is the reply to a request for which there is no capacity.
func shed(cause error) *reply {
	out := failure(http.StatusServiceUnavailable, codeOverloaded,
		"there are more requests than the endpoint serves; try again later").
		withRetryAfter(retryAfter()).withCause(cause)
	out.shed, out.unserved = true, true
	return out
}
