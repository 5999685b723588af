package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

const (
	// headerDegraded marks a reply in place of the endpoint's own, and says of what kind.
	headerDegraded = "X-Gateway-Degraded"

	headerTargetVariant  = "X-Amzn-Sagemaker-Target-Variant"
	headerTargetModel    = "X-Amzn-Sagemaker-Target-Model"
	headerContainer      = "X-Amzn-Sagemaker-Target-Container-Hostname"
	headerComponent      = "X-Amzn-Sagemaker-Inference-Component"
	headerSession        = "X-Amzn-Sagemaker-Session-Id"
	headerNewSession     = "X-Amzn-Sagemaker-New-Session-Id"
	headerClosedSession  = "X-Amzn-Sagemaker-Closed-Session-Id"
	headerAttributes     = "X-Amzn-Sagemaker-Custom-Attributes"
	headerOutputLocation = "X-Amzn-Sagemaker-Outputlocation"
	headerFailLocation   = "X-Amzn-Sagemaker-Failurelocation"

	// maxAsyncBytes is the largest body that InvokeEndpointAsync takes (fact F8).
	maxAsyncBytes = 128_000
)

// degradation is what a client gets in place of an answer; each kind is a metric.
type degradation uint8

const (
	notDegraded degradation = iota
	byFallback
	byLastKnown
	byVariant
	byAsynchronous
	degradations
)

var degradationNames = [degradations]string{
	byFallback: "fallback", byLastKnown: "last-known", byVariant: "variant", byAsynchronous: "asynchronous",
}

var degradationMetrics = [degradations]string{
	byFallback: "DegradedFallback", byLastKnown: "DegradedLastKnown", byVariant: "DegradedVariant",
	byAsynchronous: "DegradedAsynchronous",
}

// kinds are the configured kinds of degradation, whose metrics are published.
func (c Config) kinds() [degradations]bool {
	return [degradations]bool{
		byFallback: c.FallbackBody != "", byLastKnown: c.LastKnownAge > 0,
		byVariant: c.ShedVariant != "" || c.ShedComponent != "", byAsynchronous: c.ShedAsyncEndpoint != "",
	}
}

// onShed is the state of the configured kind; its fields are nil for the others.
type onShed struct {
	answers *answerStore
	variant *pressure.Limiter // of the requests to the cheaper variant
	async   *url.URL
}

func (g *Gateway) newOnShed() onShed {
	var o onShed
	switch kinds := g.cfg.kinds(); {
	case kinds[byLastKnown]:
		o.answers = newAnswerStore(g.cfg.LastKnownAge, g.cfg.LastKnownBytes)
	case kinds[byVariant]:
		most := g.cfg.ShedMaxConcurrency
		o.variant = pressure.NewLimiter(pressure.Limits{
			Initial: min(most, initialConcurrency), Min: min(most, g.cfg.MinConcurrency), Max: most,
		}, g.clock)
	case kinds[byAsynchronous]:
		o.async = g.endpoint.target(g.cfg.ShedAsyncEndpoint, "async-invocations")
	}
	return o
}

// mayDegrade reports whether the configured kind can answer a request with these headers
// for SageMaker: no stream, no session, and nothing that the client wants in particular.
func (g *Gateway) mayDegrade(x *exchange, header http.Header) bool {
	if x.streams || header[headerSession] != nil {
		return false
	}
	chosen := func(names ...string) bool {
		for _, name := range names {
			if header[name] != nil {
				return true
			}
		}
		return false
	}
	switch {
	case g.onShed.answers != nil:
		return true
	case g.onShed.variant != nil && g.cfg.ShedVariant != "":
		return !chosen(headerTargetVariant, headerComponent)
	case g.onShed.variant != nil:
		return !chosen(headerTargetVariant) && header.Get(headerComponent) != g.cfg.ShedComponent
	case g.onShed.async != nil:
		return !chosen(headerTargetVariant, headerTargetModel, headerContainer, headerComponent) &&
			accepts(header[headerAccept], jsonType[0])
	}
	return false
}

// takes reports whether a client that sent header takes an answer's type, which may have
// none.
func takes(header, answer http.Header) bool {
	kind := answer.Get("Content-Type")
	return kind == "" || accepts(header[headerAccept], kind)
}

// prepareDegrading does what needs the body of a request that may be degraded.
func (g *Gateway) prepareDegrading(r *http.Request, x *exchange, header http.Header, body requestBody) {
	if x.route.isOpenAI() && asksForStream(body) {
		x.degradable = false
		return
	}
	x.bodyRead = true
	if g.onShed.answers != nil {
		key := g.keyOf(r, x, header, body)
		x.key = &key
	}
}

