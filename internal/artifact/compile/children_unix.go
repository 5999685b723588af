//go:build unix

package compile

import (
	"os/exec"
	"syscall"
	"time"
)

// EndChildren makes cmd, once its context ends, end together with the processes that it has
// started, such as compilers. It also keeps a terminal's Ctrl-C from them: use it where
// Ctrl-C ends the context. Elsewhere than on Unix it does nothing.
func EndChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
}
