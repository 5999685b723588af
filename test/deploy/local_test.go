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
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestLocal runs the README's first command so that what it has deployed stands, talks to
// that as docs/local-aws.md says, and ends it by Ctrl-C.
func TestLocal(t *testing.T) {
	t.Parallel()
	run := startLocal(t, "-keep")
	run.until(t, "export AWS_ENDPOINT_URL=")
	for line := ""; !strings.HasPrefix(line, "export AWS_DEFAULT_REGION="); {
		line = run.line(t)
	}
	out := run.printed.String()
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
	told, pasted, _ := strings.Cut(out, "in another shell:\n")
	for line := range strings.Lines(told) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("more than 80 columns: %s", line)
		}
	}
	commands, python, answer := talk(t)
	if got := run.shell(t, pasted, commands); !strings.Contains(got, "predictions-local") || !strings.Contains(got, `{"predictions":[[0.74`) {
		t.Errorf("the commands of docs/local-aws.md printed\n%s", got)
	}
	if got := run.shell(t, pasted, python); got != answer {
		t.Errorf("the Python of docs/local-aws.md printed\n%swant\n%s", got, answer)
	}
	run.interrupt(t, 0, "")
}

// talk returns the commands, the Python and its output that docs/local-aws.md shows.
func talk(t *testing.T) (commands, python, answer string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "local-aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(page), "## Talk to it")
	part, _, _ = strings.Cut(part, "\n## ")
	blocks := regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(part, -1)
	if len(blocks) != 4 || blocks[1][1] != "sh" || blocks[2][1] != "sh" || blocks[3][1] != "text" {
		t.Fatalf("got %q", blocks)
	}
	return blocks[1][2], blocks[2][2], blocks[3][2]
}

// TestInterruptedLocal interrupts the command while the app is synthesized. It says so and
// nothing else, and leaves nothing.
func TestInterruptedLocal(t *testing.T) {
	t.Parallel()
	run := startLocal(t)
	run.until(t, "… Synthesize")
	if got := run.running(t); len(got) < 4 { // the program, the model, moto and the CDK CLI
		t.Errorf("got the processes %q", got)
	}
	run.interrupt(t, 130, "interrupted\n")
	templates, err := filepath.Glob(filepath.Join(root, ".local", fmt.Sprintf("*.%d", run.cmd.Process.Pid)))
	if err != nil || len(templates) > 0 {
		t.Errorf("it leaves %v, %v", templates, err)
	}
}

// local is a run of cmd/local, with a folder of its own for temporary files, and a variable
// that its processes have in their environment.
type local struct {
	cmd               *exec.Cmd
	out               *bufio.Reader
	printed, problems bytes.Buffer
	temporary, marker string
}

func startLocal(t *testing.T, args ...string) *local {
	t.Helper()
	program := filepath.Join(t.TempDir(), "local")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/local")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	run := &local{cmd: exec.CommandContext(ctx, program, args...), temporary: t.TempDir(), marker: "LOCAL_TEST=" + rand.Text()}
	run.cmd.Dir, run.cmd.Stderr = root, &run.problems
	run.cmd.Env = append(os.Environ(), "TMPDIR="+run.temporary, run.marker)
	out, err := run.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	run.out = bufio.NewReader(out)
	return run
}

// line returns the next line of the output.
func (r *local) line(t *testing.T) string {
	t.Helper()
	line, err := r.out.ReadString('\n')
	r.printed.WriteString(line)
	if err != nil {
		_ = r.cmd.Wait()
		t.Fatalf("it ended: %v\n%s%s", r.cmd.ProcessState, &r.printed, &r.problems)
	}
	return line
}

// until reads the output until a line begins so.
func (r *local) until(t *testing.T, begins string) {
	t.Helper()
	for !strings.HasPrefix(r.line(t), begins) {
	}
}

// shell returns the output of a script in a shell into which lines were pasted, with
// testdata/runbook/aws.py in place of the AWS CLI.
func (r *local) shell(t *testing.T, pasted, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", pasted+script)
	cmd.Dir = root
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + fakeCLI(t) + ":" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, script, out)
	}
	return string(out)
}

// interrupt is Ctrl-C. The program ends with the status and the problems, and leaves neither
// processes nor temporary files.
func (r *local) interrupt(t *testing.T, status int, problems string) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(r.out)
	_ = r.cmd.Wait()
	said := regexp.MustCompile(`compiling the gateway for .*\n`).ReplaceAllString(r.problems.String(), "") // progress
	if got := r.cmd.ProcessState.ExitCode(); got != status || said != problems {
		t.Errorf("got status %d, want %d\n%s%s", got, status, rest, &r.problems)
	}
	for deadline := time.Now().Add(5 * time.Second); len(r.running(t)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it leaves the processes %q", r.running(t))
		}
	}
	left, err := os.ReadDir(r.temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

// running are the command lines of the run's processes: those with its marker in their
// environment, or its folder in the command line.
func (r *local) running(t *testing.T) (commands []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		environ, err := os.ReadFile(file)
		command, err2 := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		if err != nil || err2 != nil {
			continue // the process has ended
		}
		if slices.Contains(strings.Split(string(environ), "\x00"), r.marker) || strings.Contains(string(command), r.temporary) {
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
	cmd.Dir, cmd.WaitDelay = root, 10*time.Second
	cmd.Env = append(os.Environ(), "CDK_VALIDATION=false") // test/synth validates the environments
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
		"  reply      200 OK application/json: home 74.45 %, draw 17.07 %, away 8.48 %",
		"  streamed   200 OK application/json: home 74.45 %, draw 17.07 %, away 8.48 %",
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
