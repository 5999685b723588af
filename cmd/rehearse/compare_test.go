package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	status, out,
		problems := call(append([]string{"compare", "--template", "testdata/hurts.yaml", "--template", variant, "--facts",
		"testdata/facts.yaml"}, final...)...)
	if status != statusOK || problems != "" {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	golden(t, "testdata/compare.txt", out)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"one": {[]string{"--template", prod}, "nothing to compare"},
		"a gate for flips": {[]string{"--environment", "../../config/environments/prod.yaml", "--facts", "a",
			"--facts", "b", "--flips"}, "--flips: the best is"},
		"facts for each": {[]string{"--template", "a", "--template", "b", "--facts", "c", "--facts", "d", "--facts",
			"e"}, "3 files of facts do not go with 2 templates"},
		"a way and a template": {[]string{"--template", prod, "--scaling", "fixed", "--scaling", "autoscaled"},
			"a template has one as well"},
		"no such way": {[]string{"--scaling", "magic"}, "the ways are fixed, autoscaled and planned"},
		"no evening to learn": {[]string{"--scaling", "planned", "--scaling", "fixed"},
			"--evening: a plan is learned from traffic"},
		"an event long ago": {[]string{"--scaling", "planned", "--scaling", "fixed", "--evening",
			"1998-07-07T19:00:00Z", "--shift-to", "1998-07-08T19:00:00Z", "--requests-per-second", "100", "--start-time",
			"5m"}, "--shift-to: got"},
		"an evening elsewhere": {[]string{"--scaling", "planned", "--scaling", "fixed", "--evening",
			"1999-07-07T19:00:00Z", "--requests-per-second", "100", "--start-time", "5m"}, "--evening: got"},
		"no file at commits": {[]string{"--commit", "HEAD", "--commit", "HEAD~1"}, "no file is given"},
		"no commit": {[]string{"--template", prod, "--commit", "HEAD", "--commit", "--output=x"},
			"this is no commit"},
		"no file at a commit": {[]string{"--template", "HEAD:nowhere.json", "--template", prod}, "git cannot show it"},
		"no environment": {[]string{"--environment", "nowhere.yaml", "--environment",
			"../../config/environments/prod.yaml"}, "nowhere.yaml"},
		"facts of no service": {[]string{"--scaling", "fixed", "--scaling", "autoscaled"}, "--requests-per-second"},
	} {
		if status, out, problems := call(append(append([]string{"compare"}, final...),
			test.args...)...); status != statusBadInput || out != "" || !strings.Contains(problems, test.want) {
			t.Errorf("%s: exit status %d, want %q\n%s%s", name, status, test.want, out, problems)
		}
	}
}

// TestCompareWays: what scales is made of the facts, and the pictures and the
// JSON say the same as the table.
func TestCompareWays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	slow, fast := filepath.Join(dir, "slow.yaml"), filepath.Join(dir, "fast.yaml")
	write := func(file, text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(slow, "requestsPerSecond: 100\nserviceTime: 40ms\nstartTime: 5m\npricePerHour: 0.2\nclientTimeout: 1s\n")
	write(fast, "requestsPerSecond: 200\nserviceTime: 20ms\nstartTime: 5m\npricePerHour: 0.5\nclientTimeout: 1s\n")
	outputs := []string{filepath.Join(dir, "c.json"), filepath.Join(dir, "c.html"), filepath.Join(dir, "c.svg")}
	args := []string{"compare", "--scaling", "fixed", "--scaling", "autoscaled", "--facts", slow, "--facts", fast,
		"--shape", match, "--min-availability", "99.9", "--flips",
		"--json", outputs[0], "--html", outputs[1], "--svg", outputs[2]}
	status, first, problems := call(args...)
	if status != statusOK || problems != "" {
		t.Fatalf("exit status %d\n%s", status, problems)
	}
	golden(t, "testdata/ways.txt", first)
	var again [2][3]string
	for i := range again {
		_, second, _ := call(args...)
		if second != first {
			t.Errorf("it said\n%s\nand then\n%s", first, second)
		}
		for j, file := range outputs {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			again[i][j] = string(data)
		}
	}
	if again[0] != again[1] {
		t.Error("the same comparison was written differently")
	}
	var d struct {
		Cheapest int
		Flips    []string
		Rows     []struct {
			Scaling, Facts string
			Cost           struct{ Money float64 }
		}
	}
	if err := json.Unmarshal([]byte(again[0][0]), &d); err != nil || len(d.Rows) != 4 || len(d.Flips) == 0 ||
		d.Rows[d.Cheapest].Facts != "slow" {
		t.Errorf("%v: %+v", err, d)
	}
	// At 0.370 an hour the other costs 23.32 × 0.370 ÷ 0.5 = 17.26, as much as the cheapest.
	if flip := "fast would be the cheapest below 0.370 an hour"; !strings.Contains(first, flip) {
		t.Errorf("it does not say %q", flip)
	}
}

