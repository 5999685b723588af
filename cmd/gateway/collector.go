//go:build !notraces

package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const (
	// traceScope is the instrumentation scope of every span.
	traceScope = "github.com/sagemaker-autoscaling-inference/cdk/gateway"
	// defaultServiceName is what traces call the gateway where neither
	// OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES does.
	defaultServiceName = "sagemaker-inference-gateway"

	// flushTimeout bounds sending the last spans after the last request: less than
	// the container's stop time-out leaves.
	flushTimeout = 3 * time.Second
	// An unreachable collector fails many times a second: one line a period is logged.
	warningPeriod = time.Minute
	longestError  = 512
)

// startTracer returns a tracer that sends its spans to a collector by OTLP over HTTP,
// in the background and in batches, configured by OpenTelemetry's own environment
// variables, which gateway.ConfigFromEnv validates. No request waits for the
// collector: spans that it does not accept in time are dropped, and log gets a
// warning at most once a minute. stop sends the remaining spans.
func startTracer(ctx context.Context, log *slog.Logger) (tracer trace.Tracer, stop func(), err error) {
	otel.SetErrorHandler(&warnings{log: log})
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("set up traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(semconv.ServiceName(defaultServiceName)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	stop = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			otel.Handle(fmt.Errorf("send the last spans: %w", err))
		}
	}
	return provider.Tracer(traceScope, trace.WithSchemaURL(semconv.SchemaURL)), stop, nil
}

// warnings logs OpenTelemetry's errors, at most one a period.
type warnings struct {
	log        *slog.Logger
	last       atomic.Int64 // as Unix nanoseconds
	suppressed atomic.Int64
}

// Handle implements otel.ErrorHandler.
func (w *warnings) Handle(err error) { w.report(time.Now(), err) }

func (w *warnings) report(at time.Time, err error) {
	now, last := at.UnixNano(), w.last.Load()
	if last != 0 && now-last < int64(warningPeriod) || !w.last.CompareAndSwap(last, now) {
		w.suppressed.Add(1)
		return
	}
	text := err.Error()
	w.log.Warn("traces", "error", text[:min(len(text), longestError)], "errors_not_logged_before", w.suppressed.Swap(0))
}
