// Mutants breaks the code in a copy, one place at a time, renews the snapshots
// after the breakage, and sees whether a test of behaviour still fails. It
// exits 1 when one survives.
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

// mutant is one breakage: new in place of the only old in file.
type mutant struct {
	name, file, old, new string
}

var mutants = []mutant{
	{"the policy's target forgets that the metric counts per minute",
		"internal/capacity/target.go", "safetyFactor*time.Minute.Seconds()", "safetyFactor*time.Second.Seconds()"},
	{"a schedule's time zone is dropped",
		"autoscaling/scheduled.go", `"Timezone":             a.timezone(),`, `"Timezone":             "UTC",`},
	{"an update resets the endpoint's instance counts",
		"constructs/inference/endpoint.go", "RetainAllVariantProperties: true,", "RetainAllVariantProperties: false,"},
	{"HTTP is redirected to HTTP",
		"constructs/frontend/loadbalancer.go", `Protocol: jsii.String("HTTPS"), Port: jsii.String("443")`, `Protocol: jsii.String("HTTP"), Port: jsii.String("8080")`},
	{"the canary gets what the gateway should",
		"constructs/frontend/canary.go", "{TargetGroup: t.gateway, Weight: jsii.Number(100 - t.weightPercent)},", "{TargetGroup: t.gateway, Weight: jsii.Number(t.weightPercent)},"},
	{"of overlapping events the lowest floor holds",
		"autoscaling/floor.go", "if s.minCapacity > f.MinCapacity || loc == nil {", "if s.minCapacity < f.MinCapacity || loc == nil {"},
	{"an event is over before its minimum is released",
		"autoscaling/eventwindow.go", "return w.To.After(now)", "return w.Ends.After(now)"},
	{"a load balancer's reservation is released three times a day",
		"autoscaling/reservation.go", "releasesADay = 2", "releasesADay = 3"},
	{"the load balancer calls the function past its alias",
		"constructs/frontend/gatewayfunction.go", "NewLambdaTarget(g.Alias)", "NewLambdaTarget(g.Function)"},
	{"one acknowledgement silences a rule everywhere",
		"constructs/lint/lint.go", `return fmt.Sprintf("%s::%s[%s]", Name, rule, path)`, `return fmt.Sprintf("%s::%s", Name, rule)`},
	{"the execution role reads the whole bucket",
		"constructs/inference/model.go", `ResourceName: jsii.String(data.Key),`, `ResourceName: jsii.String("*"),`},
	{"a rehearsed alarm takes missing data for fine where it is to breach",
		"rehearsal/alarm.go", "breaching += missing", "breaching += 0"},
	{"the gateway sends a request again that may have arrived",
		"internal/gateway/attempt.go", "if !answered && notConnected(err) {", "if !answered {"},
	{"the gateway signs without the body",
		"internal/gateway/sign.go", "b.sum = sha256.Sum256(body)", "b.sum = sha256.Sum256(nil)"},
	{"a connection that SageMaker has closed is used again",
		"internal/gateway/upstream/idle.go", "case n.conn.clean():", "case n.conn != nil:"},
	{"a plan does not count what it costs",
		"rehearsal/plan/score.go", "return overOracle + costlyWeight*max(0, overOracle-costlyRatio) + lossWeight*(1-availability)", "return lossWeight * (1 - availability)"},
	{"floors that are to be released early stay",
		"autoscaling/floor.go", "if e.FloorUntil != 0 && s.After >= e.FloorUntil {", "if e.FloorUntil < 0 {"},
	{"a token's claims are not asked for",
		"constructs/frontend/authentication.go", "if as != nil && as.JWT != nil {", `if as != nil && as.JWT != nil && as.JWT.Issuer == "" {`},
	{"production may be served without TLS",
		"config/accessrules.go", "case f.PlainHTTP && e.Production:", "case f.PlainHTTP && !e.Production && e.Production:"},
	{"events that are under way do not keep others from being pruned",
		"cmd/events/prune.go", "if !w.From.After(now) && w.To.After(now) &&", "if w.Starts.Before(now) && w.Ends.After(now) &&"},
}

