package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// TestSignals plays a fault in a process of its own, which is interrupted, also by two
// signals at once as make and timeout send them, or killed.
func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		signals []syscall.Signal
		status  int
		problem string
		left    string
	}{
		"Ctrl-C":       {[]syscall.Signal{syscall.SIGINT}, cli.StatusInterrupted, "interrupted\n", "min 2"},
		"Ctrl-C twice": {[]syscall.Signal{syscall.SIGINT, syscall.SIGINT}, cli.StatusInterrupted, "interrupted\n", "min 2"},
		"its end":      {[]syscall.Signal{syscall.SIGTERM}, cli.StatusInterrupted, "interrupted\n", "min 2"},
		"kill -9":      {[]syscall.Signal{syscall.SIGKILL}, -1, "", "min 2, suspended, marked scaling-suspended"},
	} {
		t.Run(name, func(t *testing.T) {
			assert(t, 2)
			var problems bytes.Buffer
			cmd := exec.CommandContext(t.Context(), os.Args[0], "fault", "scaling-suspended", "--environments", "testdata",
				"--env", "match", "--yes")
			cmd.Env, cmd.Stderr = append(os.Environ(), programEnv+"=1"), &problems
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(out)
			for line := ""; !strings.HasSuffix(line, "begun.\n"); {
				if line, err = lines.ReadString('\n'); err != nil {
					t.Fatalf("it never began: %v\n%s", err, &problems)
				}
			}
			for _, s := range c.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			rest, _ := io.ReadAll(lines)
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status || problems.String() != c.problem {
				t.Errorf("got status %d, want %d\n%s%s", got, c.status, rest, &problems)
			}
			if got := state(t); got != c.left {
				t.Errorf("left: %s, want %s", got, c.left)
			}
			if _, out, problems := call(t.Context(), "undo"); problems != "" || state(t) != "min 2" {
				t.Errorf("undo left %s\n%s%s", state(t), out, problems)
			}
		})
	}
}
