// Package tasktarget is an Application Load Balancer with one task of an Amazon
// ECS service as its target, in one process on loopback: for tests, and for
// trying a service out without AWS. The task is its container's program, started
// with the container's environment and ended as ECS ends it.
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
	// Env is the container's environment. LISTEN_ADDRESS is another one here: a
	// free port of 127.0.0.1, which the program says in a line of JSON on its
	// output, {"msg":"listening","address":"127.0.0.1:40123"}.
	Env map[string]string
	// HealthCheckPath is the target group's: the task takes requests once it
	// answers 200 there. Default: /.
	HealthCheckPath string
	// StopTimeout is how long the task may go on after SIGTERM before it is
	// killed. Default: 30 s, as on AWS.
	StopTimeout time.Duration
	// IdleTimeout is how long the load balancer waits for an answer to begin
	// before it answers 504. Default: 60 s, as on AWS.
	IdleTimeout time.Duration
	// Log gets what the task prints. Default: nowhere.
	Log io.Writer
}

const (
	defaultStopTimeout = 30 * time.Second
	defaultIdleTimeout = 60 * time.Second
	// healthyTimeout is how long a task may take until it is healthy.
	healthyTimeout = 30 * time.Second
)

// Target is a load balancer with one task. It is an http.Handler that passes
// each piece of an answer on as it comes.
type Target struct {
	balancer    *httputil.ReverseProxy
	connections *http.Transport
	process     *process.Process
	stopTimeout time.Duration
	closed      sync.Once
	failed      error // how the task ended, once closed
}

// Start starts the task and waits until it is healthy. It ends with ctx, or with
// Close. A task that does not come that far is an error with the last lines that
// it printed.
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

// wait returns where the task listens.
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

// waitHealthy returns once the target group would call the task healthy.
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

// ServeHTTP sends the request to the task and its answer to the client.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Or an answer that begins while the request is being sent would end that,
	// and with it the connection: net/http's server then takes the rest for itself.
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 always is
	t.balancer.ServeHTTP(w, r)
}

// loadBalancer passes requests on to address, with the headers that a load
// balancer adds.
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

// Close ends the task as ECS does: SIGTERM, and after the stop timeout the end.
// It is an error if the task had ended before by itself, does not end in time, or
// ends with another status than 0. It is safe to call more than once.
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

// announcement passes a task's output on until and after it says where it listens.
type announcement struct {
	to      io.Writer
	partial []byte
	said    bool
	address chan string // holds one
}

func newAnnouncement(to io.Writer) *announcement {
	return &announcement{to: to, address: make(chan string, 1)}
}

// Write implements io.Writer for the task's output.
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
