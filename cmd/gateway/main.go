// Command gateway signs requests for one SageMaker endpoint. Where Lambda
// starts it, it answers the events of an Application Load Balancer; elsewhere
// it is an HTTP server. The environment variables that it reads are described
// at gateway.Config.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"
	// An image from scratch has no root certificates.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "gateway: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	cfg, cfgErr := gateway.ConfigFromEnv(os.LookupEnv)
	endpoint, awsErr := gateway.NewEndpoint(context.Background())
	if err := errors.Join(cfgErr, awsErr); err != nil {
		return fmt.Errorf("cannot start\n%w", err)
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	handler := gateway.New(cfg, endpoint, log)
	if cfg.Lambda {
		lambda.Start(handler) // returns only by ending the process
		return nil
	}

	// The first signal drains; a second one ends the process as usual.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop)
	if cfg.Traces {
		stopTraces, err := startTraces(context.Background(), handler, log)
		if err != nil {
			return fmt.Errorf("cannot start\n%w", err)
		}
		defer stopTraces()
	}
	listener, err := net.Listen("tcp", cfg.ListenAddress)
	if err != nil {
		return fmt.Errorf("LISTEN_ADDRESS: %w", err)
	}
	return handler.Serve(ctx, listener)
}
