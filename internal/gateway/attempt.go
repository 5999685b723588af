package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// attempts sends the request until it succeeds or must not be sent again.
//
// Every request in flight keeps this function's stack for as long as the endpoint
// takes: rare paths are functions of their own, to keep it small.
func (g *Gateway) attempts(ctx context.Context, x *exchange, target *url.URL, header http.Header, body []byte) *reply {
	if g.limiter != nil {
		g.budget.Earn()
	}
	for {
		x.attempts++
		if g.limiter != nil && !g.breaker.Allow(g.clock()) {
			return g.breakerReply()
		}
		if x.span != nil {
			g.beginCall(ctx, x, target, header)
		}
		sent := time.Now()
		//nolint:bodyclose // Gateway.end closes a successful answer, readError another one
		response, err := g.endpoint.send(ctx, target, header, body)
		if err == nil && response.StatusCode >= 200 && response.StatusCode < 300 {
			g.sample(pressure.Succeeded, time.Since(sent))
			return succeededReply(ctx, x, response)
		}
		out, again := g.afterFailure(ctx, x, response, err)
		if !again {
			return out
		}
		// net/http may still be writing the last attempt's headers.
		header = header.Clone()
	}
}

// succeededReply is the reply for a successful answer.
func succeededReply(ctx context.Context, x *exchange, response *http.Response) *reply {
	if x.call != nil {
		x.callAnswered(response)
	}
	x.answer = response.Body // closed by Gateway.end
	return &reply{status: http.StatusOK, header: returnHeaders(response.Header),
		answer: &answer{body: response.Body, length: response.ContentLength, ctx: ctx}}
}

// breakerReply is the reply while the breaker is open.
func (g *Gateway) breakerReply() *reply {
	return g.fallback(failure(http.StatusServiceUnavailable, codeEndpointUnreachable,
		"SageMaker cannot be reached").withRetryAfter(time.Second))
}

// afterFailure returns the reply for an attempt that ended with an error answer, or
// with err. Where again is true there is to be another attempt instead, and the
// delay before it is over.
func (g *Gateway) afterFailure(
	ctx context.Context, x *exchange, response *http.Response, err error,
) (out *reply, again bool) {
	out, reason, retryHeader := g.explain(ctx, x, response, err)
	if x.call != nil {
		x.callFailed(response, out.code)
	}
	if reason == noRetry || x.attempts >= g.cfg.MaxAttempts || ctx.Err() != nil {
		return out, false
	}
	after, ok := retryDelay(x.attempts, retryHeader)
	if !ok || time.Now().Add(after).After(x.deadline) || !g.budget.Spend() {
		return out, false
	}
	g.metrics.retries[reason].Add(1)
	pause := time.NewTimer(after)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil, true
	case <-ctx.Done():
		return out, false
	}
}

// explain turns a failed attempt into a reply. reason says why it may be retried;
// retryHeader is the answer's header, which may ask for a delay.
func (g *Gateway) explain(ctx context.Context, x *exchange, response *http.Response, err error) (
	out *reply, reason retryReason, retryHeader http.Header,
) {
	var text []byte
	answered := err == nil
	if answered {
		text, err = readError(response)
	}
	if err != nil {
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, errDeadline):
			err = fmt.Errorf("%w: %w", errDeadline, err)
			if x.timeout == g.cfg.RequestTimeout { // a client's shorter deadline says nothing about load
				g.sample(pressure.Refused, 0)
			}
		case cause != nil && errors.Is(cause, context.Canceled):
			return failure(statusClientClosedRequest, codeClientClosedRequest, "the client left").withCause(err), noRetry, nil
		case !answered && opensBreaker(err):
			g.breaker.Failed(g.clock())
		}
		reason = noRetry
		if !answered && notConnected(err) {
			reason = retryConnection
		}
		return noAnswer(err), reason, nil
	}
	code, _ := codeAndMessage(response.StatusCode, response.Header, text)
	reason, outcome := retryReasonOf(response.StatusCode, code, text)
	g.sample(outcome, 0)
	if reason == retryCredentials {
		g.endpoint.renew()
	}
	return sageMakerError(response.StatusCode, response.Header, text), reason, response.Header
}
