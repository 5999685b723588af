package localaws

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const (
	root        = "../.."
	region      = "us-east-1"
	certificate = "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-4000-8000-000000000001"

	// parentEnv makes the test binary a process that starts a local AWS with
	// the Python that it names.
	parentEnv = "LOCALAWS_TEST_PARENT"
)

var (
	// shared is the local AWS in which most tests have stacks of their own. What it
	// does in a region is reached through ownRegion or commonRegion.
	shared interface {
		URL() string
		Err() error
		Environ(region string) []string
	}
	python string
)

func TestMain(m *testing.M) {
	if os.Getenv(parentEnv) != "" {
		os.Exit(parent())
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	// The Python is read by another process: opened here, it counts for
	// whether go test can use a cached result.
	sources, err := filepath.Glob("moto/*")
	if err != nil {
		return 0, err
	}
	services, err := filepath.Glob("moto/cfn/*")
	if err != nil {
		return 0, err
	}
	for _, path := range append(sources, services...) {
		if _, err := os.ReadFile(path); err != nil && filepath.Base(path) != "cfn" {
			return 0, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if python, err = Prepare(ctx, root, os.Stderr); err != nil {
		return 0, err
	}
	var log io.Writer
	if os.Getenv("LOCALAWS_LOG") != "" {
		log = os.Stderr
	}
	forwarded := httptest.NewServer(http.HandlerFunc(model))
	defer forwarded.Close()
	started, err := Start(ctx, Options{Dir: root, Python: python, CertificateARNs: []string{certificate}, Log: log,
		ModelURL:    forwarded.URL,
		HostedZones: []HostedZone{{ID: "Z0123456789ABCDEFGHIJ", Name: "example.com"}}})
	if err != nil {
		return 0, err
	}
	shared = started
	code = m.Run()
	return code, started.Close()
}
