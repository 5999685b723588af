package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// sampler allows the first lines of each second.
type sampler struct {
	second     atomic.Int64
	lines      atomic.Int64
	suppressed atomic.Int64 // since the last line
}

// allow reports whether a line may be written, and how many were left out before it.
func (s *sampler) allow(now time.Time, rate int64) (suppressed int64, ok bool) {
	if second := now.Unix(); s.second.Load() != second {
		s.second.Store(second)
		s.lines.Store(0)
	}
	if s.lines.Add(1) > rate {
		s.suppressed.Add(1)
		return 0, false
	}
	return s.suppressed.Swap(0), true
}

// logRequest counts a request that has ended, and writes its line. Values that
// clients choose are truncated; JSON quotes them.
func (g *Gateway) logRequest(r *http.Request, x *exchange, out *reply) {
	now := time.Now()
	took := now.Sub(x.start)
	if x.invokes {
		g.metrics.arrived.Add(1)
		if x.degraded != notDegraded {
			g.metrics.degraded[x.degraded].Add(1)
		}
		if out.shed {
			g.metrics.shed.Add(1)
			g.metrics.shedBy[x.class].Add(1)
		} else {
			g.metrics.outcomes[outcomeOf(out)].Add(1)
			g.metrics.latency.add(took)
		}
	}
	level := slog.LevelInfo
	switch {
	case out.status >= 500 && !out.shed:
		level = slog.LevelError
	case x.invokes && outcomeOf(out) == throttled:
		level = slog.LevelWarn
	case (x.route == routePing || x.route == routeReady) && out.status == http.StatusOK:
		level = slog.LevelDebug
	}
	if !g.log.Enabled(r.Context(), level) {
		return
	}
	var suppressed int64
	if !g.cfg.Lambda {
		sampler := &g.samples
		if out.status >= 400 {
			sampler = &g.errorSamples // successes must not use up the errors' share
		}
		var ok bool
		if suppressed, ok = sampler.allow(now, int64(g.cfg.LogRate)); !ok {
			return
		}
	}
	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs,
		slog.String("method", truncate(r.Method)),
		slog.String("route", string(x.route)),
		slog.Int("status", out.status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.Int("request_bytes", x.requestBytes),
		slog.Int64("response_bytes", x.sentBytes),
	)
	optional := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, truncate(value)))
		}
	}
	optional("inference_id", r.Header.Get(headerInferenceID))
	if x.requestID == "" {
		optional("sagemaker_request_id", out.header.Get(headerRequestID))
	}
	optional("request_id", x.requestID)
	optional("traceparent", x.traceParent(r))
	optional("trace_id", r.Header.Get(headerAmznTrace))
	optional("code", out.code)
	if x.attempts > 1 {
		attrs = append(attrs, slog.Int("attempts", x.attempts))
	}
	if x.waited > time.Millisecond {
		attrs = append(attrs, slog.Float64("queued_ms", float64(x.waited.Microseconds())/1000))
	}
	if out.shed {
		attrs = append(attrs, slog.Bool("shed", true))
	}
	optional("degraded", degradationNames[x.degraded])
	if x.invokes && g.cfg.prioritizes() {
		attrs = append(attrs, slog.String("priority", x.class.String()))
	}
	if suppressed > 0 {
		attrs = append(attrs, slog.Int64("requests_not_logged_before", suppressed))
	}
	if out.cause != nil && !errors.Is(out.cause, context.Canceled) {
		attrs = append(attrs, slog.String("error", out.cause.Error()))
	}
	g.log.LogAttrs(r.Context(), level, "request", attrs...)
}

func truncate(s string) string {
	const longest = 128
	if len(s) > longest {
		return s[:longest]
	}
	return s
}
