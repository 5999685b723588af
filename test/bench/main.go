// Bench compares, in one run, what a request costs by five ways to SageMaker: it
// starts a stub that answers after 5 ms, puts each way in front of it as a
// process of its own, and sends requests of 1 KB over 128 connections on
// loopback.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// way is one way to the endpoint.
type way struct {
	name string
	// role is the process of this program that stands between, or "" for the
	// gateway itself; direct has none.
	role   string
	direct bool
}

var ways = []way{
	{name: "(a) the stub, called directly", direct: true},
	{name: "(b) httputil.ReverseProxy, unsigned", role: "proxy"},
	{name: "(c) net/http and the SDK's signer", role: "signer"},
	{name: "(d) the gateway, all protections on"},
	{name: "(e) the SDK's client in a loop", role: "sdk"},
}

// figures are one measurement of one way.
type figures struct {
	perSecond     float64
	p50, p99      time.Duration
	cpu           time.Duration // the process's own, a request
	peakMegabytes float64
	failed        int
	all           int // requests, with those of the warm-up
}

func main() {
	role := flag.String("role", "", "be one of the processes: stub, proxy, signer, sdk")
	target := flag.String("target", "", "the stub's address, for a role")
	length := flag.Duration("for", 4*time.Second, "how long each measurement takes")
	rounds := flag.Int("rounds", 3, "how often each way is measured; the median is printed")
	flag.Parse()
	var err error
	if *role != "" {
		err = play(*role, *target, *length)
	} else {
		err = compare(*length, *rounds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func compare(length time.Duration, rounds int) error {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	gateway := filepath.Join(dir, "gateway")
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", gateway, "./cmd/gateway")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	all := make([][]figures, len(ways))
	for range rounds {
		for i, w := range ways {
			f, err := measure(w, gateway, length)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			all[i] = append(all[i], f)
		}
	}
	fmt.Println("| | requests/s | p50 | p99 | own CPU a request | peak memory | failed |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for i, w := range ways {
		f := median(all[i])
		cpu, memory := "", ""
		if !w.direct {
			cpu, memory = fmt.Sprintf("%d µs", f.cpu.Microseconds()), fmt.Sprintf("%.0f MB", f.peakMegabytes)
		}
		fmt.Printf("| %s | %.0f | %.1f ms | %.1f ms | %s | %s | %d |\n", w.name, f.perSecond,
			1000*f.p50.Seconds(), 1000*f.p99.Seconds(), cpu, memory, f.failed)
	}
	return nil
}

// median is of each figure for itself.
func median(all []figures) figures {
	return figures{
		perSecond:     middle(all, func(f figures) float64 { return f.perSecond }),
		p50:           middle(all, func(f figures) time.Duration { return f.p50 }),
		p99:           middle(all, func(f figures) time.Duration { return f.p99 }),
		cpu:           middle(all, func(f figures) time.Duration { return f.cpu }),
		peakMegabytes: middle(all, func(f figures) float64 { return f.peakMegabytes }),
		failed:        middle(all, func(f figures) int { return f.failed }),
	}
}

func middle[T cmp.Ordered](all []figures, of func(figures) T) T {
	var values []T
	for _, f := range all {
		values = append(values, of(f))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// measure measures w once, before a stub of its own.
func measure(w way, gateway string, length time.Duration) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	stub, err := start(exec.Command(self, "-role", "stub"))
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, stub.stop()) }()
	if w.direct {
		return load(stub.address, length)
	}
	cmd := exec.Command(self, "-role", w.role, "-target", stub.address, "-for", length.String())
	if w.role == "" {
		cmd = exec.Command(gateway)
		cmd.Env = []string{
			"ENDPOINT_NAME=predictions", "LISTEN_ADDRESS=127.0.0.1:0", "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
			"AWS_SECRET_ACCESS_KEY=a-secret-key", "AWS_SESSION_TOKEN=a-session-token",
			"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=http://" + stub.address,
		}
	}
	p, err := start(cmd)
	if err != nil {
		return f, err
	}
	if w.role == "sdk" {
		f, err = p.report()
	} else {
		f, err = load(p.address, length)
	}
	if err = errors.Join(err, p.stop()); err != nil {
		return f, err
	}
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return f, errors.New("this system tells nothing of its processes")
	}
	f.cpu = time.Duration((usage.Utime.Nano() + usage.Stime.Nano()) / int64(f.all))
	f.peakMegabytes = float64(usage.Maxrss) / 1024
	return f, nil
}
