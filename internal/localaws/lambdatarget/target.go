// Package lambdatarget is an Application Load Balancer with one Lambda function
// as its target, in one process on loopback: for tests, and for trying a
// function out without AWS. The function is its real executable, started as
// Lambda starts it and served with the Lambda Runtime API; what it gets are the
// events of a target group, what it answers goes back as HTTP.
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
	// Env is the function's environment. Nothing of the caller's is added,
	// only what Lambda itself sets: AWS_LAMBDA_FUNCTION_NAME and the like.
	Env map[string]string
	// MultiValueHeaders is the target group's attribute
	// lambda.multi_value_headers.enabled. Default: false, as on AWS.
	MultiValueHeaders bool
	// Log gets what the function prints, which Lambda writes to CloudWatch,
	// and why the load balancer answered 502 or 504. It is written from several
	// goroutines, one at a time. Default: nowhere.
	Log io.Writer
	// Timeout is the function's timeout. Default: 90 s.
	Timeout time.Duration
	// IdleTimeout is how long the load balancer waits for the function before
	// it answers 504. Default: 60 s, as on AWS.
	IdleTimeout time.Duration
}

const (
	defaultTimeout     = 90 * time.Second
	defaultIdleTimeout = 60 * time.Second
)

// Target is a load balancer with one function. It is an http.Handler. Where
// Lambda would start more environments for requests at the same time, here they
// wait for the one there is.
type Target struct {
	opts Options
	ctx  context.Context // ends when the target is closed
	stop context.CancelFunc

	turn        chan struct{} // holds one token: the right to use what follows
	environment *environment  // nil before the first start and after a failure
	invocations int

	requests atomic.Int64
}

// ErrTimeout is Invoke's when the function did not answer in its timeout.
var ErrTimeout = errors.New("the function timed out")

// ErrClosed is Invoke's after Close, or after Start's context ended.
var ErrClosed = errors.New("the target is closed")

// FunctionError is Invoke's when the function reported an error.
type FunctionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// Error implements error.
func (e *FunctionError) Error() string {
	return fmt.Sprintf("the function failed: %s: %s", e.Type, e.Message)
}

// Start starts the function and waits until it asks for its first event. It
// ends with ctx, or with Close. A function that does not come that far is an
// error with the last lines that it printed.
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

// Invoke has the function answer one event. As on AWS the function goes on when
// ctx ends first, and keeps its environment busy until it has answered. After a
// crash or a timeout the next invocation starts the function anew.
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

// run is Invoke for whoever holds the turn.
func (t *Target) run(event json.RawMessage) outcome {
	t.invocations++
	inv := &invocation{
		id:      fmt.Sprintf("00000000-0000-4000-8000-%012d", t.invocations),
		trace:   traceRoot(int64(t.invocations)) + ";Sampled=0",
		event:   event,
		outcome: make(chan outcome, 1),
	}
	// A function may end between two events, which is then nobody's error;
	// one that also ends right after a fresh start is broken.
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

// Close ends the function, also in the middle of an event, and waits until it
// is gone. It is safe to call more than once; requests after it get ErrClosed.
func (t *Target) Close() error {
	t.stop()
	<-t.turn // whoever holds it fails now that the context has ended
	defer func() { t.turn <- struct{}{} }()
	if t.environment != nil {
		t.environment.close()
		t.environment = nil
	}
	return nil
}

// lockedWriter lets several goroutines write to w.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
