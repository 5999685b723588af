package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

const sigv4Version = "v1.11"

// buildSigv4Proxy builds aws-sigv4-proxy in dir from its source in the Go module proxy.
func buildSigv4Proxy(dir string) (string, error) {
	download := exec.Command("go", "mod", "download", "-json", "github.com/awslabs/aws-sigv4-proxy@"+sigv4Version)
	download.Dir = dir // outside of this module
	text, err := download.Output()
	var module struct{ Dir, Error string }
	if json.Unmarshal(text, &module) == nil && module.Error != "" {
		return "", errors.New(module.Error)
	}
	if err != nil {
		return "", fmt.Errorf("download it: %w", err)
	}
	program := filepath.Join(dir, "aws-sigv4-proxy")
	build := exec.Command("go", "build", "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/aws-sigv4-proxy")
	build.Dir = filepath.Join(dir, "aws-sigv4-proxy-source") // the module cache cannot be written
	if err := os.CopyFS(build.Dir, os.DirFS(module.Dir)); err != nil {
		return "", err
	}
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build it: %w: %s", err, out)
	}
	return program, nil
}

// sigv4Proxy runs program in front of a stub. It does not print its address, so it
// gets one.
func sigv4Proxy(program string) func(stub string) *exec.Cmd {
	return func(stub string) *exec.Cmd {
		port := "127.0.0.1:8080"
		if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
			port = l.Addr().String()
			_ = l.Close()
		}
		cmd := exec.Command(program, "--port", port, "--name", "sagemaker", "--region", "eu-west-1",
			"--host", stub, "--upstream-url-scheme", "http")
		cmd.Env = []string{
			"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=a-secret-key",
			"AWS_SESSION_TOKEN=a-session-token", silentAddress + "=" + port,
		}
		return cmd
	}
}
