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

// unusualCommand is one that ends otherwise than with 0 on the local AWS.
type unusualCommand struct {
	// begins is how the command begins.
	begins string
	// status is the exit status; -1 is a command that is only checked for its syntax.
	status int
	reason string
}

// unusual are those of docs/runbook.md.
var unusual = []unusualCommand{
	{"bin/final status", 1, "the local AWS has no traffic, and no data for alarms"},
	{"bin/final verify", 1, "the local AWS has neither images nor subscribers"},
	{"git checkout", -1, "it changes the checkout that is tested"},
	{"aws cloudformation cancel-update-stack", missing, "moto's stacks are never on the way"},
	{"aws cloudformation continue-update-rollback", missing, "moto's rollbacks do not fail"},
	{"aws elbv2 modify-capacity-reservation", missing, "moto reserves no capacity units"},
	{"aws sqs", 254, "prod reserves no capacity units, and has no queue"},
	{"aws logs filter-log-events --log-group-name /aws/sagemaker", 254, "SageMaker makes the log group, and moto none"},
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
	for _, wrong := range []string{
		"aws", "aws sage-maker describe-endpoint", "aws sagemaker describe-endpoints",
		"aws ecs describe-services", "aws ecs describe-services services", "aws ecs describe-services --servises a",
		"aws ecs describe-services --services a --query [", "aws sagemaker describe-endpoint --endpoint-name a b",
		"aws logs filter-log-events --log-group-name a --start-time now",
	} {
		if out, status := shell(wrong, ""); status != 252 {
			t.Errorf("got status %d, want 252 of the wrong command %s\n%s", status, wrong, out)
		}
	}
	used := make([]bool, len(unusual))
	for _, command := range commands {
		want := 0
		i := slices.IndexFunc(unusual, func(u unusualCommand) bool { return strings.HasPrefix(command, u.begins) })
		if i >= 0 {
			want, used[i] = unusual[i].status, true
		}
		script := "source " + names + " 2>/dev/null\n" + command
		if want < 0 {
			want, script = 0, "bash -n <<'END'\n"+command+"\nEND"
		}
		if out, status := shell(script, "y\n"); status != want {
			t.Errorf("got status %d, want %d of\n%s\n%s", status, want, command, out)
		}
	}
	for i, u := range unusual {
		if !used[i] {
			t.Errorf("the page has no command %s: remove it from unusual", u.begins)
		}
	}
}

// runbook reads the page: what is run before the evening, and all other commands, those
// within a line too where they have arguments. What reads is there once.
func runbook(t *testing.T) (before string, commands []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^(bin/final|make) [a-z]+$`)
	changes := regexp.MustCompile(`^bin/final (floor|freeze|resume) `)
	found := regexp.MustCompile("(?ms)^```sh\n(.*?)^```|`((?:bin/final|make|aws|npx|git|go) [^`]+)`")
	for _, m := range found.FindAllStringSubmatch(string(data), -1) {
		if m[1] != "" && before == "" {
			before = m[1]
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(m[1]+m[2]), "\n") {
			if !name.MatchString(line) && (changes.MatchString(line) || !slices.Contains(commands, line)) {
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
	bin := fakeCLI(t)
	return func(script, answer string) (string, int) {
		cmd := exec.CommandContext(ctx, "bash", "-u", "-o", "pipefail", "-c", script)
		cmd.Dir, cmd.Stdin, cmd.WaitDelay = root, strings.NewReader(answer), 10*time.Second
		cmd.Env = append(local.Environ(e.Region), "CDK_VALIDATION=false", "CDK_DISABLE_CLI_TELEMETRY=true",
			"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
}

// fakeCLI returns a folder in which "aws" is testdata/runbook/aws.py.
func fakeCLI(t *testing.T) (bin string) {
	t.Helper()
	python, err := localaws.FindPython(t.Context(), root)
	if err == nil {
		python, err = filepath.Abs(python)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(filepath.Join("testdata", "runbook", "aws.py"))
	if err != nil {
		t.Fatal(err)
	}
	bin = t.TempDir()
	cli := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' \"$@\"\n", python, program)
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(cli), 0o755); err != nil {
		t.Fatal(err)
	}
	return bin
}
