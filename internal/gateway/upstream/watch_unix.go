//go:build unix

package upstream

import (
	"errors"
	"syscall"
)

// watch looks at a socket without reading from it.
type watch struct {
	raw          syscall.RawConn // nil if it is no socket
	peek, arrive func(fd uintptr) bool
	looked       bool
	nothing      bool // was there to read
}

func (w *watch) of(c syscall.Conn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	w.raw = raw
	w.peek = func(fd uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		w.nothing = errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
		return true
	}
	w.arrive = func(fd uintptr) bool {
		if w.looked {
			return true // the poller has waited
		}
		w.looked = true
		return w.peek(fd) && !w.nothing
	}
}

// quiet reports whether there is nothing to read, not even an end.
func (w *watch) quiet() bool {
	if w.raw == nil {
		return true
	}
	return w.raw.Read(w.peek) == nil && w.nothing
}

// wait waits until there is something to read, an end, or the deadline.
func (w *watch) wait() {
	if w.raw == nil {
		return
	}
	w.looked = false
	_ = w.raw.Read(w.arrive)
}
