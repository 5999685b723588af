package upstream

import (
	"sync/atomic"
	"time"
)

// idle are the connections without a request, the latest first, so that those
// that are too many grow old. There is no lock that requests share.
type idle struct {
	timeout  time.Duration
	top      atomic.Pointer[node]
	sweeps   atomic.Int64
	sweeping atomic.Bool
}

// node is made anew for each time that a connection becomes idle: one that was
// taken out never comes back, which a compare-and-swap could not tell.
type node struct {
	conn *conn
	next *node
}

func (i *idle) put(c *conn) {
	c.since = i.sweeps.Load()
	i.push(&node{conn: c})
	i.arm()
}

func (i *idle) push(n *node) {
	for {
		n.next = i.top.Load()
		if i.top.CompareAndSwap(n.next, n) {
			return
		}
	}
}

// get returns a connection that can be used, or nil.
func (i *idle) get() *conn {
	for {
		n := i.top.Load()
		switch {
		case n == nil:
			return nil
		case !i.top.CompareAndSwap(n, n.next):
		case n.conn.clean():
			return n.conn
		default:
			_ = n.conn.Close()
		}
	}
}

// arm has the connections swept in half the time that one may be idle.
func (i *idle) arm() {
	if !i.sweeping.Load() && i.sweeping.CompareAndSwap(false, true) {
		time.AfterFunc(i.timeout/2, i.sweep)
	}
}

// sweep closes what was idle at the last sweep already.
func (i *idle) sweep() {
	now := i.sweeps.Add(1)
	var young []*conn
	for n := i.top.Swap(nil); n != nil; n = n.next {
		if n.conn.since < now-1 {
			_ = n.conn.Close()
		} else {
			young = append(young, n.conn)
		}
	}
	for k := len(young) - 1; k >= 0; k-- {
		i.push(&node{conn: young[k]})
	}
	i.sweeping.Store(false)
	if i.top.Load() != nil {
		i.arm()
	}
}

func (i *idle) close() {
	for n := i.top.Swap(nil); n != nil; n = n.next {
		_ = n.conn.Close()
	}
}
