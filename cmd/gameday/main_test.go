package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const (
	root   = "../.."
	region = "us-east-1"
)

// programEnv makes the test binary the program.
const programEnv = "GAMEDAY_TEST_PROGRAM"

// local has the environment match, or what gameday looks for of it.
var local *localaws.AWS

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) != "" {
		main()
		return
	}
	code, err := testAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func testAll(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	python, err := localaws.Prepare(ctx, root, os.Stderr)
	if err != nil {
		return 1, err
	}
	if local, err = localaws.Start(ctx, localaws.Options{Dir: root, Python: python}); err != nil {
		return 1, err
	}
	// The program finds the local AWS as it finds any other.
	for _, variable := range local.Environ(region) {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") ||
			strings.EqualFold(name, "no_proxy") {
			if err := os.Setenv(name, value); err != nil {
				return 1, err
			}
		}
	}
	template, err := os.ReadFile("testdata/stack.yaml")
	if err != nil {
		return 1, err
	}
	stacks := cloudformation.NewFromConfig(local.Config(region))
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("match-frontend"),
		TemplateBody: aws.String(string(template))}); err != nil {
		return 1, err
	}
	if err := local.Err(); err != nil {
		return 1, err
	}
	code = m.Run()
	return code, local.Close()
}

// call runs the program on the environment match.
func call(ctx context.Context, args ...string) (status int, out, problems string) {
	var o, p bytes.Buffer
	args = append(slices.Clone(args), "--environments", "testdata", "--env", "match")
	status = command(ctx, args, strings.NewReader(""), &o, &p)
	return status, o.String(), p.String()
}

// TestBadInput: each is one line, or one for each problem, with status 2, and nothing
// is changed or sent.
func TestBadInput(t *testing.T) {
	const load = "load --url https://predictions.example.com/invocations --body testdata/match.yaml "
	for _, c := range []struct{ args, want string }{
		{"", "usage: gameday COMMAND"},
		{"lode", `command: got "lode": there is no such command`},
		{"load --body none.json --scale 0 --compress 0.5", `--url: got "": this is no URL of a load balancer; such as ` +
			"https://predictions.example.com/invocations\n--body: got \"none.json\": the file cannot be read; give a file " +
			"with the body of a request\n--scale: got 0: this is a number from 0.0001 to 100; correct it\n" +
			"--compress: got 0.5: this is a number from 1 to 1000; correct it\n"},
		{load + "--event semi", `--event: got "semi": there is none of that name; there are final`},
		{load, "--host: got \"\": the load has a peak of 400 requests/s, and over 100 a second the host is given twice, " +
			"so that nobody else gets it; give --host predictions.example.com, or --yes\n"},
		{load + "--host predictions.example.org", "give --host predictions.example.com, or --yes\n"},
		{load + "--scale 0.1 --json nowhere/load.json", `--json: got "nowhere/load.json": its folder does not exist`},
		{load + "--scale 0.1 --host predictions.example.org", "this is not the host of --url"},
		{load + "-H nothing", "a header is NAME: VALUE"},
		{"fault floor-droped", `fault: got "floor-droped": it is one of floor-dropped, task-stopped, `},
		{"fault --yes throttled --for 1s", `gameday fault: got "throttled --for 1s --environments testdata --env match": ` +
			"give the name first, and then the options\n"},
		{"load throttled", `gameday load: got "throttled": everything is said with an option` + "\n"},
		{"fault throttled --for 0s", "--for: got 0s: a fault lasts from 1s to 24h\n"},
		{"fault floor-dropped --yes", "--min: got 2: the minimum of variant main is 2; give a lower one, or wait until a " +
			"floor is asserted\n"},
		{"fault floor-dropped --yes --variant blue", `--variant: got "blue": there is none of that name; there are main` + "\n"},
		{"fault task-stopped --yes", "task-stopped: the gateway of match is a function; this is for one on Fargate\n"},
		{"measure start-time", `measure: got "start-time": it is one of start-times, past-action, `},
		{"measure start-times --yes --add 11", "--add: got 11: variant main has "},
		{"measure spent-action --yes", "measure: spent-action cannot be measured on the local AWS: it runs no scheduled " +
			"actions and lists no scaling activities\n"},
	} {
		status, out, problems := call(t.Context(), strings.Fields(c.args)...)
		if status != statusBadInput || !strings.Contains(problems, c.want) {
			t.Errorf("%s: got status %d, want 2 and %q\n%s%s", c.args, status, c.want, out, problems)
		}
	}
}

// TestBadAccount: no credentials, those of another account, and what does not stand
// there are one line each.
func TestBadAccount(t *testing.T) {
	one := func(t *testing.T, want string, args ...string) {
		t.Helper()
		var out, problems bytes.Buffer
		status := command(t.Context(), args, strings.NewReader(""), &out, &problems)
		if status != statusBadInput || strings.Count(problems.String(), "\n") != 1 ||
			!strings.Contains(problems.String(), want) {
			t.Errorf("got status %d, want 2 and one line with %q\n%s%s", status, want, out.String(), problems.String())
		}
	}
	environments := t.TempDir()
	file := func(name, old, with string) {
		t.Helper()
		text, err := os.ReadFile("testdata/match.yaml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.ReplaceAll(string(text), old, with)
		if err := os.WriteFile(environments+"/"+name+".yaml", []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file("elsewhere", "123456789012", "777788889999")
	file("missing", "predictions-match", "predictions-missing")
	file("stackless", "nothing", "nothing")
	suspend := []string{"fault", "scaling-suspended", "--environments", environments, "--yes", "--env"}
	one(t, "the credentials are for account 123456789012, and the environment is in account 777788889999; use the "+
		"credentials of that account", append(suspend, "elsewhere")...)
	one(t, "endpoint predictions-missing does not exist in account 123456789012 in us-east-1; deploy it first",
		append(suspend, "missing")...)
	one(t, "does not exist in account", "undo", "--environments", environments, "--env", "missing")
	one(t, "what is in stack stackless-frontend cannot be found", "fault", "throttled", "--environments", environments,
		"--yes", "--env", "stackless")
	t.Run("without credentials", func(t *testing.T) {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		one(t, "no credentials for account 123456789012: give some, such as AWS_PROFILE",
			"undo", "--environments", "testdata", "--env", "match")
	})
}

// Nothing happens without a confirmation.
func TestNotConfirmed(t *testing.T) {
	for _, args := range []string{"fault throttled", "measure start-times",
		"load --url http://127.0.0.1:1/invocations --body testdata/match.yaml --scale 0.01"} {
		status, out, problems := call(t.Context(), strings.Fields(args)...)
		if status != statusNotConfirmed || problems != "nothing was done; answer y, or give --yes\n" {
			t.Errorf("%s: got status %d, want 3\n%s%s", args, status, out, problems)
		}
	}
	if status, out, _ := call(t.Context(), "undo"); status != 0 || out != "Nothing of match is to be taken back.\n" {
		t.Errorf("got status %d, want nothing to be taken back: %s", status, out)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := command(t.Context(), []string{"help"}, strings.NewReader(""), &out, io.Discard); status != 0 {
		t.Errorf("got status %d, want 0", status)
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns, want 80 at most: %s", len([]rune(line)), line)
		}
	}
}