// behaviour is the tests that are to notice, none of which looks at a snapshot.
var behaviour = [][]string{
	{"./autoscaling/...", "./capacity/...", "./config/...", "./constructs/...",
		"./cloudformation", "./cmd/events", "./gateway/...", "./rehearsal/..."},
	{"./test/deploy", "-run", "^TestDeployment$"},
}

func main() {
	only := flag.String("only", "", "try only the mutants whose names hold this `text`")
	flag.Parse()
	mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return !strings.Contains(m.name, *only) })
	if err := run(); err != nil {
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
	fmt.Println("unbroken:")
	for _, args := range behaviour {
		if err := pass(dir, args...); err != nil {
			return fmt.Errorf("the unbroken copy: %w", err)
		}
	}
	survivors := 0
	for _, m := range mutants {
		fmt.Printf("%s (%s):\n", m.name, m.file)
		killers, err := try(dir, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if len(killers) == 0 {
			survivors++
			fmt.Println("  SURVIVES: no test of behaviour fails")
		}
		for _, k := range killers {
			fmt.Println("  fails", k)
		}
	}
	if survivors > 0 {
		return fmt.Errorf("%d of %d mutants survive", survivors, len(mutants))
	}
	fmt.Printf("all %d mutants are noticed\n", len(mutants))
	return nil
}

// try breaks the copy, renews its snapshots, tests it and mends it again.
func try(dir string, m mutant) (killers []string, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%s holds %q %d times, want once", m.file, m.old, n)
	}
	if err := os.WriteFile(path, bytes.Replace(source, []byte(m.old), []byte(m.new), 1), 0o644); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, source, 0o644)) }()
	if err := pass(dir, "./test/synth", "-run", "^TestSnapshots$", "-update"); err != nil {
		return nil, fmt.Errorf("renewing the snapshots: %w", err)
	}
	if err := pass(dir, "./test/synth", "-run", "^TestSnapshots$"); err != nil {
		return nil, fmt.Errorf("the renewed snapshots: %w", err)
	}
	for _, args := range behaviour {
		failed, err := tests(dir, args...)
		if err != nil {
			return nil, err
		}
		killers = append(killers, failed...)
	}
	return killers, nil
}

// pass wants every test to pass.
func pass(dir string, args ...string) error {
	failed, err := tests(dir, args...)
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("%q fail", failed)
	}
	return err
}

// tests runs go test in dir and returns the innermost tests that failed.
func tests(dir string, args ...string) (failed []string, err error) {
	began := time.Now()
	cmd := exec.Command("go", append([]string{"test", "-json", "-count=1"}, args...)...)
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
		var event struct{ Action, Package, Test, Output string }
		if err := decoder.Decode(&event); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go test: %w\n%s", err, stderr.String())
		}
		name := strings.TrimSpace(event.Package[strings.LastIndex(event.Package, "/cdk/")+1:] + " " + event.Test)
		switch {
		case event.Action == "build-fail":
			return nil, fmt.Errorf("%s does not build", event.Package)
		case event.Test == "":
		case event.Action == "pass":
			passed++
		case event.Action == "fail":
			// A failing subtest comes before the test that holds it.
			if !slices.ContainsFunc(failed, func(f string) bool { return strings.HasPrefix(f, name+"/") }) {
				failed = append(failed, name)
			}
		}
	}
	if runErr != nil && len(failed) == 0 {
		return nil, fmt.Errorf("go test failed without a failing test: %w\n%s", runErr, stderr.String())
	}
	fmt.Printf("  %s: %d passed, %d failed, %s\n", args[0], passed, len(failed), time.Since(began).Round(time.Second))
	return failed, nil
}
