package compile_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
)

// engine is docker, or what CDK_DOCKER names, as the CDK CLI finds it.
type engine string

// startEngine skips the test where no engine answers.
func startEngine(t *testing.T) engine {
	t.Helper()
	e := engine(os.Getenv("CDK_DOCKER"))
	if e == "" {
		e = "docker"
	}
	if out, err := exec.CommandContext(t.Context(), string(e), "info").CombinedOutput(); err != nil {
		t.Skipf("no container engine answers: %s info: %v: %s", e, err, out)
	}
	return e
}

// run runs a command of the engine, and ends the test where it fails.
func (e engine) run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute) // also in a clean-up
	defer cancel()
	cmd := exec.CommandContext(ctx, string(e), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", e, args, err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// TestImage builds the image for both platforms as the CDK CLI does. The one of
// this machine's platform answers /ping as a task on Fargate runs it, and as
// no user of the host; SIGTERM ends it with status 0.
func TestImage(t *testing.T) {
	e := startEngine(t)
	for _, arch := range []string{"arm64", "amd64"} {
		t.Run(arch, func(t *testing.T) {
			dir, tag := t.TempDir(), "sagemaker-inference-gateway-test:"+arch
			if err := compile.Image(t.Context(), arch, dir); err != nil {
				t.Fatal(err)
			}
			e.run(t, "build", "--tag", tag, "--platform", "linux/"+arch, dir)
			t.Cleanup(func() { e.run(t, "rmi", "--force", tag) })
			var images []struct {
				Architecture, Os string
				Config           struct {
					User       string
					Entrypoint []string
				}
			}
			if err := json.Unmarshal([]byte(e.run(t, "image", "inspect", tag)), &images); err != nil {
				t.Fatal(err)
			}
			if i := images[0]; i.Os+"/"+i.Architecture != "linux/"+arch || i.Config.User != "65532:65532" ||
				strings.Join(i.Config.Entrypoint, " ") != "/gateway" {
				t.Errorf("got %+v", i)
			}
			if arch == runtime.GOARCH {
				answersPing(t, e, tag)
			}
		})
	}
}

func answersPing(t *testing.T, e engine, tag string) {
	t.Helper()
	container := e.run(t, "run", "--detach", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--publish", "127.0.0.1::8080", "--env", "ENDPOINT_NAME=predictions", "--env", "AWS_REGION=eu-west-1", tag)
	t.Cleanup(func() { e.run(t, "rm", "--force", container) })
	address, _, _ := strings.Cut(e.run(t, "port", container, "8080/tcp"), "\n")
	var status string
	for deadline := time.Now().Add(20 * time.Second); status == "" &&
		time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get("http://" + address + "/ping"); err == nil {
			status = response.Status
			_ = response.Body.Close()
		}
	}
	if status != "200 OK" {
		t.Fatalf("/ping: %q; its log: %s", status, e.run(t, "logs", container))
	}
	e.run(t, "stop", "--time", "20", container)
	if got := e.run(t, "inspect", "--format", "{{.State.ExitCode}}", container); got != "0" {
		t.Errorf("SIGTERM ended it with status %s; its log: %s", got, e.run(t, "logs", container))
	}
}
