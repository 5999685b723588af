package lambdatarget

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/process"
)

// initTimeout is Lambda's limit of the init phase.
const initTimeout = 10 * time.Second

// environment is an execution environment: a process of the function and its Lambda
// Runtime API.
type environment struct {
	process *process.Process
	api     *http.Server
	served  chan struct{} // closed when api has stopped

	ready  chan struct{}    // closed when the function first requests an event
	events chan *invocation // to the function's next request

	mu      sync.Mutex
	asked   bool
	current *invocation // the function's, until it responds
	initErr error       // reported by the function
}

// invocation is one event for the function.
type invocation struct {
	id       string
	trace    string
	event    json.RawMessage
	deadline time.Time
	outcome  chan outcome // holds one
}

// outcome is how an invocation ended.
type outcome struct {
	answer json.RawMessage
	err    error
	broken bool // the environment cannot be used again
}

// startEnvironment returns once the function is ready for its first event.
func startEnvironment(ctx context.Context, opts Options) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the Lambda Runtime API: %w", err)
	}
	e := &environment{
		served: make(chan struct{}),
		ready:  make(chan struct{}),
		events: make(chan *invocation),
	}
	e.api = &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: initTimeout}
	go func() {
		defer close(e.served)
		_ = e.api.Serve(listener) // ends with close
	}()
	e.process, err = startProcess(ctx, opts, listener.Addr().String())
	if err != nil {
		_ = e.api.Close()
		<-e.served
		return nil, err
	}
	timer := time.NewTimer(initTimeout)
	defer timer.Stop()
	select {
	case <-e.ready:
		return e, nil
	case <-e.process.Exited():
		err = e.process.ExitError("before it asked for an event")
		if reported := e.initError(); reported != nil {
			err = fmt.Errorf("%w\n%w", reported, err)
		}
	case <-timer.C:
		err = fmt.Errorf("the function did not ask for an event within %s%s", initTimeout, e.process.LastLines())
	case <-ctx.Done():
		err = fmt.Errorf("%w before the function asked for an event%s", ctx.Err(), e.process.LastLines())
	}
	e.close()
	return nil, err
}

// invoke has the function process inv. Where taken is false the function did not
// receive it, and another environment may.
func (e *environment) invoke(ctx context.Context, inv *invocation, timeout time.Duration) (out outcome, taken bool) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	inv.deadline = time.Now().Add(timeout)
	select {
	case e.events <- inv:
	case <-e.process.Exited():
		return outcome{err: e.process.ExitError("between two events"), broken: true}, false
	case <-timer.C:
		err := fmt.Errorf("%w: after its last answer it did not ask for another event", ErrTimeout)
		return outcome{err: err, broken: true}, false
	case <-ctx.Done():
		return outcome{err: ErrClosed, broken: true}, false
	}
	select {
	case out := <-inv.outcome:
		return out, true
	case <-e.process.Exited():
		select {
		case out := <-inv.outcome: // it responded, and then exited
			out.broken = true
			return out, true
		default:
			return outcome{err: e.process.ExitError("while it worked on an event"), broken: true}, true
		}
	case <-timer.C:
		return outcome{err: fmt.Errorf("%w of %s", ErrTimeout, timeout), broken: true}, true
	case <-ctx.Done():
		return outcome{err: ErrClosed, broken: true}, true
	}
}

// close ends the process and the API, and waits for both.
func (e *environment) close() {
	if e.process != nil {
		e.process.Kill()
		<-e.process.Exited()
	}
	_ = e.api.Close()
	<-e.served
}

func (e *environment) initError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.initErr
}
