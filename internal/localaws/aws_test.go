package localaws

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// parent starts a local AWS, says where, and waits to be killed.
func parent() int {
	a, err := Start(context.Background(), Options{Dir: root, Python: os.Getenv(parentEnv)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(a.URL())
	time.Sleep(time.Minute)
	return 1
}

func TestEndsWithItsParent(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), parentEnv+"="+python)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(strings.TrimSpace(line), "http://")
	if !answers(address) {
		t.Fatalf("nothing answers at %s", address)
	}
	_ = cmd.Process.Kill() // kill -9: it cannot end its child
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); answers(address); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s still answers", address)
		}
	}
}

func answers(address string) bool {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	_ = connection.Close()
	return true
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), Options{Dir: root, Python: python, Port: port})
	contains(t, err, "exit status 1", fmt.Sprintf("cannot listen on 127.0.0.1:%d", port), "0 for a free one")
}

func TestMalformedCertificate(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: root, Python: python, CertificateARNs: []string{"my-certificate"}})
	contains(t, err, "'my-certificate' is not the ARN of an ACM certificate")
}

func TestStartThatFails(t *testing.T) {
	t.Parallel()
	dies := script(t, "echo out of luck >&2; exit 3")
	_, err := Start(t.Context(), Options{Dir: root, Python: dies})
	contains(t, err, "exit status 3", "out of luck")

	hangs := script(t, "echo thinking >&2; exec cat")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = Start(ctx, Options{Dir: root, Python: hangs})
	contains(t, err, "not ready", "thinking")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline that was exceeded", err)
	}

	_, err = Start(t.Context(), Options{Dir: root, Python: filepath.Join(t.TempDir(), "python")})
	contains(t, err, "no such file")
}

// script makes an executable shell script.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// A second local AWS knows nothing of the first, tells what goes wrong in moto,
// and its end is an error to everyone who still uses it.
func TestSecondOne(t *testing.T) {
	t.Parallel()
	a, err := Start(t.Context(), Options{Dir: root, Python: python, Skipped: []string{"AWS::CloudWatch::AnomalyDetector"}})
	if err != nil {
		t.Fatal(err)
	}
	if a.URL() == shared.URL() {
		t.Errorf("both are at %s", a.URL())
	}
	client := cloudformation.NewFromConfig(a.Config(region))
	create := func(name, template string) error {
		_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{
			StackName: &name, TemplateBody: &template,
		})
		return err
	}

	if err := create("expected", "Resources: {A: {Type: 'AWS::CloudWatch::AnomalyDetector'}, L: {Type: 'AWS::Logs::LogGroup'}}"); err != nil {
		t.Error(err)
	}
	if err := a.Err(); err != nil {
		t.Errorf("a type that may be skipped is a problem: %v", err)
	}
	if err := create("unexpected", "Resources: {A: {Type: 'AWS::WAFv2::RuleGroup'}}"); err != nil {
		t.Error(err)
	}
	contains(t, a.Err(), "AWS::WAFv2::RuleGroup")

	// moto expects that somebody has checked the required properties.
	err = create("raises", "Resources: {F: {Type: 'AWS::Lambda::Function', Properties: {Code: {}}}}")
	contains(t, err, "AWS::Lambda::Function F: create", "KeyError")
	contains(t, a.Err(), "moto raised KeyError: 'Role'", "awslambda/models.py")
	s, err := a.Snapshot(t.Context(), region)
	if err != nil {
		t.Error(err)
	}
	if i := slices.IndexFunc(s.Stacks, func(s Stack) bool { return s.Name == "raises" }); i < 0 || s.Stacks[i].Status != "CREATE_FAILED" {
		t.Errorf("got %+v, want raises CREATE_FAILED", s.Stacks)
	}
	if other := commonRegion(t).stack("raises"); other.Name != "" {
		t.Errorf("the other one has %+v", other)
	}

	started := make(chan struct{})
	go func() {
		<-started
		_ = a.cmd.Process.Kill()
	}()
	cdk := CDK{AWS: a, Dir: root, Region: region, Assembly: copyAssembly(t), Log: onFirstWrite{started}}
	_, err = cdk.Deploy(t.Context(), "service")
	contains(t, err, "cdk deploy", "moto has ended: signal: killed", "KeyError: 'Role'")
	err = create("late", "Resources: {L: {Type: 'AWS::Logs::LogGroup'}}")
	contains(t, err, "moto has ended: signal: killed")
	contains(t, a.Err(), "moto has ended")
	contains(t, a.Close(), "moto has ended")
	if err := a.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

// onFirstWrite closes its channel when something is written for the first time.
type onFirstWrite struct{ written chan struct{} }

func (w onFirstWrite) Write(p []byte) (int, error) {
	select {
	case <-w.written:
	default:
		close(w.written)
	}
	return len(p), nil
}

func TestEnviron(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "real", "AWS_ENDPOINT_URL_S3": "https://s3.example",
		"NO_PROXY": "intranet", "no_proxy": "", "HOME": os.Getenv("HOME"),
	} {
		t.Setenv(name, value)
	}
	environ := shared.Environ("eu-central-1")
	for _, want := range []string{
		"AWS_ENDPOINT_URL=" + shared.URL(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=local123456789012",
		"AWS_CONFIG_FILE=/dev/null", "NO_PROXY=intranet,127.0.0.1,localhost", "HOME=" + os.Getenv("HOME"),
	} {
		if !slices.Contains(environ, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if slices.Contains([]string{"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"}, name) {
			t.Errorf("%s is passed on", variable)
		}
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	log := newMotoLog(io.Discard, []string{"AWS::CloudWatch::AnomalyDetector"})
	text := `400 POST /
WARNING moto: No Moto CloudFormation support for AWS::CloudWatch::AnomalyDetector
WARNING moto: No Moto CloudFormation support for AWS::EC2::Unicorn
WARNING moto: No Moto CloudFormation support for AWS::EC2::Unicorn
WARNING moto: left behind, moto does not delete it: AWS::EC2::Unicorn U
ERROR root: POST /
Traceback (most recent call last):
  File "a.py", line 1, in a
    b()
KeyError: 'b'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "c.py", line 2, in c
    d()
ValueError: d
500 POST /
`
	// As it comes: not line by line.
	for part := range slices.Chunk([]byte(text), 7) {
		if _, err := log.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"moto's CloudFormation does not know AWS::EC2::Unicorn and has skipped it",
		"left behind, moto does not delete it: AWS::EC2::Unicorn U",
		"POST /",
		`moto raised KeyError: 'b' at File "a.py", line 1, in a`,
		`moto raised ValueError: d at File "c.py", line 2, in c`,
	}
	if got := log.problems(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if last := log.lastLines(); !strings.HasSuffix(last, "\n    ValueError: d\n    500 POST /") {
		t.Errorf("the last lines are %s", last)
	}
}

func TestQueueEndpointResults(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "eu-west-1")
	must(t, r.aws().QueueEndpointResults(t.Context(), r.name, EndpointResult{Body: "{}"}))
}

// contains checks that err says all of want.
func contains(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", want)
		return
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error has no %q:\n%v", part, err)
		}
	}
}
