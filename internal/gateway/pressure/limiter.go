// Package pressure keeps a gateway and its endpoint standing under more load
// than they can serve: a limit on requests at a time that follows the endpoint,
// a short queue, a budget for retries, and a breaker.
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

// The errors of Acquire: the request is shed.
var (
	ErrFull    = errors.New("the queue is full")
	ErrTimeout = errors.New("the time in the queue is over")
)

// Limits are what a Limiter moves in.
type Limits struct {
	// Initial, Min and Max are requests at a time.
	Initial, Min, Max int
	// Queue is how many requests may wait, and QueueTimeout how long one may.
	Queue        int
	QueueTimeout time.Duration
}

// Limiter bounds the requests that are under way at a time. The bound follows
// what the endpoint serves, by what Release tells of each request.
type Limiter struct {
	limits Limits
	clock  func() time.Duration

	limit, inFlight, waiting atomic.Int64
	pressed                  atomic.Bool
	succeeded, refused       atomic.Int64
	latency                  atomic.Int64 // nanoseconds of all that succeeded
	windowEnd                atomic.Int64 // by clock

	stepping sync.Mutex
	control  control
	stepped  time.Duration // when, by clock

	queues       sync.Mutex
	high, normal list.List // of *waiter
	mostQueued   int64
}

// waiter is a request in the queue. err is to be read once ready is closed.
type waiter struct {
	ready chan struct{}
	err   error
}

// NewLimiter returns a limiter within limits. clock is monotonic time.
func NewLimiter(limits Limits, clock func() time.Duration) *Limiter {
	l := &Limiter{limits: limits, clock: clock}
	l.control = control{min: float64(limits.Min), max: float64(limits.Max), limit: float64(limits.Initial)}
	l.limit.Store(int64(limits.Initial))
	l.stepped = clock()
	l.windowEnd.Store(int64(clock() + shortestWindow))
	return l
}

// Acquire waits for a place and takes it, to be given back with Release. The
// error is ErrFull, at once, ErrTimeout, or the cause of ctx's end. A high
// request goes before all others, and takes a waiting one's place in a full
// queue.
func (l *Limiter) Acquire(ctx context.Context, high bool) error {
	if l.waiting.Load() == 0 && l.take() {
		return nil
	}
	w, err := l.enqueue(high)
	if w == nil {
		return err
	}
	timer := time.NewTimer(l.limits.QueueTimeout)
	defer timer.Stop()
	select {
	case <-w.ready:
		return w.err
	case <-timer.C:
		err = ErrTimeout
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return l.leave(w, err)
}

// Full reports whether a request that is not high would be shed at once.
func (l *Limiter) Full() bool {
	return l.waiting.Load() >= int64(l.limits.Queue) && l.inFlight.Load() >= l.limit.Load()
}

func (l *Limiter) take() bool {
	limit := l.limit.Load()
	for {
		n := l.inFlight.Load()
		if n+1 > limit*4/5 && !l.pressed.Load() {
			l.pressed.Store(true)
		}
		if n >= limit {
			return false
		}
		if l.inFlight.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// enqueue returns the place in the queue; nil with no error is a place under way.
func (l *Limiter) enqueue(high bool) (*waiter, error) {
	l.queues.Lock()
	defer l.queues.Unlock()
	// Announced first and tried then: whoever gives a place back either sees
	// the announcement or has given it before the try.
	if n := l.waiting.Add(1); n == 1 && l.take() {
		l.waiting.Add(-1)
		return nil, nil
	}
	if l.waiting.Load() > int64(l.limits.Queue) {
		l.waiting.Add(-1)
		last := l.normal.Back()
		if !high || last == nil {
			return nil, ErrFull
		}
		l.end(&l.normal, last, ErrFull)
		l.waiting.Add(1)
	}
	w := &waiter{ready: make(chan struct{})}
	if high {
		l.high.PushBack(w)
	} else {
		l.normal.PushBack(w)
	}
	l.mostQueued = max(l.mostQueued, l.waiting.Load())
	return w, nil
}

// leave takes w out of the queue, unless it has got its answer in the meantime.
func (l *Limiter) leave(w *waiter, err error) error {
	l.queues.Lock()
	defer l.queues.Unlock()
	select {
	case <-w.ready:
		return w.err
	default:
	}
	for _, queue := range []*list.List{&l.high, &l.normal} {
		for e := queue.Front(); e != nil; e = e.Next() {
			if e.Value == w {
				l.end(queue, e, err)
				return err
			}
		}
	}
	return err
}

// end answers the waiter e of queue.
func (l *Limiter) end(queue *list.List, e *list.Element, err error) {
	w := queue.Remove(e).(*waiter)
	w.err = err
	close(w.ready)
	l.waiting.Add(-1)
}

// dispatch gives places that are free to those who wait.
func (l *Limiter) dispatch() {
	l.queues.Lock()
	defer l.queues.Unlock()
	for {
		queue := &l.high
		if queue.Len() == 0 {
			queue = &l.normal
		}
		if queue.Len() == 0 || !l.take() {
			return
		}
		l.end(queue, queue.Front(), nil)
	}
}

// Outcome is what a request says about the endpoint's load.
type Outcome int

// Outcomes.
const (
	// Silent says nothing: an error of the request itself, a client that left.
	Silent Outcome = iota
	// Succeeded says by its latency.
	Succeeded
	// Refused says that there was no room, or no answer in time.
	Refused
)

// Sample tells how one attempt went: of a success also the time to its first
// byte.
func (l *Limiter) Sample(outcome Outcome, latency time.Duration) {
	switch outcome {
	case Succeeded:
		l.succeeded.Add(1)
		l.latency.Add(int64(latency))
	case Refused:
		l.refused.Add(1)
	case Silent:
		return
	}
	if now := l.clock(); int64(now) >= l.windowEnd.Load() && l.succeeded.Load()+l.refused.Load() >= fewestSamples {
		l.step(now)
	}
}

// Release gives a place back.
func (l *Limiter) Release() {
	l.inFlight.Add(-1)
	if l.waiting.Load() > 0 {
		l.dispatch()
	}
}

func (l *Limiter) step(now time.Duration) {
	if !l.stepping.TryLock() {
		return // somebody is at it
	}
	defer l.stepping.Unlock()
	if int64(now) < l.windowEnd.Load() {
		return // somebody was faster
	}
	w := window{took: now - l.stepped, succeeded: l.succeeded.Swap(0), refused: l.refused.Swap(0), pressed: l.pressed.Swap(false)}
	if total := l.latency.Swap(0); w.succeeded > 0 {
		w.latency = time.Duration(total / w.succeeded)
	}
	l.stepped = now
	before := l.limit.Load()
	l.control.step(w)
	after := int64(math.Round(l.control.limit))
	l.limit.Store(after)
	// The next window is to see what this step has changed.
	l.windowEnd.Store(int64(now + max(shortestWindow, min(w.latency, time.Second))))
	if after > before && l.waiting.Load() > 0 {
		l.dispatch()
	}
}

// MostQueued returns the most that waited at a time since it was last asked.
func (l *Limiter) MostQueued() int64 {
	l.queues.Lock()
	defer l.queues.Unlock()
	most := max(l.mostQueued, l.waiting.Load())
	l.mostQueued = 0
	return most
}

// State is how a limiter stands.
type State struct{ Limit, InFlight, Queued int64 }

// State returns how the limiter stands.
func (l *Limiter) State() State {
	return State{Limit: l.limit.Load(), InFlight: l.inFlight.Load(), Queued: max(0, l.waiting.Load())}
}
