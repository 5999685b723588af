// Package lambdatarget is an Application Load Balancer with one Lambda function as
// its target, on loopback: for tests, and for running a function without AWS. The
// function is its real executable, started as Lambda starts it and connected to a
// Lambda Runtime API. It receives the events of a target group, and its responses
// become HTTP.
package lambdatarget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Options describe the function and how the load balancer calls it.
type Options struct {
	// Binary is the function's executable, a custom runtime's bootstrap.
	Binary string
	// Env is the function's environment, to which only the variables are added that
	// Lambda sets, such as AWS_LAMBDA_FUNCTION_NAME.
	Env map[string]string
	// MultiValueHeaders is the target group's attribute
	// lambda.multi_value_headers.enabled. Default: false, as on AWS.
	MultiValueHeaders bool
	// Log gets what the function prints, and why the load balancer responded 502 or
	// 504. Several goroutines write to it, one at a time. Default: nowhere.
	Log io.Writer
	// Timeout is the function's timeout. Default: 90 s.
	Timeout time.Duration
	// IdleTimeout is how long the load balancer waits for the function before it
	// responds 504. Default: 60 s, as on AWS.
	IdleTimeout time.Duration
}

const (
	defaultTimeout     = 90 * time.Second
	defaultIdleTimeout = 60 * time.Second
)

// Target is an http.Handler: a load balancer with one function. Concurrent requests
// wait for the one execution environment; Lambda would start more.
type Target struct {
	opts Options
	ctx  context.Context // ends when the target is closed
	stop context.CancelFunc

	turn        chan struct{} // holds one token, the right to use environment
	environment *environment  // nil before the first start and after a failure
	invocations int

	requests atomic.Int64
}

// ErrTimeout is returned by Invoke when the function exceeds its timeout.
var ErrTimeout = errors.New("the function timed out")

// ErrClosed is returned by Invoke after Close, or after Start's context ended.
var ErrClosed = errors.New("the target is closed")

// FunctionError is returned by Invoke when the function reports an error.
type FunctionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// Error implements error.
func (e *FunctionError) Error() string {
	return fmt.Sprintf("the function failed: %s: %s", e.Type, e.Message)
}

// Start starts the function and waits until it requests its first event. It ends
// with ctx, or with Close. The error of a function that fails before that quotes its
// last lines.
func Start(ctx context.Context, opts Options) (*Target, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	if opts.Timeout == 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.IdleTimeout == 0 {
		opts.IdleTimeout = defaultIdleTimeout
	}
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	opts.Log = &lockedWriter{w: opts.Log}
	lifetime, stop := context.WithCancel(ctx)
	t := &Target{opts: opts, ctx: lifetime, stop: stop, turn: make(chan struct{}, 1)}
	environment, err := startEnvironment(lifetime, opts)
	if err != nil {
		stop()
		return nil, err
	}
	t.environment = environment
	t.turn <- struct{}{}
	context.AfterFunc(lifetime, func() { _ = t.Close() })
	return t, nil
}

func (o Options) validate() error {
	var problems problem.List
	if o.Binary == "" {
		problems.Add("Binary", nil, "is required", "give the path of the function's executable")
	} else if !filepath.IsAbs(o.Binary) {
		problems.Add("Binary", o.Binary, "must be an absolute path", "use filepath.Abs")
	}
	if o.Timeout < 0 {
		problems.Add("Timeout", o.Timeout, "must not be negative", "leave it out for 90 s")
	}
	if o.IdleTimeout < 0 {
		problems.Add("IdleTimeout", o.IdleTimeout, "must not be negative", "leave it out for 60 s")
	}
	return problems.Err()
}

// Invoke sends the function one event and returns its response. As on AWS the
// function continues when ctx ends first, and its environment is busy until it
// responds. After a crash or a timeout the next invocation starts a new environment.
func (t *Target) Invoke(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	select {
	case <-t.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.ctx.Done():
		return nil, ErrClosed
	}
	answered := make(chan outcome, 1)
	go func() {
		defer func() { t.turn <- struct{}{} }()
		answered <- t.run(event)
	}()
	select {
	case out := <-answered:
		return out.answer, out.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run is Invoke for the holder of the turn.
func (t *Target) run(event json.RawMessage) outcome {
	t.invocations++
	inv := &invocation{
		id:      fmt.Sprintf("00000000-0000-4000-8000-%012d", t.invocations),
		trace:   traceRoot(int64(t.invocations)) + ";Sampled=0",
		event:   event,
		outcome: make(chan outcome, 1),
	}
	// A function may exit between two events: the event then goes to a new
	// environment. Where that exits too, it is an error.
	for attempt := 0; ; attempt++ {
		if t.environment == nil && t.ctx.Err() == nil {
			environment, err := startEnvironment(t.ctx, t.opts)
			if err != nil && t.ctx.Err() == nil {
				return outcome{err: err}
			}
			t.environment = environment
		}
		if t.ctx.Err() != nil {
			return outcome{err: ErrClosed}
		}
		out, taken := t.environment.invoke(t.ctx, inv, t.opts.Timeout)
		if out.broken {
			t.environment.close()
			t.environment = nil
		}
		if taken || attempt > 0 {
			return out
		}
	}
}

// Close kills the function, in the middle of an event too, and waits for its end.
// It may be called more than once; later requests get ErrClosed.
func (t *Target) Close() error {
	t.stop()
	<-t.turn // its holder fails: the context has ended
	defer func() { t.turn <- struct{}{} }()
	if t.environment != nil {
		t.environment.close()
		t.environment = nil
	}
	return nil
}

// lockedWriter is safe for concurrent use.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
