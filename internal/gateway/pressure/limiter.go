// Package pressure protects a gateway and its endpoint from overload: an adaptive
// concurrency limit, a short queue, a retry budget and a circuit breaker.
package pressure

import (
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
	// Shares are what the classes are guaranteed.
	Shares Shares
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

	queues    sync.Mutex
	classes   [Classes]classQueue
	lengths   [Classes]atomic.Int64 // of classes
	credit    [Classes]int          // hundredths of a place, by limits.Shares
	maxQueued int64
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
// ErrFull, without a wait, ErrTimeout, or the cause of ctx's end. Waiting requests are
// served by class, the most important first, but for the guaranteed shares; within a
// class clients take turns. client tells them apart, 0 for all alike. In a full queue a
// request may take the place of another one, which gets ErrFull: see victim.
func (l *Limiter) Acquire(ctx context.Context, class Class, client uint64) error {
	if l.TryAcquire() {
		return nil
	}
	w, err := l.enqueue(class, client)
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

// TryAcquire reports whether the request may be sent at once; Release ends it then.
func (l *Limiter) TryAcquire() bool { return l.waiting.Load() == 0 && l.tryAcquire() }

// Full reports whether such a request would be shed at once.
func (l *Limiter) Full(class Class, client uint64) bool {
	if l.waiting.Load() < int64(l.limits.Queue) || l.inFlight.Load() < l.limit.Load() {
		return false
	}
	if client == 0 { // the lengths decide, which takes no lock
		_, found := l.victimClass(class)
		return !found
	}
	l.queues.Lock()
	defer l.queues.Unlock()
	return l.victim(class, client) == nil
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
func (l *Limiter) enqueue(class Class, client uint64) (*waiter, error) {
	l.queues.Lock()
	defer l.queues.Unlock()
	// waiting is raised before the limit is tried: a concurrent Release either
	// sees it and dispatches, or has lowered inFlight before the try.
	if n := l.waiting.Add(1); n == 1 && l.tryAcquire() {
		l.waiting.Add(-1)
		return nil, nil
	}
	if l.waiting.Load() > int64(l.limits.Queue) {
		victim := l.victim(class, client)
		if victim == nil {
			l.waiting.Add(-1)
			return nil, ErrFull
		}
		l.finish(victim, ErrFull, false)
	}
	w := &waiter{done: make(chan struct{}), class: class}
	l.classes[class].push(w, client)
	l.lengths[class].Add(1)
	l.maxQueued = max(l.maxQueued, l.waiting.Load())
	return w, nil
}

// victim is the waiter that leaves a full queue for a request, nil for none: the last
// one of another class, or of another client of the same class that waits with at least
// two requests more.
func (l *Limiter) victim(class Class, client uint64) *waiter {
	if from, found := l.victimClass(class); found {
		return l.classes[from].last()
	}
	if q := &l.classes[class]; q.longest > q.waitersOf(client)+1 {
		return q.last()
	}
	return nil
}

// victimClass is the class that gives up a place in a full queue to one of class: the
// least important one that has more than its share, where it is less important than
// class, or class has less than its own share.
func (l *Limiter) victimClass(class Class) (Class, bool) {
	entitled := l.lengths[class].Load() < l.reserved(class)
	for c := int(Low); c >= 0; c-- {
		from := Class(c)
		if (from > class || from < class && entitled) && l.lengths[from].Load() > l.reserved(from) {
			return from, true
		}
	}
	return 0, false
}

// reserved is the part of the queue that other classes do not take from class.
func (l *Limiter) reserved(class Class) int64 {
	return int64(l.limits.Queue * l.limits.Shares[class] / 100)
}

// cancel removes w from the queue and returns err, unless w was finished meanwhile:
// then it returns w's own result.
func (l *Limiter) cancel(w *waiter, err error) error {
	l.queues.Lock()
	defer l.queues.Unlock()
	if w.element == nil {
		return w.err
	}
	l.finish(w, err, false)
	return err
}

// finish removes w from its queue and wakes it with err. served says that it was its
// client's turn.
func (l *Limiter) finish(w *waiter, err error, served bool) {
	l.classes[w.class].remove(w, served)
	l.lengths[w.class].Add(-1)
	w.err = err
	close(w.done)
	l.waiting.Add(-1)
}

// dispatch wakes waiters as far as the limit allows.
func (l *Limiter) dispatch() {
	l.queues.Lock()
	defer l.queues.Unlock()
	for {
		class, found := l.turn()
		if !found || !l.tryAcquire() {
			return
		}
		l.spend(class)
		l.finish(l.classes[class].next(), nil, true)
	}
}

// turn is the class that is served next: one that has saved up a place of its share,
// else the most important one that waits.
func (l *Limiter) turn() (Class, bool) {
	first, found := Class(0), false
	for c := range Classes {
		if l.classes[c].length == 0 {
			continue
		}
		if l.credit[c] >= 100 {
			return c, true
		}
		if !found {
			first, found = c, true
		}
	}
	return first, found
}

// spend books a place that class gets. The classes that wait save up their share of it;
// one that does not wait keeps nothing.
func (l *Limiter) spend(class Class) {
	for c := range Classes {
		if l.classes[c].length == 0 {
			l.credit[c] = 0
			continue
		}
		saved := l.credit[c] + l.limits.Shares[c]
		if c == class {
			saved -= 100
		}
		l.credit[c] = max(0, min(100, saved))
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
