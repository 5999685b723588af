//go:build !unix

package gateway

import "syscall"

// nothingToRead cannot look at a socket without reading from it here.
func nothingToRead(syscall.RawConn) bool { return true }
