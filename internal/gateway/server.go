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
	// The load balancer has to close idle connections first: it answers 502 for a
	// request on a connection that the server has just closed (fact F30). Its own
	// time-out is at most 4000 s (fact F17).
	idleTimeout = 4001 * time.Second
	// A load balancer forwards at most 64 KiB of headers.
	maxHeaderBytes = 64 << 10
	// lameDuckTime is how long new connections are served after SIGTERM, so that
	// clients see that they are to go elsewhere; a quarter of DrainTimeout where that is
	// less.
	lameDuckTime = 5 * time.Second
)

// Serve answers HTTP/1.1 and HTTP/2, both without TLS, on listener until ctx ends.
// From then on each reply closes its connection and /ping answers 503. After
// lameDuckTime it takes no new requests. Requests in flight may finish within
// cfg.DrainTimeout of the end of ctx. It closes the listener. The error is nil where every request
// finished.
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
		// For reading, queueing, invoking and writing. A reply in several pieces gets
		// a deadline for each piece instead.
		WriteTimeout:   2*g.cfg.RequestTimeout + g.cfg.QueueTimeout + g.cfg.WriteTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
		ConnContext:    withConn,
		// OPTIONS * is answered 404 as every unknown path.
		DisableGeneralOptionsHandler: true,
	}
	g.memory.start(g.cfg.MaxHeldBytes + g.keptBytes())
	if g.cfg.Metrics {
		publishing, stop := context.WithCancel(context.WithoutCancel(ctx))
		var published sync.WaitGroup
		published.Go(func() { g.publish(publishing) })
		defer published.Wait()
		defer stop()
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(clientListener{listener, g}) }()
	g.log.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	g.log.Info("stopping", "deadline_s", g.cfg.DrainTimeout.Seconds())
	g.stopping.Store(true)
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.cfg.DrainTimeout)
	defer cancel()
	time.Sleep(min(lameDuckTime, g.cfg.DrainTimeout/4))
	if err := server.Shutdown(deadline); err != nil {
		_ = server.Close()
		return fmt.Errorf("requests were still under way after %s: %w", g.cfg.DrainTimeout, err)
	}
	g.log.Info("stopped")
	return nil
}
