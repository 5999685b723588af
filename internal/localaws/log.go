package localaws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const keptLines = 30

// motoLog copies moto's log to out, keeps the last lines for errors, and collects
// what went wrong.
type motoLog struct {
	mu        sync.Mutex
	out       io.Writer
	skipped   []string
	partial   []byte
	last      tail
	traceback bool   // the lines are those of an exception
	raisedAt  string // the exception's last frame so far
	found     []string
	synced    map[string]chan struct{}
	syncs     int
}

// bootstrapSkipped are the resource types of the CDK's bootstrap stack that moto does
// not have.
var bootstrapSkipped = []string{"AWS::S3::BucketPolicy"}

func newMotoLog(out io.Writer, skipped []string) *motoLog {
	if out == nil {
		out = io.Discard
	}
	return &motoLog{
		out:     out,
		skipped: slices.Concat(bootstrapSkipped, skipped),
		last:    tail{max: keptLines},
		synced:  map[string]chan struct{}{},
	}
}

// Write implements io.Writer for the process's standard error.
func (l *motoLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		end := bytes.IndexByte(l.partial, '\n')
		if end < 0 {
			return len(p), nil
		}
		l.line(string(l.partial[:end]))
		l.partial = l.partial[end+1:]
	}
}

var (
	unsupported = regexp.MustCompile(`No Moto CloudFormation support for (\S+)`)
	complaint   = regexp.MustCompile(`^(WARNING|ERROR|CRITICAL) \S+: (.*)`)
)

func (l *motoLog) line(line string) {
	if done, ok := l.synced[line]; ok {
		close(done)
		delete(l.synced, line)
		return
	}
	fmt.Fprintln(l.out, line)
	l.last.add(line)
	switch {
	case strings.HasPrefix(line, "Traceback "):
		l.traceback = true
	case l.traceback && strings.HasPrefix(line, "  File "):
		l.raisedAt = strings.TrimSpace(line)
	case l.traceback && line != "" && !strings.HasPrefix(line, " "):
		l.add("moto raised " + line + " at " + l.raisedAt)
		l.traceback = false
	case l.traceback:
	default:
		if skipped := unsupported.FindStringSubmatch(line); skipped != nil {
			if !slices.Contains(l.skipped, skipped[1]) {
				l.add("moto's CloudFormation does not know " + skipped[1] + " and has skipped it")
			}
		} else if found := complaint.FindStringSubmatch(line); found != nil {
			l.add(found[2])
		}
	}
}

func (l *motoLog) add(problem string) {
	if !slices.Contains(l.found, problem) {
		l.found = append(l.found, problem)
	}
}

func (l *motoLog) problems() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.found)
}

// lastLines returns the last lines of the log, to be appended to an error.
func (l *motoLog) lastLines() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.String()
}

// sync returns when everything that moto has logged so far has been read: moto logs
// a marker that is written to its input. It returns early when moto has ended.
func (l *motoLog) sync(ctx context.Context, moto io.Writer, ended <-chan struct{}) error {
	done := make(chan struct{})
	l.mu.Lock()
	l.syncs++
	marker := fmt.Sprintf("sync %d", l.syncs)
	l.synced[marker] = done
	l.mu.Unlock()
	// This fails only where moto has ended, which the select notices.
	_, _ = fmt.Fprintln(moto, marker)
	select {
	case <-done:
		return nil
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("local AWS: its log does not end: %w", ctx.Err())
	}
}

// tail keeps the last lines of an output.
type tail struct {
	max   int
	lines []string
}

func (t *tail) add(line string) {
	t.lines = append(t.lines, line)
	if len(t.lines) > t.max {
		t.lines = slices.Delete(t.lines, 0, len(t.lines)-t.max)
	}
}

// String returns the lines indented, to be appended to an error.
func (t *tail) String() string {
	var b strings.Builder
	for _, line := range t.lines {
		b.WriteString("\n    " + line)
	}
	return b.String()
}
