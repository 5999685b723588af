package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a child process that listens at address.
type process struct {
	cmd     *exec.Cmd
	address string
	lines   chan line
}

// line is a line of a child's output: the gateway's log, or a role's in the same form.
type line struct {
	Msg     string
	Address string
	Figures struct {
		PerSecond float64
		P50, P99  time.Duration
		Failed    int
		All       int
	}
}

func start(cmd *exec.Cmd) (*process, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, lines: make(chan line, 4)}
	go func() {
		defer close(p.lines)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			var l line
			if json.Unmarshal(scanner.Bytes(), &l) == nil && (l.Msg == "listening" || l.Msg == "measured") {
				p.lines <- l
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	for _, variable := range cmd.Env {
		if address, ok := strings.CutPrefix(variable, silentAddress+"="); ok {
			p.address = address
			return p, p.connect()
		}
	}
	l, err := p.next("listening", 20*time.Second)
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill())
	}
	p.address = l.Address
	return p, nil
}

// silentAddress is the environment variable with the address of a process that does
// not print it.
const silentAddress = "BENCH_ADDRESS"

// connect waits until the process accepts a connection.
func (p *process) connect() error {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", p.address)
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(deadline) {
			return errors.Join(err, p.cmd.Process.Kill())
		}
	}
}

func (p *process) next(msg string, patience time.Duration) (line, error) {
	select {
	case l, ok := <-p.lines:
		if !ok || l.Msg != msg {
			return l, fmt.Errorf("the process ended, or said %q instead of %q", l.Msg, msg)
		}
		return l, nil
	case <-time.After(patience):
		return line{}, fmt.Errorf("the process does not say %q", msg)
	}
}

// report waits for a process that measures itself.
func (p *process) report() (figures, error) {
	l, err := p.next("measured", 10*time.Minute)
	f := l.Figures
	return figures{perSecond: f.PerSecond, p50: f.P50, p99: f.P99, failed: f.Failed, all: f.All}, err
}

// stop sends SIGTERM, and SIGKILL 20 s later.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	timer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	for range p.lines { // to the end of its output
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == -1) { // -1: by the signal
		return err
	}
	return nil
}
