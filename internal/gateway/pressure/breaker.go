package pressure

import (
	"sync/atomic"
	"time"
)

const (
	breakerFailures = 5
	breakerPause    = time.Second
)

// Breaker is a circuit breaker: after five failures in a row it lets one call a
// second through until a call reaches the endpoint. The caller reports failures of
// DNS and TLS only. Errors of the endpoint itself must not open it:
// while some instances start, that would be an outage.
type Breaker struct {
	failures atomic.Int64
	nextTry  atomic.Int64 // on the caller's clock
}

// Allow reports whether a call may be made.
func (b *Breaker) Allow(now time.Duration) bool {
	if b.failures.Load() < breakerFailures {
		return true
	}
	next := b.nextTry.Load()
	return int64(now) >= next && b.nextTry.CompareAndSwap(next, int64(now+breakerPause))
}

// Failed counts a failure.
func (b *Breaker) Failed(now time.Duration) {
	if b.failures.Add(1) == breakerFailures {
		b.nextTry.Store(int64(now + breakerPause))
	}
}

// Connected records that a call reached the endpoint, whatever it answered.
func (b *Breaker) Connected() {
	if b.failures.Load() != 0 {
		b.failures.Store(0)
	}
}

// Open reports whether the breaker is open.
func (b *Breaker) Open() bool { return b.failures.Load() >= breakerFailures }
