package localaws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command is a program that is run to its end.
type command struct {
	dir  string
	env  []string
	name string
	args []string
	// log gets the output while the program runs. Default: nil, none.
	log io.Writer
}

// run returns the output, standard error included. It kills the program and its
// children when ctx ends. An error names the command and quotes its last lines.
func (c command) run(ctx context.Context) (string, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, c.name, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	cmd.Stdout = &output
	if c.log != nil {
		cmd.Stdout = io.MultiWriter(&output, c.log)
	}
	cmd.Stderr = cmd.Stdout
	cmd.SysProcAttr = ownProcessGroup()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if err == nil {
		return output.String(), nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	last := tail{max: keptLines}
	for line := range strings.Lines(strings.TrimSpace(output.String())) {
		last.add(strings.TrimRight(line, "\r\n"))
	}
	return output.String(), fmt.Errorf("%s: %w%s", c, err, &last)
}

// limit is context.WithTimeout whose error says what took longer than which time.
func limit(ctx context.Context, what string, time time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, time, fmt.Errorf("%s takes longer than %s", what, time))
}

// String returns the command line.
func (c command) String() string {
	return strings.Join(append([]string{c.name}, c.args...), " ")
}

// ownProcessGroup allows to kill a program with its children. It also keeps Ctrl-C
// from the program: this process ends it.
func ownProcessGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
