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
func (g *Gateway) attempts(
	ctx context.Context, x *exchange, target *url.URL, header http.Header, body requestBody,
) *reply {
	if g.limiter != nil && !x.repeated {
		g.budget.Earn()
	}
	for {
		x.attempts++
		if g.limiter != nil && !g.breaker.Allow(g.clock()) {
			return breakerReply()
		}
		if x.span != nil {
			g.beginCall(ctx, x, target, header)
		}
		x.credentials = g.endpoint.credentials.valid(g.endpoint.now())
		if x.credentials == nil { // they ended in the queue
			return noAnswer(g.endpoint.credentials.missing())
		}
		x.skew = time.Duration(g.endpoint.skew.Load())
		sent := time.Now()
		//nolint:bodyclose // Gateway.end closes a successful answer, readError another one
		response, err := g.endpoint.send(ctx, target, header, body, x.credentials, x.skew)
		if err == nil && response.StatusCode >= 200 && response.StatusCode < 300 {
			g.sample(x, pressure.Succeeded, time.Since(sent))
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
func breakerReply() *reply {
	out := failure(http.StatusServiceUnavailable, codeEndpointUnreachable,
		"SageMaker cannot be reached").withRetryAfter(time.Second)
	out.unserved = true
	return out
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
	if reason == retryClock { // no load: SageMaker has refused the signature, and does so once
		g.metrics.retries[reason].Add(1)
		return nil, ctx.Err() == nil
	}
	if reason == noRetry || x.attempts >= g.cfg.MaxAttempts || ctx.Err() != nil {
		return out, false
	}
	if x.elsewhere || x.repeated && reason != retryCredentials {
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
	case <-ctx.Done():
		return out, false
	}
	if reason == retryCredentials {
		if refused := g.renewedCredentials(ctx, x); refused != nil {
			return refused, false
		}
	}
	return nil, true
}

// renewedCredentials waits for new credentials without a place in the limiter, and then
// for a place. It returns the reply to a request that does not get both, else nil.
func (g *Gateway) renewedCredentials(ctx context.Context, x *exchange) (refused *reply) {
	if x.admittedBy != nil {
		x.admittedBy.Release()
		x.admittedBy = nil
	}
	if _, err := g.endpoint.credentials.getOther(ctx); err != nil {
		return withoutCredentials(ctx, err)
	}
	return g.acquire(ctx, x)
}

// withoutCredentials is the reply to a request for which there are no credentials.
func withoutCredentials(ctx context.Context, err error) *reply {
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return clientGone(err)
	}
	return noAnswer(err)
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
				g.sample(x, pressure.Refused, 0)
			}
		case cause != nil && errors.Is(cause, context.Canceled):
			return clientGone(err), noRetry, nil
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
	g.sample(x, outcome, 0)
	switch {
	case g.correctClock(x, code, response.Header):
		reason = retryClock
	case reason == retryCredentials:
		g.endpoint.credentials.refuse(x.credentials)
	}
	return sageMakerError(response.StatusCode, response.Header, text), reason, response.Header
}
