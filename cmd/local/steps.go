package main

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// slow is how long a step takes before its name is printed, off a terminal.
const slow = 2 * time.Second

// narrow is the most columns that are used of a terminal: a line that wraps cannot
// be overwritten.
const narrow = 79

// steps prints each step and how long it took: on a terminal with a line that is
// updated while the step runs, elsewhere in plain lines.
type steps struct {
	out      io.Writer
	terminal bool
}

func newSteps(out io.Writer) *steps {
	return &steps{out: out, terminal: cli.IsTerminal(out)}
}

// do runs one step. Of what the step logs a terminal shows the last line while the
// step runs.
func (s *steps) do(name string, step func(log io.Writer) error) error {
	began := time.Now()
	log := &lastLine{}
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() { s.show(name, began, log, ended) })
	err := step(log)
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
	every := slow
	if s.terminal {
		every = 100 * time.Millisecond
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ended:
			return
		case <-ticker.C:
		}
		switch {
		case s.terminal:
			const spinner = `|/-\`
			took := time.Since(began).Round(time.Second)
			line := fmt.Sprintf("%c %s (%s) %s", spinner[n%len(spinner)], name, took, log.String())
			fmt.Fprintf(s.out, "\r\x1b[K%.*s", narrow, line)
		case n == 0:
			fmt.Fprintf(s.out, "… %s\n", name)
		}
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
