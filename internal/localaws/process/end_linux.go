package process

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel end the program when this process ends without
// having ended it.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
