package lambdatarget

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

const functionName = "lambdatarget"

// process is a running executable.
type process struct {
	name   string
	kill   context.CancelFunc
	exited chan struct{} // closed when the process is gone and its output read
	err    error         // of the exit, once exited is closed
	output *tail
}

// startProcess starts opts.Binary with runtimeAPI as its Lambda Runtime API. It
// ends with ctx.
func startProcess(ctx context.Context, opts Options, runtimeAPI string) (*process, error) {
	ctx, kill := context.WithCancel(ctx)
	p := &process{
		name:   filepath.Base(opts.Binary),
		kill:   kill,
		exited: make(chan struct{}),
		output: &tail{to: opts.Log},
	}
	cmd := exec.CommandContext(ctx, opts.Binary)
	cmd.Env = environ(opts.Env, runtimeAPI)
	cmd.Dir = filepath.Dir(opts.Binary)
	cmd.Stdout, cmd.Stderr = p.output, p.output // one writer: os/exec then writes from one goroutine
	cmd.WaitDelay = 2 * time.Second             // a grandchild may hold the output open
	endWithParent(cmd)

	started := make(chan error)
	go func() {
		// Linux ends the child with the thread that started it, not with the
		// process: this thread must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.exited)
		}
		kill()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the function: %w", err)
	}
	return p, nil
}

// environ is own and what Lambda sets, in a fixed order.
func environ(own map[string]string, runtimeAPI string) []string {
	all := map[string]string{
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_LAMBDA_FUNCTION_NAME":        functionName,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":                              ":UTC",
	}
	for name, value := range own {
		all[name] = value
	}
	all["AWS_LAMBDA_RUNTIME_API"] = runtimeAPI
	env := make([]string, 0, len(all))
	for name, value := range all {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// exitError says that the process ended, when, how, and what it last printed.
// Call it after exited is closed.
func (p *process) exitError(when string) error {
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	return fmt.Errorf("the function %s ended %s: %s%s", p.name, when, how, p.lastLines())
}

// lastLines is what the process last printed, as the end of an error text.
func (p *process) lastLines() string {
	lines := p.output.lines()
	if len(lines) == 0 {
		return "; it printed nothing"
	}
	return "; it last printed:\n  " + strings.Join(lines, "\n  ")
}

// tail passes everything on and remembers the end of it.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	kept []byte
}

const (
	tailBytes = 8 << 10
	tailLines = 20
)

// Write never fails: a reader that went away must not end the function.
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
