package lambdatarget

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStartFailures(t *testing.T) {
	t.Parallel()
	const forever = time.Minute
	tests := map[string]struct {
		patience time.Duration
		opts     Options
		want     []string
	}{
		"dies":        {forever, Options{Env: map[string]string{modeVariable: "die"}}, []string{"before it asked for an event: exit status 3", "no such model: m-1"}},
		"init error":  {forever, Options{Env: map[string]string{modeVariable: "init-error"}}, []string{"Runtime.NoModel: no such model: m-1", "exit status 1"}},
		"never ready": {time.Second, Options{Env: map[string]string{modeVariable: "never-ready"}}, []string{"deadline exceeded before the function asked", "loading"}},
		"no file":     {forever, Options{Binary: "/nonexistent/bootstrap"}, []string{"start the function", "no such file"}},
		"everything wrong": {forever, Options{Binary: "bootstrap", Timeout: -1, IdleTimeout: -1},
			[]string{`Binary: got "bootstrap": must be an absolute path`, "Timeout: got -1ns", "IdleTimeout: got -1ns"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.opts.Binary == "" {
				test.opts.Binary = executable(t)
			}
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			defer cancel()
			target, err := Start(ctx, test.opts)
			if err == nil {
				_ = target.Close()
				t.Fatal("it started")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

// A function that dies or hangs is an error, and the next event starts another.
func TestFunctionsThatBreak(t *testing.T) {
	t.Parallel()
	target := start(t, Options{Timeout: time.Second})
	first := pid(t, target)

	_, err := target.Invoke(t.Context(), json.RawMessage(`{"path":"/die"}`))
	if err == nil || !strings.Contains(err.Error(), "exit status 137") || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("got %v", err)
	}
	second := pid(t, target)
	_, err = target.Invoke(t.Context(), json.RawMessage(`{"path":"/hang"}`))
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	third := pid(t, target)
	if err := syscall.Kill(third, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-target.environment.process.Exited()
	fourth := pid(t, target) // died between two events: nobody's error
	if first == second || second == third || third == fourth {
		t.Errorf("not each of %d, %d, %d, %d is a process of its own", first, second, third, fourth)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	target, err := Start(ctx, Options{Binary: executable(t), Env: map[string]string{modeVariable: "serve"}})
	if err != nil {
		t.Fatal(err)
	}
	process := pid(t, target)
	hung := make(chan error)
	go func() {
		_, err := target.Invoke(context.Background(), json.RawMessage(`{"path":"/hang"}`))
		hung <- err
	}()
	cancel()
	if err := <-hung; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := target.Invoke(context.Background(), json.RawMessage(`{}`)); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := syscall.Kill(process, 0); err == nil {
		t.Error("the function is still there")
	}
}

// A caller that is killed closes nothing, and still leaves no function behind,
// not even one that is busy.
func TestFunctionEndsWithItsParent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a function ends when it next asks for an event")
	}
	parent := exec.CommandContext(t.Context(), executable(t))
	parent.Env = append(os.Environ(), modeVariable+"=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	if _, err := fmt.Fscanln(out, &child); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	deadline := time.Now().Add(10 * time.Second)
	for !gone(child) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatalf("the function %d outlived its parent", child)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// gone reports whether a process has ended; one that nobody waits for stays
// listed as a zombie.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}
