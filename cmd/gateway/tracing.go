//go:build !notraces

package main

import (
	"context"
	"log/slog"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
)

// OpenTelemetry is half of the program's size: the Lambda form is built without it, by
// the tag notraces.

// startTraces makes handler trace its requests; stop sends the remaining spans.
func startTraces(ctx context.Context, handler *gateway.Gateway, log *slog.Logger) (stop func(), err error) {
	tracer, stop, err := startTracer(ctx, log)
	if err != nil {
		return nil, err
	}
	handler.Trace(tracer)
	return stop, nil
}
