package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// program and lambdaProgram are the gateway as a server and as a function, built
// as they are deployed but for this machine.
var program, lambdaProgram string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gateway-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program, lambdaProgram = filepath.Join(dir, "gateway"), filepath.Join(dir, "bootstrap")
	for built, tags := range map[string]string{program: "lambda.norpc", lambdaProgram: "lambda.norpc,notraces"} {
		build := exec.Command(
			"go",
			"build",
			"-tags="+tags,
			"-trimpath",
			"-buildvcs=false",
			"-ldflags=-s -w -buildid=",
			"-o",
			built,
			".",
		)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the gateway: %v\n%s", err, out)
			return 1
		}
	}
	return m.Run()
}

// environment is what the gateway runs in: no files of this machine's user, and
// runtime for SageMaker.
func environment(runtime *sagemakertest.Runtime, more map[string]string) map[string]string {
	env := map[string]string{
		"ENDPOINT_NAME":                      "predictions",
		"MAX_BODY_BYTES":                     "1024",
		"AWS_REGION":                         "us-east-1",
		"AWS_ACCESS_KEY_ID":                  "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":              "a-secret-key",
		"AWS_SESSION_TOKEN":                  "a-session-token",
		"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": runtime.URL,
	}
	for name, value := range more {
		env[name] = value
	}
	return env
}

func pairs(env map[string]string) []string {
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// startRuntime starts a SageMaker runtime whose model fails on an input that
// says "broken".
func startRuntime(t *testing.T) *sagemakertest.Runtime {
	t.Helper()
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		if bytes.Contains(call.Body, []byte("broken")) {
			sagemakertest.Error(
				w,
				424,
				"ModelError",
				`{"LogStreamArn":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/predictions",`+
					`"Message":"Received client error (415) from primary","OriginalMessage":"no <such> type",`+
					`"OriginalStatusCode":415}`,
			)
			return
		}
		sagemakertest.Echo(w, r, call)
	})
	return runtime
}

func TestProgramIsStatic(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("an ELF file is made on Linux only")
	}
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			t.Error("it asks for a dynamic loader, which an image from scratch has not")
		}
	}
	if file.Section(".symtab") != nil {
		t.Error("it has a symbol table, which has no use on Lambda")
	}
}

// Everything that is wrong with the environment is told at once, and only on
// stderr.
func TestBadEnvironment(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = []string{"MAX_BODY_BYTES=6MiB", "REQUEST_TIMEOUT=70", "LISTEN_ADDRESS=8080"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 || stdout.Len() != 0 {
		t.Errorf("%v, %q on stdout", err, stdout.String())
	}
	want := `gateway: cannot start
ENDPOINT_NAME: is required; set it to the name of the SageMaker endpoint
MAX_BODY_BYTES: got "6MiB": must be a whole number from 1 to 104857600; give bytes without a unit, such as 6291456
REQUEST_TIMEOUT: got "70": must be a duration from 100ms to 15m0s; write a number with its unit, such as 70s
LISTEN_ADDRESS: got "8080": must be host:port or :port, the port from 0 to 65535; write it such as :8080
AWS_REGION: is required; set it to the endpoint's region, such as eu-west-1
`
	if stderr.String() != want {
		t.Errorf("got\n%s\nwant\n%s", stderr.String(), want)
	}
}

func TestPortThatIsTaken(t *testing.T) {
	t.Parallel()
	taken := startRuntime(t)
	address := strings.TrimPrefix(taken.URL, "http://")
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = pairs(environment(taken, map[string]string{"LISTEN_ADDRESS": address}))
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "gateway: LISTEN_ADDRESS: listen tcp "+address) {
		t.Errorf("%v: %s", err, out)
	}
}
