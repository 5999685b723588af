package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// soakGateway runs the soak with the name what, or all of them: each with a gateway
// and an endpoint of its own.
func soakGateway(dir, what string) error {
	program, err := buildGateway(dir)
	if err != nil {
		return err
	}
	soaks := []struct {
		name string
		env  []string
		run  func(*pair) error
	}{
		// On a busy machine all streams together take minutes.
		{"streams", []string{"MIN_CONCURRENCY=1000", "REQUEST_TIMEOUT=10m", "WRITE_TIMEOUT=5m"}, soakStreams},
		{"memory", memoryEnv, soakMemory},
		{"overload", nil, soakOverload},
		{"slow", nil, soakSlow},
	}
	known := what == "all"
	for _, s := range soaks {
		if what != "all" && what != s.name {
			continue
		}
		known = true
		if err := withPair(program, s.env, s.run); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if !known {
		return fmt.Errorf("there is no soak %q: it is streams, memory, overload, slow or all", what)
	}
	return nil
}

// pair is a gateway in front of an endpoint, each a process.
type pair struct {
	endpoint, gateway *process
	stderr            bytes.Buffer // the gateway's
}

// withPair runs f with a pair, and then prints the descriptors and goroutines that
// the gateway has left.
func withPair(program string, env []string, f func(*pair) error) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p := &pair{}
	if p.endpoint, err = start(exec.Command(self, "-role", "faulty")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.endpoint.stop()) }()
	cmd := exec.Command(program)
	cmd.Env = gatewayEnv(p.endpoint.address, append([]string{"LOG_RATE=0"}, env...)...)
	cmd.Stderr = &p.stderr
	if p.gateway, err = start(cmd); err != nil {
		return err
	}
	files := p.files()
	if err := f(p); err != nil {
		return errors.Join(err, p.gateway.cmd.Process.Kill())
	}
	// Idle connections to the endpoint are kept for at most 20 s.
	deadline := time.Now().Add(25 * time.Second)
	for p.files() > files+2 && time.Now().Before(deadline) { // the poller's
		time.Sleep(200 * time.Millisecond)
	}
	fmt.Printf("\nLeft behind: %d open files, at first %d; ", p.files(), files)
	if err := p.gateway.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // has Go print all goroutines
		return err
	}
	for range p.gateway.lines { // to the end of its output
	}
	_ = p.gateway.cmd.Wait() // by the signal
	fmt.Printf("%d goroutines, of which a gateway without requests has about 10.\n\n",
		strings.Count(p.stderr.String(), "\ngoroutine "))
	return nil
}

func (p *pair) files() int {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p.gateway.cmd.Process.Pid)) // the pattern is valid
	return len(files)
}

// memory returns the gateway's resident memory and its maximum, in megabytes.
func (p *pair) memory() (now, most float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.gateway.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kilobytes); n == 1 {
			now = kilobytes / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); n == 1 {
			most = kilobytes / 1024
		}
	}
	return now, most, nil
}
