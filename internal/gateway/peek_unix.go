//go:build unix

package gateway

import (
	"errors"
	"syscall"
)

// nothingToRead reports whether the socket has neither bytes nor an end to read.
func nothingToRead(raw syscall.RawConn) bool {
	var err error
	controlErr := raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, err = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return controlErr == nil && (errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR))
}