// Without prices, or a setting that passes, there is no break-even point.
func TestNoFlips(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var args []string
	for _, name := range []string{"a", "b"} {
		file := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(file, []byte("requestsPerSecond: 100\nserviceTime: 40ms\nstartTime: 5m\n"),
			0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--facts", file)
	}
	args = append(args, "compare", "--scaling", "fixed", "--shape", match, "--flips")
	args = append(args[4:], args[:4]...)
	if status, out, _ := call(append(args, "--min-availability", "99")...); status != statusOK ||
		!strings.Contains(out, "would flip       not known: b has no price") {
		t.Errorf("exit status %d\n%s", status, out)
	}
	if status, out, _ := call(append(args, "--max-cost-ratio", "1.01")...); status != statusRefused ||
		!strings.Contains(out, "none keeps what is asked") {
		t.Errorf("exit status %d\n%s", status, out)
	}
}

// TestCommits compares a template with what it was at a commit before.
func TestCommits(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c",
			"init.defaultBranch=main"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	const template = `Resources:
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {ServiceNamespace: sagemaker, ScalableDimension: "sagemaker:variant:DesiredInstanceCount", ResourceId: endpoint/odds/variant/main, MinCapacity: MIN, MaxCapacity: 40}
`
	write := func(least string) {
		if err := os.WriteFile("t.yaml", []byte(strings.Replace(template, "MIN", least, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	for _, least := range []string{"5", "30"} {
		write(least)
		git("add", "t.yaml")
		git("commit", "-q", "-m", least)
	}
	write("35")
	common := []string{"compare", "--requests-per-second", "100", "--start-time", "5m", "--shape", match}
	for name, args := range map[string][]string{
		"commits": {"--template", "t.yaml", "--commit", "HEAD~1", "--commit", "HEAD"},
		"paths":   {"--template", "HEAD~1:t.yaml", "--template", "HEAD:t.yaml"},
		"beside":  {"--template", "HEAD~1:t.yaml", "--template", "t.yaml"},
	} {
		status, out, problems := call(append(common, args...)...)
		second := "30 to 30"
		if name == "beside" {
			second = "35 to 35"
		}
		if status != statusOK || !strings.Contains(out, "HEAD~1:t.yaml") || !strings.Contains(out, "5 to 5") ||
			!strings.Contains(out, second) {
			t.Errorf("%s: exit status %d\n%s%s", name, status, out, problems)
		}
	}
}

// TestEnvironment rehearses what an environment file would deploy, as its
// template says it.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	figures := func(out string) string { before, _, _ := strings.Cut(out, "  rests on"); return before }
	_, template, problems := call(append([]string{"run", "--template", prod}, final...)...)
	_, environment, others := call(append([]string{"run", "--environment", "../../config/environments/prod.yaml"},
		final...)...)
	if figures(template) != figures(environment) || template == "" {
		t.Errorf("its template\n%s%s\nthe file\n%s%s", template, problems, environment, others)
	}
}

// TestFrontend: the gateway and load balancer are found in their template or
// said in facts, and what has no price is told.
func TestFrontend(t *testing.T) {
	t.Parallel()
	const front = "../../test/snapshots/prod/frontend.json"
	prices := []string{"--vcpu-price-per-hour", "0.03", "--memory-price-per-gb-hour", "0.003",
		"--load-balancer-price-per-hour", "0.02",
		"--bytes-per-request", "4096", "--requests-per-connection", "10", "--price-per-hour", "0.4"}
	args := append(append([]string{"run", "--template", prod, "--frontend", front}, prices...), final...)
	status, out, problems := call(args...)
	if status != statusOK || problems != "" {
		t.Fatalf("exit status %d\n%s", status, problems)
	}
	golden(t, "testdata/frontend.txt", strings.ReplaceAll(out, "../../", ""))
	_, said, problems := call(append([]string{"run", "--template", prod, "--gateway-tasks", "7"}, final...)...)
	if !strings.Contains(said, "7 tasks, 49 task hours") || !strings.Contains(said, "load balancer") {
		t.Errorf("%s%s", said, problems)
	}
	_, assembly, problems := call(append([]string{"run", "--template", front, "--frontend", front}, final...)...)
	if assembly != "" || !strings.Contains(problems, "nothing of SageMaker's scales here") {
		t.Errorf("%s%s", assembly, problems)
	}
	status, out,
		problems = call(append([]string{"run", "--template", prod, "--frontend", "../../test/snapshots/dev/frontend.json",
		"--bytes-per-request", "-1"}, final...)...)
	if status != statusBadInput || out != "" || strings.Count(problems, "\n") != 2 ||
		!strings.Contains(problems, "its gateway calls predictions-dev, and predictions-prod is rehearsed") {
		t.Errorf("exit status %d\n%s", status, problems)
	}
}

func TestBorder(t *testing.T) {
	t.Parallel()
	above := func(least float64) func(float64) (bool, error) {
		return func(x float64) (bool, error) { return x >= least, nil }
	}
	if at, found, err := bisect(0, 1, above(0.3)); !found || err != nil || at < 0.3 || at > 0.3+1.0/(1<<halvings) {
		t.Errorf("got %g, %t, %v", at, found, err)
	}
	for _, nowhere := range []float64{-1, 2} {
		if _, found, _ := bisect(0, 1, above(nowhere)); found {
			t.Errorf("found %g", nowhere)
		}
	}
	if _, _, err := bisect(0, 1, func(float64) (bool, error) { return false, errors.New("no") }); err == nil {
		t.Error("an error was lost")
	}
}

// Files of one name are told apart by their paths.
func TestDistinguish(t *testing.T) {
	t.Parallel()
	settings := []setting{{template: "a/t.yaml"}, {template: "b/t.yaml"}, {template: "b/other.yaml"}}
	rows := make([]report.Compared, 3)
	for i, s := range settings {
		rows[i].Scaling = s.name()
	}
	disambiguate(rows, settings)
	if rows[0].Scaling != "a/t.yaml" || rows[1].Scaling != "b/t.yaml" || rows[2].Scaling != "other.yaml" {
		t.Errorf("got %q, %q, %q", rows[0].Scaling, rows[1].Scaling, rows[2].Scaling)
	}
}

// A plan's floors follow an instance that does more, and one that starts later.
func TestPlansFollow(t *testing.T) {
	t.Parallel()
	var o bytes.Buffer
	args := []string{"compare", "--scaling", "planned", "--scaling", "fixed", "--requests-per-second", "100",
		"--service-time", "40ms", "--start-time", "5m", "--client-timeout", "1s",
		"--price-per-hour", "0.2", "--trace", semifinals, "--from", "1998-07-08T17:00:00Z", "--to",
		"1998-07-09T00:00:00Z", "--kick-off", "1998-07-08T19:00:00Z", "--shift-to", "2027-05-29T19:00:00Z",
		"--evening", "1998-07-07T19:00:00Z", "--min-availability", "99.9"}
	c := commands()[1]
	options := newOptions()
	if status := c.parse(options, args[1:], &o, &o); status != statusOK {
		t.Fatal(o.String())
	}
	s := options.settings()[0]
	base, err := options.play(s)
	if err != nil {
		t.Fatal(err)
	}
	same, err := options.replay(s, func(*facts) {})
	if err != nil || same.Result.Cost.InstanceHours != base.Result.Cost.InstanceHours {
		t.Errorf("%v: at the same facts %.2f hours, want %.2f", err, same.Result.Cost.InstanceHours,
			base.Result.Cost.InstanceHours)
	}
	twice, err := options.replay(s, func(f *facts) {
		f.service.RequestsPerSecond, f.service.ServiceTime = 200,
			20*time.Millisecond
	})
	if got, want := twice.Result.Cost.InstanceHours, base.Result.Cost.InstanceHours/2; err != nil || got < 0.95*want ||
		got > 1.2*want || twice.Result.Requests.Availability < 0.999 {
		t.Errorf("%v: twice as fast it takes %.1f hours and answers %g, want about %.1f", err, got,
			twice.Result.Requests.Availability, want)
	}
	later, err := options.replay(s, func(f *facts) {
		f.service.Start.Median, f.service.Start.P95 = 10*time.Minute,
			10*time.Minute
	})
	if err != nil || later.Result.Requests.Availability < 0.999 {
		t.Errorf("%v: with later starts it answers %g", err, later.Result.Requests.Availability)
	}
}

// The currency and the date of prices are facts; prices in several currencies are not
// compared.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, prices string) string {
		file := filepath.Join(dir, name)
		text := "requestsPerSecond: 100\nserviceTime: 40ms\nstartTime: 5m\n" + prices
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	dollars := write("dollars.yaml", "pricePerHour: 0.2\ncurrency: USD\npriceDate: 2026-11-01\n")
	status, out, problems := call("run", "--template", variant, "--facts", dollars, "--trace", good)
	if status != statusOK || !strings.Contains(out, " USD, ") || !strings.Contains(out, "prices          of 2026-11-01\n") {
		t.Errorf("exit status %d, %s\n%s", status, problems, out)
	}
	for _, prices := range []string{"pricePerHour: 0.2\ncurrency: EUR\n", "pricePerHour: 0.2\n"} {
		status, out, problems = call("compare", "--template", variant, "--facts", dollars, "--facts", write("o.yaml", prices),
			"--trace", good)
		if status != statusBadInput || out != "" || !strings.HasPrefix(problems, `--facts: got "USD, `) {
			t.Errorf("exit status %d, %s\n%s", status, problems, out)
		}
	}
	status, _, problems = call("run", "--template", variant, "--trace", good, "--facts",
		write("wrong.yaml", "currency: dollars\npriceDate: 1.11.2026\n"))
	if status != statusBadInput || !strings.Contains(problems, `wrong.yaml:4:11: currency: got "dollars": a currency is`) ||
		!strings.Contains(problems, `wrong.yaml:5:12: priceDate: got "1.11.2026": a day, a month or a year`) {
		t.Errorf("exit status %d, %s", status, problems)
	}
	for text, want := range map[string]bool{"2026": true, "2026-11": true, "2026-11-30": true, "2026-11-31": false,
		"2026-13": false, "26": false, "": false} {
		if got := isPriceDate(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}
