// Mutants breaks the code in a copy, one place at a time, and sees whether the
// tests of the package that should notice first do fail. It exits 1 when a
// mutant survives them.
//
// Snapshots are not behaviour: the tests that compare them are never run, so
// that a mutant is noticed even by who renews the snapshots without a look.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/checkout"
)

func main() {
	only := flag.String("only", "", "try only the mutants whose names contain this `text`")
	flag.Parse()
	mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return !strings.Contains(m.name, *only) })
	began := time.Now()
	err := run()
	fmt.Printf("%d mutants in %s\n", len(mutants), time.Since(began).Round(time.Second))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := checkout.Copy(root, dir); err != nil {
		return err
	}
	unbroken := map[string]bool{}
	var survivors []string
	for _, m := range mutants {
		// A test that fails in the unbroken code notices nothing.
		if !unbroken[m.noticedBy] {
			failed, err := test(dir, m.noticedBy)
			if err == nil && len(failed) > 0 {
				err = fmt.Errorf("%q fail", failed)
			}
			if err != nil {
				return fmt.Errorf("%s, unbroken: %w", m.noticedBy, err)
			}
			unbroken[m.noticedBy] = true
		}
		failed, err := try(dir, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if len(failed) == 0 {
			survivors = append(survivors, fmt.Sprintf("%s: no test of %s fails", m.name, m.noticedBy))
		}
	}
	if len(survivors) > 0 {
		return fmt.Errorf("%d mutants survive:\n%s", len(survivors), strings.Join(survivors, "\n"))
	}
	return nil
}

// try breaks the copy, runs the tests that should notice, and mends the copy.
func try(dir string, m mutant) (failed []string, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(m.before)); n != 1 {
		return nil, fmt.Errorf("%s contains %q %d times, want once", m.file, m.before, n)
	}
	if err := os.WriteFile(path, bytes.Replace(source, []byte(m.before), []byte(m.after), 1), 0o644); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, source, 0o644)) }()
	fmt.Printf("%s (%s):\n", m.name, m.file)
	return test(dir, m.noticedBy)
}

// test runs the tests of a package of the copy in dir and returns the ones that
// failed.
func test(dir, pkg string) (failed []string, err error) {
	began := time.Now()
	cmd := exec.Command("go", "test", "-json", "-count=1", "-vet=off", "-failfast", "-timeout=5m", pkg)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) {
		return nil, runErr
	}
	passed := 0
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var event struct{ Action, Package, Test string }
		if err := decoder.Decode(&event); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go test: %w\n%s", err, stderr.String())
		}
		switch {
		case event.Action == "build-fail":
			return nil, fmt.Errorf("%s does not build:\n%s", pkg, out)
		case event.Test == "":
		case event.Action == "pass":
			passed++
		case event.Action == "fail":
			failed = append(failed, event.Test)
		}
	}
	if runErr != nil && len(failed) == 0 {
		return nil, fmt.Errorf("go test failed without a failing test: %w\n%s%s", runErr, out, stderr.String())
	}
	fmt.Printf("  %s: %d passed, %q failed, %s\n", pkg, passed, failed, time.Since(began).Round(time.Second))
	return failed, nil
}
