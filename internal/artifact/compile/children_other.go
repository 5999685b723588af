//go:build !unix

package compile

import "os/exec"

// EndChildren does nothing: only Unix has process groups.
func EndChildren(*exec.Cmd) {}
