package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestMakeLocal runs the README's first command, beside the other tests'
// local AWS.
func TestMakeLocal(t *testing.T) {
	t.Parallel()
	out := makeLocal(t)
	want := append(shown(t),
		"  local-network     CREATE_COMPLETE",
		"  local-inference   CREATE_COMPLETE",
		"  local-frontend    CREATE_COMPLETE",
		"  local-monitoring  CREATE_COMPLETE",
		"  final-floor ",
		"  served by  variant main in ",
		"  .local/cdk.out-local.",
		"Done in ")
	for _, line := range want {
		if !strings.Contains("\n"+out, "\n"+line) {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	for line := range strings.Lines(out) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
}

// TestInterruptedLocal interrupts the command while the app is synthesized. It says so and
// nothing else, and leaves neither files nor processes.
func TestInterruptedLocal(t *testing.T) {
	t.Parallel()
	temporary, marker := t.TempDir(), "INTERRUPTED_LOCAL="+rand.Text()
	program := filepath.Join(t.TempDir(), "local")
	build := exec.Command("go", "build", "-o", program, "./cmd/local")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "TMPDIR="+temporary, marker)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	for line := ""; !strings.HasPrefix(line, "… Synthesize"); {
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("it never synthesized: %v\n%s", err, &problems)
		}
	}
	if len(running(t, marker)) < 3 { // the program, moto and the CDK CLI
		t.Errorf("got the processes %q", running(t, marker))
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 130 || problems.String() != "interrupted\n" {
		t.Errorf("got status %d\n%s%s", status, rest, &problems)
	}
	for deadline := time.Now().Add(5 * time.Second); len(running(t, marker)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it leaves the processes %q", running(t, marker))
		}
	}
	left, err := os.ReadDir(temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	templates, err := filepath.Glob(filepath.Join(root, ".local", fmt.Sprintf("*.%d", cmd.Process.Pid)))
	if err != nil || len(templates) > 0 {
		t.Errorf("it leaves %v, %v", templates, err)
	}
}

// running are the command lines of the processes with a variable in their environment.
func running(t *testing.T, variable string) (commands []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		environ, err := os.ReadFile(file) // fails where the process has ended
		if err != nil || !slices.Contains(strings.Split(string(environ), "\x00"), variable) {
			continue
		}
		command, err := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		if err == nil {
			commands = append(commands, strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return commands
}

func makeLocal(t *testing.T, arguments ...string) (output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "make", append([]string{"local"}, arguments...)...)
	cmd.Dir = root
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// shown is what the README says that the command prints.
func shown(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "```text\n")
	block, _, found := strings.Cut(after, "\n```")
	if !found {
		t.Fatal("the README shows no output")
	}
	return strings.Split(block, "\n")
}

// TestMakeLocalOfProduction: an environment of another account, whose gateway is
// a service, is deployed to a local AWS of that account, and its gateway streams.
func TestMakeLocalOfProduction(t *testing.T) {
	t.Parallel()
	out := makeLocal(t, "ENV=prod")
	for _, line := range []string{
		"  prod-frontend    CREATE_COMPLETE",
		"  prod-monitoring  CREATE_COMPLETE",
		"  gateway    service on FARGATE, 1 task of",
		"             777788889999.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0",
		"  reply      200 OK application/json {\"predictions\":[0.8125]}",
		"  streamed   200 OK application/json {\"predictions\":[0.8125]}",
		"Rehearsal of endpoint/predictions-prod/variant/main",
		"  traffic   a World Cup semi-final with a peak of 6000 requests/s, kick-off",
		"            2027-05-29 18:50 UTC",
		"  report    bin/rehearsal-prod.html",
	} {
		if !strings.Contains("\n"+out, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	page, err := os.ReadFile(filepath.Join(root, "bin", "rehearsal-prod.html"))
	if err != nil || !strings.Contains(string(page), "endpoint/predictions-prod/variant/main") {
		t.Errorf("the report is not about what was deployed: %v", err)
	}
}
