// Bench measures the gateway with real processes on loopback. Without a flag it
// compares, in one run, the cost of a request in each program that can call
// SageMaker: each is a process in front of a stub that answers after 5 ms, and gets
// requests of 1 KB over 128 connections. With -soak it runs long streams, faults and
// the largest load of a task of 2,048 MB.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	role := flag.String("role", "", "run as one of the processes: stub, faulty, proxy, signer, sdk")
	target := flag.String("target", "", "the stub's address, for a role")
	length := flag.Duration("for", 2*time.Second, "the length of each measurement")
	rounds := flag.Int("rounds", 7, "how often each program is measured")
	proxy := flag.String("sigv4-proxy", "", "aws-sigv4-proxy's `program`, where it cannot be downloaded")
	also := flag.String("also", "", "another build of the gateway to compare: a `program`")
	soak := flag.String("soak", "", "streams, memory, overload, slow, or all")
	flag.Parse()
	var err error
	switch {
	case *role != "":
		err = play(*role, *target, *length)
	case *soak != "":
		err = inTemp(func(dir string) error { return soakGateway(dir, *soak) })
	default:
		err = inTemp(func(dir string) error { return compare(dir, *length, *rounds, *proxy, *also) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// inTemp runs f with a folder that it removes afterwards.
func inTemp(f func(dir string) error) (err error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return f(dir)
}

// buildGateway builds the gateway as for a deployment, for this machine's platform.
func buildGateway(dir string) (string, error) {
	program := filepath.Join(dir, "gateway")
	build := exec.Command("go", "build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w",
		"-o", program, "./cmd/gateway")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	return program, nil
}

// gatewayEnv is the gateway's environment: stub in SageMaker's place, and nothing of
// this machine's user.
func gatewayEnv(stub string, more ...string) []string {
	return append([]string{
		"ENDPOINT_NAME=predictions", "LISTEN_ADDRESS=127.0.0.1:0", "AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=a-secret-key", "AWS_SESSION_TOKEN=a-session-token",
		"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=http://" + stub,
	}, more...)
}