// degrade returns what a client gets in place of out, a refusal for want of capacity or
// memory, or while SageMaker cannot be reached; out itself where there is nothing else.
func (g *Gateway) degrade(ctx context.Context, x *exchange, header http.Header, body requestBody, out *reply) *reply {
	var instead *reply
	switch {
	case !x.degradable || !x.bodyRead:
	case g.onShed.answers != nil:
		instead = g.lastKnown(x, header)
	case !out.shed || ctx.Err() != nil:
	case g.onShed.variant != nil:
		instead = g.sendToVariant(ctx, x, header, body, out)
	case g.onShed.async != nil && body.size() <= maxAsyncBytes:
		instead = g.sendAsynchronously(ctx, x, header, body, out)
	}
	if instead == nil {
		return g.fallback(x, out)
	}
	instead.code, instead.cause, instead.shed = out.code, out.cause, out.shed
	return instead
}

// mark marks out as a degraded reply.
func (x *exchange) mark(out *reply, kind degradation, details string) *reply {
	x.degraded = kind
	out.header[headerDegraded] = []string{degradationNames[kind] + details}
	return out
}

// fallback replaces out by the configured fixed reply, where the client can take it.
func (g *Gateway) fallback(x *exchange, out *reply) *reply {
	if !x.fallback {
		return out
	}
	out.status, out.body, out.own = http.StatusOK, []byte(g.cfg.FallbackBody), false
	out.header = http.Header{"Content-Type": {g.cfg.FallbackContentType}, headerFallback: {out.code}}
	return x.mark(out, byFallback, "")
}

// lastKnown is the last good answer to the same request, nil for none that the client
// takes.
func (g *Gateway) lastKnown(x *exchange, header http.Header) *reply {
	now := g.clock()
	kept := g.onShed.answers.get(*x.key, now)
	if kept == nil || !takes(header, kept.header) {
		return nil
	}
	out := &reply{status: http.StatusOK, header: kept.header.Clone(), body: kept.body}
	return x.mark(out, byLastKnown, "; age="+strconv.Itoa(int((now-kept.at)/time.Second)))
}

// sendToVariant sends the request, once, to the cheaper variant or component. It returns
// nil where that has no place for it or does not answer.
func (g *Gateway) sendToVariant(
	ctx context.Context, x *exchange, header http.Header, body requestBody, shed *reply,
) *reply {
	if !g.onShed.variant.TryAcquire() {
		return nil
	}
	x.admittedBy, x.elsewhere, x.repeated = g.onShed.variant, true, true
	header = header.Clone()
	name := g.cfg.ShedVariant
	if name != "" {
		header[headerTargetVariant] = []string{name}
	} else {
		name = g.cfg.ShedComponent
		header[headerComponent] = []string{name}
	}
	out := g.call(ctx, x, header, body)
	if out.answer == nil {
		shed.cause = fmt.Errorf("%w; %s answered %d %s", shed.cause, name, out.status, out.code)
		return nil
	}
	if !takes(header, out.header) {
		return nil
	}
	return x.mark(out, byVariant, "; name="+name)
}

// queued is the body of the reply to a request that an asynchronous endpoint has taken.
type queued struct {
	InferenceID     string `json:"inferenceId,omitempty"`
	OutputLocation  string `json:"outputLocation"`
	FailureLocation string `json:"failureLocation,omitempty"`
}

// sendAsynchronously hands the request to the asynchronous endpoint, once. It returns nil
// where that does not take it.
func (g *Gateway) sendAsynchronously(
	ctx context.Context, x *exchange, header http.Header, body requestBody, shed *reply,
) *reply {
	x.elsewhere, x.repeated = true, true
	out := g.attempts(ctx, x, g.onShed.async, asyncHeaders(header), body)
	if out.answer == nil {
		shed.cause = fmt.Errorf("%w; %s answered %d %s", shed.cause, g.cfg.ShedAsyncEndpoint, out.status, out.code)
		return nil
	}
	if out = out.answer.readAll(out, maxErrorBytes); out.code != "" {
		return nil
	}
	var taken struct{ InferenceID string }
	_ = json.Unmarshal(out.body, &taken) // without it the location is enough
	answer := queued{
		InferenceID: taken.InferenceID, OutputLocation: out.header.Get(headerOutputLocation),
		FailureLocation: out.header.Get(headerFailLocation),
	}
	if answer.OutputLocation == "" {
		shed.cause = fmt.Errorf("%w; %s answered without a location", shed.cause, g.cfg.ShedAsyncEndpoint)
		return nil
	}
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err) // texts always marshal
	}
	accepted := &reply{status: http.StatusAccepted, header: http.Header{
		"Content-Type": jsonType, headerOutputLocation: {answer.OutputLocation},
	}, body: text}
	return x.mark(accepted, byAsynchronous, "")
}

// asyncHeaders are the headers as InvokeEndpointAsync takes them.
func asyncHeaders(header http.Header) http.Header {
	out := header.Clone()
	delete(out, "Content-Type")
	delete(out, headerAccept)
	delete(out, headerStreamAccept)
	if kind, ok := header["Content-Type"]; ok {
		out[headerStreamType] = kind
	}
	if accept, ok := header[headerAccept]; ok {
		out[headerStreamAccept] = accept
	}
	return out
}
