// Command gateway signs requests for one SageMaker endpoint. Where Lambda
// starts it, it answers the events of an Application Load Balancer; elsewhere
// it is an HTTP server. The environment variables that it reads are described
// at gateway.Config.
package main

import (
	"context"
	"errors"
	"fmt"
	standardlog "log"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
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
	standardlog.SetFlags(0)
	standardlog.SetOutput(libraryLog{log})
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

// libraryLog logs what libraries write to Go's standard logger, without the bytes
// of an endpoint that net/http quotes there ("Unsolicited response … starting
// with").
type libraryLog struct{ log *slog.Logger }

// Write implements io.Writer.
func (l libraryLog) Write(line []byte) (int, error) {
	text, _, _ := strings.Cut(string(line), " starting with ")
	l.log.Warn("library", "error", strings.TrimSpace(text))
	return len(line), nil
}
