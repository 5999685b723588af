package lambdatarget

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel end the function when this process ends without
// having closed its target.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
