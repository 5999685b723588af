// Package process runs a program as a child of this process. The program ends with
// this process, even where that is killed.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options describe the program.
type Options struct {
	// Name is its name in errors, such as "the function".
	Name string
	// Binary is the absolute path of the executable. Its folder is the working directory.
	Binary string
	// Arguments are those of its command line. Default: none.
	Arguments []string
	// Env is its whole environment.
	Env map[string]string
	// Log gets its output, standard error included, from one goroutine.
	Log io.Writer
}

// Process is a running program.
type Process struct {
	name   string
	cmd    *exec.Cmd
	kill   context.CancelFunc
	exited chan struct{}
	err    error // of the exit, once exited is closed
	output *tail
}

// Start starts the program and kills it when ctx ends.
func Start(ctx context.Context, o Options) (*Process, error) {
	ctx, kill := context.WithCancel(ctx)
	p := &Process{
		name:   o.Name + " " + filepath.Base(o.Binary),
		kill:   kill,
		exited: make(chan struct{}),
		output: &tail{to: o.Log},
	}

	started := make(chan error)
	go func() {
		// Linux kills the child when the thread that started it ends, not the
		// process: this thread must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.start(ctx, o)
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.exited)
		}
		kill()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Name, err)
	}
	return p, nil
}

// A program that was just written cannot be started while another process, between
// fork and exec, has it open for writing (go.dev/issue/22315).
const (
	busyFor   = 2 * time.Second
	busyPause = 10 * time.Millisecond
)

func (p *Process) start(ctx context.Context, o Options) error {
	for began := time.Now(); ; time.Sleep(busyPause) {
		p.cmd = exec.CommandContext(ctx, o.Binary, o.Arguments...)
		for name, value := range o.Env {
			p.cmd.Env = append(p.cmd.Env, name+"="+value)
		}
		slices.Sort(p.cmd.Env)
		p.cmd.Dir = filepath.Dir(o.Binary)
		p.cmd.Stdout, p.cmd.Stderr = p.output, p.output // one writer: os/exec then writes from one goroutine
		p.cmd.WaitDelay = 2 * time.Second               // a grandchild may keep the output open
		endWithParent(p.cmd)
		if err := p.cmd.Start(); !errors.Is(err, syscall.ETXTBSY) || time.Since(began) > busyFor {
			return err
		}
	}
}

// Exited is closed when the program has ended and its output has been read.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Kill kills the program and does not wait for its end.
func (p *Process) Kill() { p.kill() }

// Terminate sends SIGTERM and does not wait for the program's end.
func (p *Process) Terminate() { _ = p.cmd.Process.Signal(syscall.SIGTERM) } // fails where it has ended

// Err returns how the program ended, nil for status 0. Call it after Exited is closed.
func (p *Process) Err() error { return p.err }

// ExitError returns an error with when and how the program ended and its last lines.
// Call it after Exited is closed.
func (p *Process) ExitError(when string) error {
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("%s ended %s: %s%s", p.name, when, how, p.LastLines())
}

// LastLines returns the last lines of the output, to be appended to an error.
func (p *Process) LastLines() string {
	lines := p.output.lines()
	if len(lines) == 0 {
		return "; it printed nothing"
	}
	return "; it last printed:\n  " + strings.Join(lines, "\n  ")
}

// tail copies everything to to and keeps the end.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	kept []byte
}

const (
	tailBytes = 8 << 10
	tailLines = 20
)

// Write never fails: an error of to must not end the program.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - tailBytes; extra > 0 {
		t.kept = slices.Delete(t.kept, 0, extra)
	}
	t.mu.Unlock()
	_, _ = t.to.Write(p)
	return len(p), nil
}

func (t *tail) lines() []string {
	t.mu.Lock()
	text := strings.TrimSpace(string(t.kept))
	t.mu.Unlock()
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}
