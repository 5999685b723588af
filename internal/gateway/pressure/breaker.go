package pressure

import (
	"sync/atomic"
	"time"
)

const (
	breakerFailures = 5
	breakerPause    = time.Second
)

// Breaker stops calls that cannot succeed: after five failures in a row it lets
// one call a second through until one of them succeeds. What counts as a failure
// is its caller's to say: DNS, TLS and credentials, never the endpoint's own
// errors, for which it would turn a half-cold fleet into an outage.
type Breaker struct {
	failures atomic.Int64
	nextTry  atomic.Int64 // by the caller's clock
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

// Reached tells that the endpoint was reached, whatever it answered.
func (b *Breaker) Reached() {
	if b.failures.Load() != 0 {
		b.failures.Store(0)
	}
}

// Open reports whether calls are stopped.
func (b *Breaker) Open() bool { return b.failures.Load() >= breakerFailures }
