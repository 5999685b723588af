//go:build !unix

package upstream

import "syscall"

// watch sees nothing here: reading has to wait with its buffer, and a connection
// that was closed is noticed by the request that it fails.
type watch struct{}

func (watch) of(syscall.Conn) {}
func (watch) quiet() bool     { return true }
func (watch) wait()           {}
