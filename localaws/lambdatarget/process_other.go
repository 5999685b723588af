//go:build !linux

package lambdatarget

import "os/exec"

// endWithParent does nothing: without a kernel that helps, a function ends when
// its Runtime API does not answer any more.
func endWithParent(*exec.Cmd) {}
