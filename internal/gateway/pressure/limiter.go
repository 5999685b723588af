// Package pressure protects a gateway and its endpoint from overload: an adaptive
// concurrency limit, a short queue, a retry budget and a circuit breaker.
package pressure

import (
	"container/list"
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// The errors with which Acquire sheds a request.
var (
	ErrFull    = errors.New("the queue is full")
	ErrTimeout = errors.New("the time in the queue is over")
)

// Limits are the bounds of a Limiter.
type Limits struct {
	// Initial, Min and Max are concurrent requests: the limit at the start, and
	// the lowest and highest that it may become.
	Initial, Min, Max int
	// Queue is the most requests that may wait, QueueTimeout the longest wait.
	Queue        int
	QueueTimeout time.Duration
}

// Limiter bounds the concurrent requests. The bound adapts to what the endpoint
// serves, from the outcomes that Sample gets. It is safe for concurrent use.
type Limiter struct {
	limits Limits
	clock  func() time.Duration

	limit, inFlight, waiting atomic.Int64
	saturated                atomic.Bool
	succeeded, refused       atomic.Int64
	latency                  atomic.Int64 // nanoseconds, the sum over succeeded
	windowEnd                atomic.Int64 // on clock

	stepLock sync.Mutex
	control  control
	lastStep time.Duration // on clock

	queues       sync.Mutex
	high, normal list.List // of *waiter
	maxQueued    int64
}

// waiter is a request in the queue. err is valid once done is closed.
type waiter struct {
	done chan struct{}
	err  error
}

// NewLimiter returns a limiter within limits. clock returns monotonic time.
func NewLimiter(limits Limits, clock func() time.Duration) *Limiter {
	l := &Limiter{limits: limits, clock: clock}
	l.control = control{min: float64(limits.Min), max: float64(limits.Max), limit: float64(limits.Initial)}
	l.limit.Store(int64(limits.Initial))
	l.lastStep = clock()
	l.windowEnd.Store(int64(clock() + minWindow))
	return l
}

// Acquire waits until the request may be sent; Release ends it. The error is
// ErrFull, without a wait, ErrTimeout, or the cause of ctx's end. A request of high
// priority is served before all others, and in a full queue replaces the last one
// of normal priority, which gets ErrFull.
func (l *Limiter) Acquire(ctx context.Context, high bool) error {
	if l.waiting.Load() == 0 && l.tryAcquire() {
		return nil
	}
	w, err := l.enqueue(high)
	if w == nil {
		return err
	}
	timer := time.NewTimer(l.limits.QueueTimeout)
	defer timer.Stop()
	select {
	case <-w.done:
		return w.err
	case <-timer.C:
		err = ErrTimeout
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return l.cancel(w, err)
}

// Full reports whether a request of normal priority would be shed at once.
func (l *Limiter) Full() bool {
	return l.waiting.Load() >= int64(l.limits.Queue) && l.inFlight.Load() >= l.limit.Load()
}

// tryAcquire counts a request as in flight unless the limit is reached.
func (l *Limiter) tryAcquire() bool {
	limit := l.limit.Load()
	for {
		n := l.inFlight.Load()
		if n+1 > limit*4/5 && !l.saturated.Load() {
			l.saturated.Store(true)
		}
		if n >= limit {
			return false
		}
		if l.inFlight.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// enqueue puts a request into the queue. A nil waiter without an error means that
// the request may be sent already.
func (l *Limiter) enqueue(high bool) (*waiter, error) {
	l.queues.Lock()
	defer l.queues.Unlock()
	// waiting is raised before the limit is tried: a concurrent Release either
	// sees it and dispatches, or has lowered inFlight before the try.
	if n := l.waiting.Add(1); n == 1 && l.tryAcquire() {
		l.waiting.Add(-1)
		return nil, nil
	}
	if l.waiting.Load() > int64(l.limits.Queue) {
		l.waiting.Add(-1)
		last := l.normal.Back()
		if !high || last == nil {
			return nil, ErrFull
		}
		l.finish(&l.normal, last, ErrFull)
		l.waiting.Add(1)
	}
	w := &waiter{done: make(chan struct{})}
	if high {
		l.high.PushBack(w)
	} else {
		l.normal.PushBack(w)
	}
	l.maxQueued = max(l.maxQueued, l.waiting.Load())
	return w, nil
}

// cancel removes w from the queue and returns err, unless w was finished meanwhile:
// then it returns w's own result.
func (l *Limiter) cancel(w *waiter, err error) error {
	l.queues.Lock()
	defer l.queues.Unlock()
	select {
	case <-w.done:
		return w.err
	default:
	}
	for _, queue := range []*list.List{&l.high, &l.normal} {
		for e := queue.Front(); e != nil; e = e.Next() {
			if e.Value == w {
				l.finish(queue, e, err)
				return err
			}
		}
	}
	return err
}

// finish removes the waiter e from queue and wakes it with err.
func (l *Limiter) finish(queue *list.List, e *list.Element, err error) {
	w := queue.Remove(e).(*waiter)
	w.err = err
	close(w.done)
	l.waiting.Add(-1)
}

// dispatch wakes waiters as far as the limit allows, high priority first.
func (l *Limiter) dispatch() {
	l.queues.Lock()
	defer l.queues.Unlock()
	for {
		queue := &l.high
		if queue.Len() == 0 {
			queue = &l.normal
		}
		if queue.Len() == 0 || !l.tryAcquire() {
			return
		}
		l.finish(queue, queue.Front(), nil)
	}
}

// Outcome is what an attempt says about the endpoint's load.
type Outcome int

// Outcomes.
const (
	// Neutral says nothing about load: an error of the request itself, a client
	// that left.
	Neutral Outcome = iota
	// Succeeded says it by its latency.
	Succeeded
	// Refused says that the endpoint had no capacity, or did not answer in time.
	Refused
)

// Sample records the outcome of an attempt and, where it succeeded, its time to
// first byte.
func (l *Limiter) Sample(outcome Outcome, latency time.Duration) {
	switch outcome {
	case Succeeded:
		l.succeeded.Add(1)
		l.latency.Add(int64(latency))
	case Refused:
		l.refused.Add(1)
	case Neutral:
		return
	}
	if now := l.clock(); int64(now) >= l.windowEnd.Load() && l.succeeded.Load()+l.refused.Load() >= minSamples {
		l.step(now)
	}
}

// Release ends a request for which Acquire returned nil.
func (l *Limiter) Release() {
	l.inFlight.Add(-1)
	if l.waiting.Load() > 0 {
		l.dispatch()
	}
}

// step closes the window that has ended and sets the limit from it.
func (l *Limiter) step(now time.Duration) {
	if !l.stepLock.TryLock() {
		return // another goroutine does it
	}
	defer l.stepLock.Unlock()
	if int64(now) < l.windowEnd.Load() {
		return // another goroutine has done it
	}
	w := window{
		took:      now - l.lastStep,
		succeeded: l.succeeded.Swap(0), refused: l.refused.Swap(0), saturated: l.saturated.Swap(false),
	}
	if total := l.latency.Swap(0); w.succeeded > 0 {
		w.latency = time.Duration(total / w.succeeded)
	}
	l.lastStep = now
	before := l.limit.Load()
	l.control.step(w)
	after := int64(math.Round(l.control.limit))
	l.limit.Store(after)
	// A window lasts at least one latency, so that it shows this step's effect.
	l.windowEnd.Store(int64(now + max(minWindow, min(w.latency, time.Second))))
	if after > before && l.waiting.Load() > 0 {
		l.dispatch()
	}
}

// MaxQueued returns the longest that the queue was since the last call.
func (l *Limiter) MaxQueued() int64 {
	l.queues.Lock()
	defer l.queues.Unlock()
	most := max(l.maxQueued, l.waiting.Load())
	l.maxQueued = 0
	return most
}

// State is a snapshot of a Limiter.
type State struct{ Limit, InFlight, Queued int64 }

// State returns the current limit, requests in flight and requests queued.
func (l *Limiter) State() State {
	return State{Limit: l.limit.Load(), InFlight: l.inFlight.Load(), Queued: max(0, l.waiting.Load())}
}
