package gateway

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Attributes that OpenTelemetry's conventions do not have.
const (
	attributeQueueWait = attribute.Key("gateway.queue.wait") // seconds
	attributeShed      = attribute.Key("gateway.shed")
	attributeDegraded  = attribute.Key("gateway.degraded")
)

// Trace makes spans with tracer for every request but health checks: a server span,
// and below it a client span for each attempt at SageMaker, by OpenTelemetry's
// conventions for HTTP. Spans hold no body, no credential and no query. Call it
// before the first request, and not in the Lambda form.
func (g *Gateway) Trace(tracer trace.Tracer) { g.tracer = tracer }

// traceContext is W3C's, in the headers traceparent and tracestate.
var traceContext propagation.TraceContext

// traceHeaders carry a trace. A header given several times is one list.
type traceHeaders http.Header

func (h traceHeaders) Get(name string) string {
	return strings.Join(http.Header(h).Values(name), ",")
}
func (h traceHeaders) Set(name, value string) { http.Header(h).Set(name, value) }
func (h traceHeaders) Keys() []string         { return nil }

// beginSpan begins r's span, a child of the one in r's headers.
func (g *Gateway) beginSpan(r *http.Request, x *exchange) *http.Request {
	if x.route == routePing || x.route == routeReady {
		return r
	}
	name, attributes := requestAttributes(r, x.route)
	ctx, span := g.tracer.Start(traceContext.Extract(r.Context(), traceHeaders(r.Header)), name,
		trace.WithTimestamp(x.start), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
	x.span = span
	return r.WithContext(ctx)
}

// methods may stand in a span's name; others, which clients can invent, may not.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	http.MethodOptions, http.MethodConnect, http.MethodTrace,
}

// requestAttributes are the attributes at the span's start, which a sampler can use.
func requestAttributes(r *http.Request, route route) (name string, attributes []attribute.KeyValue) {
	scheme := "http"
	if r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	attributes = append(make([]attribute.KeyValue, 0, 9),
		semconv.URLScheme(scheme),
		semconv.URLPath(truncate(r.URL.EscapedPath())),
		semconv.NetworkProtocolVersion(protocolVersion(r)),
	)
	attributes = appendServer(attributes, r.Host, scheme)
	if agent := r.UserAgent(); agent != "" {
		attributes = append(attributes, semconv.UserAgentOriginal(truncate(agent)))
	}
	name = r.Method
	if slices.Contains(methods, r.Method) {
		attributes = append(attributes, semconv.HTTPRequestMethodKey.String(r.Method))
	} else {
		name = "HTTP"
		attributes = append(attributes, semconv.HTTPRequestMethodOther, semconv.HTTPRequestMethodOriginal(truncate(r.Method)))
	}
	if route != routeUnknown {
		name += " " + string(route)
		attributes = append(attributes, semconv.HTTPRoute(string(route)))
	}
	return name, attributes
}

func protocolVersion(r *http.Request) string {
	if r.ProtoMajor == 2 {
		return "2"
	}
	return strconv.Itoa(r.ProtoMajor) + "." + strconv.Itoa(r.ProtoMinor)
}

// appendServer appends the server's address; host may have a port.
func appendServer(attributes []attribute.KeyValue, host, scheme string) []attribute.KeyValue {
	port := 80
	if scheme == "https" {
		port = 443
	}
	if name, given, err := net.SplitHostPort(host); err == nil {
		if n, err := strconv.ParseUint(given, 10, 16); err == nil {
			host, port = name, int(n)
		}
	}
	return append(attributes, semconv.ServerAddress(truncate(host)), semconv.ServerPort(port))
}

// beginCall begins the span of an attempt at target and adds its context to header.
func (g *Gateway) beginCall(ctx context.Context, x *exchange, target *url.URL, header http.Header) {
	if trace.SpanFromContext(ctx).IsRecording() {
		operation := target.Path[strings.LastIndexByte(target.Path, '/')+1:]
		template := "/endpoints/{EndpointName}/" + operation
		attributes := append(make([]attribute.KeyValue, 0, 8),
			semconv.HTTPRequestMethodPost,
			semconv.URLFull(target.String()),
			semconv.URLTemplate(template),
			semconv.NetworkProtocolVersion("1.1"),
		)
		attributes = appendServer(attributes, target.Host, target.Scheme)
		if x.attempts > 1 {
			attributes = append(attributes, semconv.HTTPRequestResendCount(x.attempts-1))
		}
		ctx, x.call = g.tracer.Start(ctx, "POST "+template,
			trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	}
	delete(header, headerTraceState) // Inject sets it where the trace has one
	traceContext.Inject(ctx, traceHeaders(header))
}

// callAnswered adds status and request ID of SageMaker's answer to the span.
func (x *exchange) callAnswered(response *http.Response) {
	x.call.SetAttributes(semconv.HTTPResponseStatusCode(response.StatusCode))
	if id := response.Header.Get(headerRequestID); id != "" {
		x.call.SetAttributes(semconv.AWSRequestID(truncate(id)))
	}
}

// callFailed ends the span of a failed attempt; response is nil without an answer.
func (x *exchange) callFailed(response *http.Response, code string) {
	if response != nil {
		x.callAnswered(response)
	}
	x.endCall(code)
}

// endCall ends the span of an attempt; code is "" for success.
func (x *exchange) endCall(code string) {
	if code != "" {
		x.call.SetAttributes(semconv.ErrorTypeKey.String(code))
		x.call.SetStatus(codes.Error, "")
	}
	x.call.End()
	x.call = nil
}

// endSpan ends the request's spans. sent is the status that the client got; out has
// another one where the reply broke off later.
func (x *exchange) endSpan(out *reply, sent int) {
	if x.call != nil {
		x.endCall(out.code)
	}
	attributes := append(make([]attribute.KeyValue, 0, 7), semconv.HTTPResponseBodySize(int(x.sentBytes)))
	if sent != statusClientClosedRequest { // which is never sent
		attributes = append(attributes, semconv.HTTPResponseStatusCode(sent))
	}
	if x.invokes {
		attributes = append(attributes, semconv.HTTPRequestBodySize(x.requestBytes))
	}
	if x.waited > 0 {
		attributes = append(attributes, attributeQueueWait.Float64(x.waited.Seconds()))
	}
	if out.shed {
		attributes = append(attributes, attributeShed.Bool(true))
	}
	if x.degraded != notDegraded {
		attributes = append(attributes, attributeDegraded.String(degradationNames[x.degraded]))
	}
	if out.code != "" {
		attributes = append(attributes, semconv.ErrorTypeKey.String(out.code))
	}
	x.span.SetAttributes(attributes...)
	// By the conventions a 4xx is no error of a server span. A reply that broke off
	// is one, whichever side ended it.
	if out.status >= 500 || out.status == statusClientClosedRequest {
		x.span.SetStatus(codes.Error, "")
	}
	x.span.End()
	x.span = nil
}

// traceParent is the log's link to the trace.
func (x *exchange) traceParent(r *http.Request) string {
	if x.span == nil {
		return traceParentOf(r.Header)
	}
	header := http.Header{}
	traceContext.Inject(trace.ContextWithSpan(r.Context(), x.span), traceHeaders(header))
	return header.Get(headerTraceParent)
}
