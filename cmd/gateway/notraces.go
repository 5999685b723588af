//go:build notraces

package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
)

// startTraces returns an error: the program for Lambda is built without traces.
func startTraces(context.Context, *gateway.Gateway, *slog.Logger) (stop func(), err error) {
	return nil, errors.New("OTEL_EXPORTER_OTLP_ENDPOINT: the program is built with the tag notraces; " +
		"build it without, or leave the variable out")
}
