//go:build !notraces

package main

import (
	"context"
	"log/slog"

	"github.com/sagemaker-autoscaling-inference/cdk/gateway"
	"github.com/sagemaker-autoscaling-inference/cdk/gateway/tracing"
)

// startTraces has handler trace its requests; stop sends the last of them.
func startTraces(ctx context.Context, handler *gateway.Gateway, log *slog.Logger) (stop func(), err error) {
	tracer, stop, err := tracing.Start(ctx, log)
	if err != nil {
		return nil, err
	}
	handler.Trace(tracer)
	return stop, nil
}
