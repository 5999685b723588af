package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	readHeaderTimeout = 10 * time.Second
	// A load balancer must always be the one that closes an idle connection,
	// else it sends requests into one that the server has just closed, and its
	// clients see 502 (fact F30). It can be told to wait up to 4000 s (fact
	// F17): one second more holds for every setting.
	idleTimeout = 4001 * time.Second
	// A load balancer itself passes at most 64 KiB of headers.
	maxHeaderBytes = 64 << 10
	// Beyond the call to SageMaker: to write its reply.
	writeMargin = 10 * time.Second
)

// Serve answers HTTP on listener until ctx ends, then takes no new requests and
// lets those under way finish, for cfg.RequestTimeout and 10 seconds: give the
// container as long before it is killed. It closes the listener. The error is
// nil when every request was finished.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, cfg Config, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       cfg.RequestTimeout,
		WriteTimeout:      2*cfg.RequestTimeout + writeMargin, // reading, invoking, writing
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		// OPTIONS * is as unknown a path as any.
		DisableGeneralOptionsHandler: true,
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	log.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	patience := cfg.RequestTimeout + writeMargin
	log.Info("stopping", "deadline_s", patience.Seconds())
	// Not of ctx, which has ended: that is why the server stops.
	deadline, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		_ = server.Close()
		return fmt.Errorf("requests were still under way after %s: %w", patience, err)
	}
	log.Info("stopped")
	return nil
}
