package gateway

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// initialConcurrency is the concurrency limit at the start; it adapts within seconds.
const initialConcurrency = 32

// Gateway answers requests by invoking the configured endpoint. It is an
// http.Handler, and with Invoke a lambda.Handler. It is safe for concurrent use.
type Gateway struct {
	cfg      Config
	endpoint *Endpoint
	log      *slog.Logger
	started  time.Time

	invocations, responseStream *url.URL

	// State that requests share. limiter and budget are nil on Lambda, where one
	// process has one request at a time.
	limiter   *pressure.Limiter
	budget    *pressure.Budget
	onShed    onShed
	clients   maphash.Seed // of the clients' hashes
	breaker   pressure.Breaker
	heldBytes atomic.Int64 // of all request bodies
	memory    memoryLimit
	metrics   metrics
	stopping  atomic.Bool // the process is to end

	tracer trace.Tracer // nil for none

	samples, errorSamples sampler
	metricLines           io.Writer
}

// New returns a gateway to cfg.EndpointName. It logs one line a request, health
// checks at debug level; as a server at most cfg.LogRate successes and cfg.LogRate
// errors a second. No line has a body, a credential or a model's message.
func New(cfg Config, endpoint *Endpoint, log *slog.Logger) *Gateway {
	g := &Gateway{
		cfg: cfg, endpoint: endpoint, log: log, started: time.Now(), metricLines: os.Stdout,
		invocations:    endpoint.target(cfg.EndpointName, "invocations"),
		responseStream: endpoint.target(cfg.EndpointName, "invocations-response-stream"),
	}
	endpoint.credentials.log = log
	if !cfg.Lambda {
		g.limiter = pressure.NewLimiter(pressure.Limits{
			Initial: max(cfg.MinConcurrency, min(cfg.MaxConcurrency, initialConcurrency)),
			Min:     cfg.MinConcurrency, Max: cfg.MaxConcurrency, Queue: cfg.QueueSize, QueueTimeout: cfg.QueueTimeout,
			Shares: cfg.PriorityShares,
		}, g.clock)
		g.budget = pressure.NewBudget(cfg.RetryPercent)
		g.onShed, g.clients = g.newOnShed(), maphash.MakeSeed()
	}
	return g
}

// clock is the time since the gateway was made.
func (g *Gateway) clock() time.Duration { return time.Since(g.started) }

// retryAfter is the Retry-After of a request that was shed, spread so that clients
// do not all return at once.
func retryAfter() time.Duration { return time.Second + rand.N(2*time.Second) }

// ServeHTTP answers POST /invocations, POST /endpoints/{name}/invocations, their
// response-stream forms, OpenAI's operations, the Open Inference Protocol's inference, GET
// /ping and GET /ready. Everything else is an error
// in JSON with code and message. Where SageMaker's answer breaks off after its first
// byte, the client's connection is closed by panic(http.ErrAbortHandler).
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{start: time.Now(), route: routeOf(r, g.cfg.EndpointName, g.cfg.V2Model), writer: w}
	g.memory.grow(1)
	defer g.memory.grow(-1)
	defer g.end(x)
	if g.tracer != nil {
		r = g.beginSpan(r, x)
	}
	g.allowOrigin(w.Header(), r, x.route)
	g.finish(w, r, x, g.respond(r, x))
}

// finish writes out, and logs how that ended. It is apart from ServeHTTP, whose
// stack every request in flight keeps.
func (g *Gateway) finish(w http.ResponseWriter, r *http.Request, x *exchange, out *reply) {
	var err error
	x.beginReply()
	x.identify(out)
	if g.stopping.Load() {
		w.Header().Set("Connection", "close") // HTTP/2 ends by GOAWAY
	}
	if out.answer != nil {
		var headWritten bool
		if x.sentBytes, headWritten, err = g.writeAnswer(w, out, r.ProtoMajor > 1); err != nil && !headWritten {
			failed := brokenAnswer(err)
			for _, name := range []string{headerInferenceID, headerRequestID} {
				if value := out.header[name]; value != nil {
					failed.header[name] = value
				}
			}
			x.identify(failed)
			out = failed
			x.sentBytes, err = writeWhole(w, r.Method, out)
		}
	} else {
		x.sentBytes, err = writeWhole(w, r.Method, out)
	}
	cut, sent := err != nil && out.answer != nil, out.status
	if err != nil && out.cause == nil {
		out.cause = err
		out.status, out.code = brokenStatus(x.client(r), err)
	}
	g.logRequest(r, x, out)
	if x.span != nil {
		x.endSpan(out, sent)
	}
	if cut {
		panic(http.ErrAbortHandler)
	}
}

// brokenStatus is the status and code in log and metrics of a reply that err cut off.
func brokenStatus(client context.Context, err error) (status int, code string) {
	var unwritten *clientError
	switch {
	case errors.As(err, &unwritten), errors.Is(context.Cause(client), context.Canceled):
		return statusClientClosedRequest, codeClientClosedRequest
	case errors.Is(err, errReplyTooLarge):
		return statusRepeatsInVain, codeResponseTooLarge
	}
	out := brokenAnswer(err)
	return out.status, out.code
}

// notOnLambda is the reply to what only the server can do.
func notOnLambda() *reply {
	return repeatsInVain(codeNotPossible,
		"a Lambda function behind a load balancer cannot do this: run the gateway as a server")
}

// respond returns the reply for any request, and for a panic.
func (g *Gateway) respond(r *http.Request, x *exchange) (out *reply) {
	defer func() {
		if p := recover(); p != nil {
			g.log.LogAttrs(r.Context(), slog.LevelError, "panic",
				slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
			out = failure(http.StatusInternalServerError, codeGatewayFailure, "the gateway failed")
		}
	}()
	switch {
	case x.route == routeUnknown:
		return failure(http.StatusNotFound, codeNotFound,
			"there is POST /invocations, POST /endpoints/{name}/invocations for the name of this gateway's endpoint, "+
				"both also with -response-stream, OpenAI's operations below POST /openai/v1, GET /ping and GET /ready")
	case g.isPreflight(r, x.route):
		return g.preflight(r)
	case !x.route.allows(r.Method):
		out := failure(http.StatusMethodNotAllowed, codeMethodNotAllowed, "the method here is "+x.route.allowed())
		out.header.Set("Allow", x.route.allowed())
		return out
	case x.route == routePing && g.stopping.Load():
		return failure(http.StatusServiceUnavailable, codeStopping, "the gateway stops")
	case x.route == routePing:
		return &reply{
			status: http.StatusOK, header: http.Header{"Content-Type": jsonType}, body: []byte(`{"status":"ok"}`),
		}
	case x.route == routeAsync:
		return g.asyncReply()
	case g.cfg.Lambda && (x.route.streams() || x.route == routeReady):
		return notOnLambda()
	case x.route == routeReady:
		return g.ready()
	default:
		return g.invoke(r, x)
	}
}
