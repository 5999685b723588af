package main

import (
	"bufio"
	"io"
	"os"
	"regexp"
)

// waitedTwice is what jsii prints, without a line break, when it has ended its
// Node.js process: jsii.Close and jsii's own goroutine both wait for the
// process, and the one that comes second may find that it is gone.
var waitedTwice = regexp.MustCompile(
	`Runtime process exited abnormally: (wait(id)?: no child processes|exec: Wait was already called)`)

// filterStderr passes on what is written to os.Stderr from now on, except
// waitedTwice. Flush ends that and returns when all is passed on; what is
// written to os.Stderr afterwards, which only jsii does, is lost.
func filterStderr() (flush func()) {
	stderr := os.Stderr
	out, in, err := os.Pipe()
	if err != nil {
		return func() {} // a message too many is no reason to fail
	}
	os.Stderr = in
	done := make(chan struct{})
	go func() {
		defer close(done)
		passOn(stderr, out)
	}()
	return func() {
		_ = in.Close()
		<-done
	}
}

// passOn copies line by line, except waitedTwice.
func passOn(to io.Writer, from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if line = waitedTwice.ReplaceAll(line, nil); len(line) > 0 {
			_, _ = to.Write(line)
		}
		if err != nil {
			return
		}
	}
}
