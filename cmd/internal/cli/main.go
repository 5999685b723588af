package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// StatusInterrupted is the exit status of a program that SIGINT or SIGTERM has ended: that
// of a shell's command after Ctrl-C.
const StatusInterrupted = 130

// again is how long after a signal another one is the same: what starts a program, such as
// make or timeout, may pass the first one on.
const again = 2 * time.Second

// Main runs a program and exits with the status it returns. SIGINT and SIGTERM end the
// context; another signal after that ends the process at once. Temporary files of the
// program and its children, also of killed ones, are in one folder, which is removed.
func Main(program func(context.Context) (status int)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(again, stop) })
	dir, err := os.MkdirTemp("", filepath.Base(os.Args[0])+"-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := program(ctx)
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// Interrupted prints in one line that a signal has ended the program, below it in lines
// what to do next, if anything, and returns StatusInterrupted.
func Interrupted(problems io.Writer, next string) int {
	fmt.Fprintln(problems, "interrupted")
	if next != "" {
		fmt.Fprintln(problems, next)
	}
	return StatusInterrupted
}

// Failed prints why a program has failed, and returns the exit status: that of Interrupted
// where ctx has ended, since the error then only follows from it.
func Failed(ctx context.Context, problems io.Writer, err error, status int) int {
	if ctx.Err() != nil {
		return Interrupted(problems, "")
	}
	fmt.Fprintln(problems, err)
	return status
}

// writing is held while files are written, whole or not at all.
var writing sync.Mutex

// Writing calls write, which MainAtOnce does not interrupt.
func Writing(write func() error) error {
	writing.Lock()
	defer writing.Unlock()
	return write()
}

// MainAtOnce is Main for a program that computes, and has nothing to take back: SIGINT and
// SIGTERM end it at once.
func MainAtOnce(program func() (status int)) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		writing.Lock()
		os.Exit(Interrupted(os.Stderr, ""))
	}()
	os.Exit(program())
}
