package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

// Endpoint is what the gateway needs of the SageMaker runtime;
// *sagemakerruntime.Client has it.
type Endpoint interface {
	InvokeEndpoint(context.Context, *sagemakerruntime.InvokeEndpointInput, ...func(*sagemakerruntime.Options)) (*sagemakerruntime.InvokeEndpointOutput, error)
}

// Gateway answers requests by invoking the configured endpoint. It is an
// http.Handler, and with Invoke a lambda.Handler. It is safe for concurrent use.
type Gateway struct {
	cfg      Config
	endpoint Endpoint
	log      *slog.Logger
}

// New returns a gateway to cfg.EndpointName. It writes one line a request to
// log, health checks at debug level: never a body, a credential, or what a
// model said.
func New(cfg Config, endpoint Endpoint, log *slog.Logger) *Gateway {
	return &Gateway{cfg: cfg, endpoint: endpoint, log: log}
}

// ServeHTTP answers POST /invocations, POST /endpoints/{name}/invocations and
// GET /ping. Everything else is an error in JSON with code and message.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	out := g.answer(r)
	err := out.writeTo(w, r.Method)
	if err != nil && out.cause == nil {
		out.cause = fmt.Errorf("write the reply: %w", err)
	}
	g.logRequest(start, r, out)
}

// answer turns any request into a reply; a panic becomes one too.
func (g *Gateway) answer(r *http.Request) (out reply) {
	defer func() {
		if p := recover(); p != nil {
			g.log.LogAttrs(r.Context(), slog.LevelError, "panic",
				slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
			out = failure(http.StatusInternalServerError, codeGatewayFailure, "the gateway failed")
		}
	}()
	route := routeOf(r, g.cfg.EndpointName)
	switch {
	case route == routeUnknown:
		return failure(http.StatusNotFound, codeNotFound,
			"there is POST /invocations, POST /endpoints/{name}/invocations for the name of this gateway's endpoint, and GET /ping")
	case !route.allows(r.Method):
		out := failure(http.StatusMethodNotAllowed, codeMethodNotAllowed, "the method here is "+route.allowed())
		out.header.Set("Allow", route.allowed())
		return out
	case route == routePing:
		return reply{
			status: http.StatusOK,
			header: http.Header{"Content-Type": {"application/json"}},
			body:   []byte(`{"status":"ok"}`),
		}
	default:
		return g.invoke(r)
	}
}

// logRequest writes the request's one line. What clients choose freely is cut
// short, and JSON quotes it.
func (g *Gateway) logRequest(start time.Time, r *http.Request, out reply) {
	route := routeOf(r, g.cfg.EndpointName)
	level := slog.LevelInfo
	switch {
	case out.status >= 500:
		level = slog.LevelError
	case route == routePing && out.status == http.StatusOK:
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("method", clip(r.Method)),
		slog.String("route", string(route)),
		slog.Int("status", out.status),
		slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000),
		slog.Int("request_bytes", out.requestBytes),
		slog.Int("response_bytes", len(out.body)),
	}
	optional := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, clip(value)))
		}
	}
	optional("inference_id", r.Header.Get(headerInferenceID))
	optional("sagemaker_request_id", out.header.Get(headerRequestID))
	optional("code", out.code)
	if out.cause != nil && !errors.Is(out.cause, context.Canceled) {
		attrs = append(attrs, slog.String("error", out.cause.Error()))
	}
	g.log.LogAttrs(r.Context(), level, "request", attrs...)
}

func clip(s string) string {
	const longest = 128
	if len(s) > longest {
		return s[:longest]
	}
	return s
}
