package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// A step has a line after slow, and further ones each time that every has passed, off a
// terminal.
const (
	slow  = 2 * time.Second
	every = 10 * time.Second
)

// narrow is the most columns that are used of a terminal: a line that wraps cannot
// be overwritten.
const narrow = 79

// steps prints each step and how long it took: on a terminal with a line that is
// updated while the step runs, elsewhere in plain lines.
type steps struct {
	out      io.Writer
	terminal bool
	// slow and every are how long it is silent within a step, off a terminal.
	slow, every time.Duration
}

func newSteps(out io.Writer) *steps {
	return &steps{out: out, terminal: cli.IsTerminal(out), slow: slow, every: every}
}

// do runs one step. Of what the step logs the last line is shown while the step runs. A
// step during which ctx ends has failed.
func (s *steps) do(ctx context.Context, name string, step func(log io.Writer) error) error {
	began := time.Now()
	log := &lastLine{}
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() { s.show(name, began, log, ended) })
	err := step(log)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	close(ended)
	shown.Wait()
	mark := "✓"
	if err != nil {
		mark = "✗"
	}
	if s.terminal {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
	fmt.Fprintf(s.out, "%s %s (%s)\n", mark, name, time.Since(began).Round(100*time.Millisecond))
	return err
}

func (s *steps) show(name string, began time.Time, log *lastLine, ended <-chan struct{}) {
	pause := s.slow
	if s.terminal {
		pause = 100 * time.Millisecond
	}
	for n := 0; ; n++ {
		select {
		case <-ended:
			return
		case <-time.After(pause):
		}
		line := fmt.Sprintf("%s (%s) %s", name, time.Since(began).Round(time.Second), log)
		if s.terminal {
			const spinner = `|/-\`
			fmt.Fprintf(s.out, "\r\x1b[K%.*s", narrow, fmt.Sprintf("%c %s", spinner[n%len(spinner)], line))
			continue
		}
		fmt.Fprintln(s.out, cli.Cut(strings.TrimSpace("… "+line), cli.Columns))
		pause = s.every
	}
}

// lastLine keeps the last whole line written to it.
type lastLine struct {
	mu      sync.Mutex
	partial []byte
	line    string
}

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		line, rest, found := bytes.Cut(l.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			l.line = string(line)
		}
		l.partial = append([]byte(nil), rest...)
	}
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}
