package process

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the kernel kill the program when this process ends.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
