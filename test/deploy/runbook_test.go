package deploy_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// missing is the exit status of testdata/runbook/aws.py for an operation that moto does
// not have; names and parameters of the command are right then.
const missing = 90

// unusual are the commands of docs/runbook.md that end otherwise than with 0 on the local
// AWS, by their beginnings.
var unusual = []struct {
	command string
	// status is the exit status; -1 is a command that is only checked for its syntax.
	status int
	reason string
}{
	{"bin/final status", 1, "the local AWS has no traffic, and no data for alarms"},
	{"bin/final verify", 1, "the local AWS has neither images nor subscribers"},
	{"make deploy ENV=prod", 2, "it asks, and the answer is no: TestDeploySafely deploys"},
	{"git checkout", -1, "it changes the checkout that is tested"},
	{"aws application-autoscaling describe-scaling-activities", missing, "moto has no scaling activities"},
	{"aws cloudformation cancel-update-stack", missing, "moto's stacks are never on the way"},
	{"aws cloudformation continue-update-rollback", missing, "moto's rollbacks do not fail"},
	{"aws elbv2 modify-capacity-reservation", missing, "moto reserves no capacity units"},
	{"aws logs filter-log-events --log-group-name /aws/sagemaker", 254, "SageMaker makes the log group at the first instance"},
}

// TestTheRunbookRuns runs each command of docs/runbook.md, in the order of the page, on
// environment prod as it stands after its deployment.
func TestTheRunbookRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	before, commands := runbook(t)
	shell := runbookShell(ctx, t)
	// The names that the first block sets are for all others.
	names := filepath.Join(t.TempDir(), "names")
	if out, status := shell(before+"\ndeclare -p >"+names, ""); status != 0 {
		t.Fatalf("got status %d of\n%s\n%s", status, before, out)
	}
	used := make([]bool, len(unusual))
	for _, command := range commands {
		want, answer := 0, "y\n"
		i := slices.IndexFunc(unusual, func(u struct {
			command string
			status  int
			reason  string
		}) bool {
			return strings.HasPrefix(command, u.command)
		})
		if i >= 0 {
			want, used[i] = unusual[i].status, true
		}
		if strings.HasPrefix(command, "make deploy") {
			answer = "n\n"
		}
		script := "source " + names + " 2>/dev/null\n" + command
		if want < 0 {
			want, script = 0, "bash -n <<'END'\n"+command+"\nEND"
		}
		if out, status := shell(script, answer); status != want {
			t.Errorf("got status %d, want %d of\n%s\n%s", status, want, command, out)
		}
	}
	for i, u := range unusual {
		if !used[i] {
			t.Errorf("the page has no command %s: remove it from unusual", u.command)
		}
	}
}

// runbook reads the page: what is run before the evening, and all other commands, those
// within a line too. Each is there once, but bin/final, which changes what stands.
func runbook(t *testing.T) (before string, commands []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?ms)^```sh\n(.*?)^```|`((?:bin/final|make|aws|npx|git|go) [^`]+)`")
	for _, m := range found.FindAllStringSubmatch(string(data), -1) {
		if m[1] != "" && before == "" {
			before = m[1]
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(m[1]+m[2]), "\n") {
			if strings.HasPrefix(line, "bin/final ") || !slices.Contains(commands, line) {
				commands = append(commands, line)
			}
		}
	}
	if len(commands) < 20 {
		t.Fatalf("got %d commands, want those of the page", len(commands))
	}
	return before, commands
}

// runbookShell deploys environment prod to a local AWS, and returns what runs a script of
// bash against it, with testdata/runbook/aws.py in place of the AWS CLI.
func runbookShell(ctx context.Context, t *testing.T) func(script, answer string) (out string, status int) {
	t.Helper()
	environments, err := filepath.Abs(filepath.Join(root, "config", "environments"))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(environments, "prod")
	if err != nil || len(loaded) != 1 {
		t.Fatalf("got %d environments, %v", len(loaded), err)
	}
	e := loaded[0]
	python, err := localaws.Prepare(ctx, root, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	local, err := localaws.Start(ctx, localaws.Options{Dir: root, Python: python, Account: e.Account, Region: e.Region,
		CertificateARNs: []string{e.Frontend.CertificateARN}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	cdk := localaws.CDK{AWS: local, Dir: root, Region: e.Region, App: app, Output: t.TempDir(), Unvalidated: true,
		Context: map[string]string{"env": "prod", "environments": environments}}
	if output, err := cdk.Bootstrap(ctx); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, output)
	}
	if output, err := cdk.Deploy(ctx, "prod/*"); err != nil {
		t.Fatalf("deploy: %v\n%s", err, output)
	}
	bin := t.TempDir()
	if python, err = filepath.Abs(python); err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(filepath.Join("testdata", "runbook", "aws.py"))
	if err != nil {
		t.Fatal(err)
	}
	cli := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' \"$@\"\n", python, program)
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(cli), 0o755); err != nil {
		t.Fatal(err)
	}
	return func(script, answer string) (string, int) {
		cmd := exec.CommandContext(ctx, "bash", "-u", "-o", "pipefail", "-c", script)
		cmd.Dir, cmd.Stdin, cmd.WaitDelay = root, strings.NewReader(answer), 10*time.Second
		cmd.Env = append(local.Environ(e.Region), "CDK_VALIDATION=false", "CDK_DISABLE_CLI_TELEMETRY=true",
			"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
}
