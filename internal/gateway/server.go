package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
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
)

// Serve answers HTTP/1.1 and HTTP/2, both without TLS, on listener until ctx
// ends; then it takes no new requests and lets those under way finish within
// cfg.DrainTimeout. It closes the listener. The error is nil when every request
// was finished.
func (g *Gateway) Serve(ctx context.Context, listener net.Listener) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:           g,
		Protocols:         &protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 1000},
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       g.cfg.RequestTimeout,
		// Reading, waiting, invoking, writing. A reply in several pieces has a
		// deadline for each.
		WriteTimeout:   2*g.cfg.RequestTimeout + g.cfg.QueueTimeout + g.cfg.WriteTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
		// OPTIONS * is as unknown a path as any.
		DisableGeneralOptionsHandler: true,
	}
	if g.cfg.Metrics {
		publishing, stop := context.WithCancel(context.WithoutCancel(ctx))
		var published sync.WaitGroup
		published.Go(func() { g.publish(publishing) })
		defer published.Wait()
		defer stop()
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	g.log.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	g.log.Info("stopping", "deadline_s", g.cfg.DrainTimeout.Seconds())
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.cfg.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		_ = server.Close()
		return fmt.Errorf("requests were still under way after %s: %w", g.cfg.DrainTimeout, err)
	}
	g.log.Info("stopped")
	return nil
}
