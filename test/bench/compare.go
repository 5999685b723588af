package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// way is one program between client and endpoint, or none.
type way struct {
	key  string // in the ratios
	name string
	// command is the process; nil for a direct call.
	command func(stub string) *exec.Cmd
	// measures says that the process sends the requests, and measures them.
	measures bool
}

// figures are one measurement of one program.
type figures struct {
	perSecond     float64
	p50, p99      time.Duration
	cpu           time.Duration // the process's own, a request
	peakMegabytes float64
	failed        int
	all           int // requests, with those of the warm-up
}

func waysOf(gateway, proxy, also string, length time.Duration) ([]way, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	role := func(name string) func(string) *exec.Cmd {
		return func(stub string) *exec.Cmd {
			return exec.Command(self, "-role", name, "-target", stub, "-for", length.String())
		}
	}
	server := func(program string) func(string) *exec.Cmd {
		return func(stub string) *exec.Cmd {
			cmd := exec.Command(program)
			cmd.Env = gatewayEnv(stub)
			return cmd
		}
	}
	ways := []way{
		{key: "a", name: "the stub, called directly"},
		{key: "b", name: "httputil.ReverseProxy, unsigned", command: role("proxy")},
		{key: "c", name: "net/http and the SDK's signer", command: role("signer")},
		{key: "d", name: "the gateway, all protections on", command: server(gateway)},
		{key: "e", name: "the SDK's client in a loop", command: role("sdk"), measures: true},
	}
	if proxy != "" {
		ways = append(ways, way{key: "f", name: "aws-sigv4-proxy " + sigv4Version, command: sigv4Proxy(proxy)})
	}
	if also != "" {
		ways = append(ways, way{key: "g", name: also, command: server(also)})
	}
	return ways, nil
}

// compare measures every program once a round, each round in another order: the
// machine's other load affects all of them alike.
func compare(dir string, length time.Duration, rounds int, proxy, also string) error {
	gateway, err := buildGateway(dir)
	if err != nil {
		return err
	}
	if proxy == "" {
		if proxy, err = buildSigv4Proxy(dir); err != nil {
			fmt.Printf("aws-sigv4-proxy is left out: %v\n\n", err)
		}
	}
	ways, err := waysOf(gateway, proxy, also, length)
	if err != nil {
		return err
	}
	all := map[string][]figures{}
	for round := range rounds {
		for i := range ways {
			w := ways[(i+round)%len(ways)]
			f, err := measure(w, length)
			if err != nil {
				return fmt.Errorf("(%s) %s: %w", w.key, w.name, err)
			}
			all[w.key] = append(all[w.key], f)
		}
	}
	table(ways, all)
	fmt.Println()
	judge(all)
	return nil
}

// measure measures w once, in front of a stub of its own.
func measure(w way, length time.Duration) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	stub, err := start(exec.Command(self, "-role", "stub"))
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, stub.stop()) }()
	if w.command == nil {
		return load(stub.address, length)
	}
	p, err := start(w.command(stub.address))
	if err != nil {
		return f, err
	}
	if w.measures {
		f, err = p.report()
	} else {
		f, err = load(p.address, length)
	}
	if err = errors.Join(err, p.stop()); err != nil {
		return f, err
	}
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return f, errors.New("this system reports no resource usage of processes")
	}
	f.cpu = time.Duration((usage.Utime.Nano() + usage.Stime.Nano()) / int64(f.all))
	f.peakMegabytes = float64(usage.Maxrss) / 1024
	return f, nil
}
