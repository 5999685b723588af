package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programEnv makes the test binary the program that it names.
const programEnv = "CLI_TEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(programEnv) {
	case "waits":
		Main(func(ctx context.Context) int {
			// What a child leaves that is killed.
			_ = exec.Command("sh", "-c", `mktemp -d && mktemp`).Run()
			fmt.Println("begun")
			<-ctx.Done()
			return Failed(ctx, os.Stderr, errors.New("cannot be installed: check the network"), 1)
		})
	case "asks":
		Main(func(ctx context.Context) int {
			if Confirmed(ctx, bufio.NewReader(os.Stdin), os.Stdout, "begun\nGo on?") {
				return 0
			}
			return Failed(ctx, os.Stderr, errors.New("not confirmed"), 3)
		})
	case "hangs":
		Main(func(context.Context) int {
			fmt.Println("begun")
			time.Sleep(time.Minute)
			return 0
		})
	case "computes":
		MainAtOnce(func() int {
			_ = Writing(func() error {
				fmt.Println("begun")
				time.Sleep(100 * time.Millisecond)
				return os.WriteFile(filepath.Join(os.TempDir(), "whole"), nil, 0o600)
			})
			time.Sleep(time.Minute)
			return 0
		})
	case "fails":
		Main(func(ctx context.Context) int { return Failed(ctx, os.Stderr, errors.New("no network"), 7) })
	}
	os.Exit(m.Run())
}

// TestSignals: a program that is interrupted says so, and nothing else; it leaves nothing.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		program       string
		signals       []syscall.Signal
		status        int
		problem, left string
	}{
		{"waits", []syscall.Signal{syscall.SIGINT}, StatusInterrupted, "interrupted\n", ""},
		{"waits", []syscall.Signal{syscall.SIGTERM}, StatusInterrupted, "interrupted\n", ""},
		{"waits", []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}, StatusInterrupted, "interrupted\n", ""},
		{"asks", []syscall.Signal{syscall.SIGINT}, StatusInterrupted, "interrupted\n", ""},
		{"computes", []syscall.Signal{syscall.SIGINT}, StatusInterrupted, "interrupted\n", "whole"},
		{"computes", []syscall.Signal{syscall.SIGTERM}, StatusInterrupted, "interrupted\n", "whole"},
		{"fails", nil, 7, "no network\n", ""},
	} {
		t.Run(fmt.Sprint(c.program, c.signals), func(t *testing.T) {
			t.Parallel()
			cmd, out, problems, dir := start(t, c.program)
			if len(c.signals) > 0 {
				begun(t, out)
			}
			for _, s := range c.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			_, _ = io.Copy(io.Discard, out)
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status || problems.String() != c.problem {
				t.Errorf("got status %d, want %d\n%s", got, c.status, problems)
			}
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if left := strings.TrimPrefix(strings.Join(files, " "), dir+"/"); err != nil || left != c.left {
				t.Errorf("left %q, %v", left, err)
			}
		})
	}
}

// TestSecondSignal ends a program that does not heed the first one.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	cmd, out, _, _ := start(t, "hangs")
	begun(t, out)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
				t.Errorf("got %v", err)
			}
			return
		case <-time.After(again / 4):
		}
	}
}

// start starts this test binary as a program, with a folder of its own for temporary files.
func start(t *testing.T, program string) (*exec.Cmd, *bufio.Reader, *bytes.Buffer, string) {
	t.Helper()
	dir := t.TempDir()
	var problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), programEnv+"="+program, "TMPDIR="+dir)
	cmd.Stderr = &problems
	if _, err := cmd.StdinPipe(); err != nil { // nobody answers
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out), &problems, dir
}

func begun(t *testing.T, out *bufio.Reader) {
	t.Helper()
	for line := ""; line != "begun\n"; {
		var err error
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("it never began: %v", err)
		}
	}
}

func TestConfirmed(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{"y\n": true, " Yes\n": true, "y": true, "n\n": false, "": false} {
		if got := Confirmed(t.Context(), bufio.NewReader(strings.NewReader(answer)), io.Discard, "Go on?"); got != want {
			t.Errorf("%q: got %t", answer, got)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	status := Interrupted(&out, "Run it again.")
	const want = "interrupted\nRun it again.\n"
	if status != 130 || out.String() != want {
		t.Errorf("got %d\n%s", status, &out)
	}
}
