// Package tasktarget is an Application Load Balancer with one task of an Amazon ECS
// service as its target, on loopback: for tests, and for running a service without
// AWS. The task is its container's program, started with the container's environment
// and ended as ECS ends it.
package tasktarget

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/process"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Options describe the task and how the load balancer calls it.
type Options struct {
	// Binary is the program of the task's container.
	Binary string
	// Env is the container's environment. LISTEN_ADDRESS is replaced by a free port of
	// 127.0.0.1, which the program must print in a line of JSON,
	// {"msg":"listening","address":"127.0.0.1:40123"}.
	Env map[string]string
	// HealthCheckPath is the target group's: the task gets requests once it responds
	// 200 there. Default: /.
	HealthCheckPath string
	// StopTimeout is the time between SIGTERM and SIGKILL. Default: 30 s, as on AWS.
	StopTimeout time.Duration
	// IdleTimeout is how long the load balancer waits for a response to begin before
	// it responds 504. Default: 60 s, as on AWS.
	IdleTimeout time.Duration
	// Log gets what the task prints. Default: nowhere.
	Log io.Writer
}

const (
	defaultStopTimeout = 30 * time.Second
	defaultIdleTimeout = 60 * time.Second
	// healthyTimeout is the most time that a task may take until it is healthy.
	healthyTimeout = 30 * time.Second
)

// Target is an http.Handler: a load balancer with one task. It passes each part of a
// response on at once.
type Target struct {
	balancer    *httputil.ReverseProxy
	connections *http.Transport
	process     *process.Process
	stopTimeout time.Duration
	closed      sync.Once
	failed      error // how the task ended, once closed
}

// Start starts the task and waits until it is healthy. It ends with ctx, or with
// Close. The error of a task that does not become healthy quotes its last lines.
func Start(ctx context.Context, opts Options) (*Target, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	listening := newAnnouncement(opts.Log)
	env := maps.Clone(opts.Env)
	if env == nil {
		env = map[string]string{}
	}
	env["LISTEN_ADDRESS"] = "127.0.0.1:0"
	p, err := process.Start(ctx, process.Options{Name: "the task", Binary: opts.Binary, Env: env, Log: listening})
	if err != nil {
		return nil, err
	}
	t := &Target{
		connections: &http.Transport{ResponseHeaderTimeout: opts.IdleTimeout, DisableCompression: true},
		process:     p, stopTimeout: opts.StopTimeout,
	}
	healthy, cancel := context.WithTimeout(ctx, healthyTimeout)
	defer cancel()
	address, err := t.wait(healthy, listening.address)
	if err == nil {
		t.balancer = loadBalancer(address, t.connections)
		err = t.waitHealthy(healthy, "http://"+address+opts.HealthCheckPath)
	}
	if err != nil {
		p.Kill()
		<-p.Exited()
		return nil, err
	}
	return t, nil
}

func (o Options) validate() error {
	var problems problem.List
	if o.Binary == "" {
		problems.Add("Binary", nil, "is required", "give the path of the container's program")
	} else if !filepath.IsAbs(o.Binary) {
		problems.Add("Binary", o.Binary, "must be an absolute path", "use filepath.Abs")
	}
	if o.HealthCheckPath != "" && o.HealthCheckPath[0] != '/' {
		problems.Add("HealthCheckPath", o.HealthCheckPath, "must begin with /", "such as /ping")
	}
	if o.StopTimeout < 0 {
		problems.Add("StopTimeout", o.StopTimeout, "must not be negative", "leave it out for 30 s")
	}
	if o.IdleTimeout < 0 {
		problems.Add("IdleTimeout", o.IdleTimeout, "must not be negative", "leave it out for 60 s")
	}
	return problems.Err()
}

func (o Options) withDefaults() Options {
	if o.HealthCheckPath == "" {
		o.HealthCheckPath = "/"
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = defaultStopTimeout
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = defaultIdleTimeout
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	return o
}

// wait returns the address on which the task listens.
func (t *Target) wait(ctx context.Context, address <-chan string) (string, error) {
	select {
	case a := <-address:
		return a, nil
	case <-t.process.Exited():
		return "", t.process.ExitError("before it listened")
	case <-ctx.Done():
		return "", fmt.Errorf("the task does not listen: %w%s", ctx.Err(), t.process.LastLines())
	}
}

// waitHealthy waits until the health check succeeds.
func (t *Target) waitHealthy(ctx context.Context, check string) error {
	for {
		status, err := get(ctx, check)
		if status == http.StatusOK {
			return nil
		}
		said := fmt.Sprint(status)
		if err != nil {
			said = err.Error()
		}
		select {
		case <-t.process.Exited():
			return t.process.ExitError("before it was healthy")
		case <-ctx.Done():
			return fmt.Errorf("the task is not healthy: %s answers %s%s", check, said, t.process.LastLines())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, target string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// ServeHTTP sends the request to the task and its response to the client.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Without full duplex, net/http's server consumes the rest of the request when the
	// response begins, and the connection to the task ends.
	_ = http.NewResponseController(w).EnableFullDuplex() // fails for HTTP/2, which is full duplex
	t.balancer.ServeHTTP(w, r)
}

// loadBalancer sends requests to address with the headers that a load balancer adds.
func loadBalancer(address string, connections http.RoundTripper) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		Transport:     connections,
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := http.StatusBadGateway
			var late interface{ Timeout() bool }
			if errors.As(err, &late) && late.Timeout() {
				status = http.StatusGatewayTimeout
			}
			w.Header().Set("Server", "awselb/2.0")
			w.WriteHeader(status)
		},
	}
}

// Close ends the task as ECS does: by SIGTERM, and after the stop timeout by SIGKILL.
// It returns an error if the task had ended by itself, had to be killed, or ended
// with a status other than 0. It may be called more than once.
func (t *Target) Close() error {
	t.closed.Do(func() {
		t.connections.CloseIdleConnections()
		select {
		case <-t.process.Exited():
			t.failed = t.process.ExitError("by itself")
			return
		default:
		}
		t.process.Terminate()
		select {
		case <-t.process.Exited():
			if t.process.Err() != nil {
				t.failed = t.process.ExitError("when it was asked to")
			}
		case <-time.After(t.stopTimeout):
			t.process.Kill()
			<-t.process.Exited()
			t.failed = fmt.Errorf("the task did not end within %s of SIGTERM%s", t.stopTimeout, t.process.LastLines())
		}
	})
	return t.failed
}

// announcement copies a task's output and finds the line with its address in it.
type announcement struct {
	to      io.Writer
	partial []byte
	said    bool
	address chan string // holds one
}

func newAnnouncement(to io.Writer) *announcement {
	return &announcement{to: to, address: make(chan string, 1)}
}

// Write copies p and looks for the address in complete lines.
func (a *announcement) Write(p []byte) (int, error) {
	if !a.said {
		a.partial = append(a.partial, p...)
		for !a.said {
			line, rest, whole := bytes.Cut(a.partial, []byte("\n"))
			if !whole {
				break
			}
			var says struct{ Msg, Address string }
			if json.Unmarshal(line, &says) == nil && says.Msg == "listening" && says.Address != "" {
				a.said = true
				a.address <- says.Address
			}
			a.partial = rest
		}
	}
	return a.to.Write(p)
}
