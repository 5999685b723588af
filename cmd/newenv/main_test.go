package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

const (
	image       = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2"
	certificate = "arn:aws:acm:eu-west-1:111122223333:certificate/00000000-0000-4000-8000-000000000005"
)

// required are the flags without which there is no file.
var required = []string{"--name", "eu", "--account", "111122223333", "--region", "eu-west-1", "--image", image,
	"--instance-type", "ml.c6i.xlarge", "--requests-per-second", "150", "--start-time", "6m", "--certificate", certificate}

// run runs the program over a folder, on a terminal where there are answers, which it
// echoes.
func run(t *testing.T, dir, answers string, args ...string) (status int, out, problems string) {
	t.Helper()
	var o, p bytes.Buffer
	in := io.TeeReader(iotest.OneByteReader(strings.NewReader(answers)), &o)
	status = command(append([]string{"--environments", dir}, args...), in, answers != "", &o, &p)
	return status, o.String(), p.String()
}

func load(t *testing.T, dir string) config.Environment {
	t.Helper()
	loaded, err := config.Load(dir, "eu")
	if err != nil {
		t.Fatal(err)
	}
	return loaded[0]
}

// nothing fails where a folder holds a file.
func nothing(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("got %v, %v, want an empty folder", entries, err)
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, out, problems := run(t, dir, "", append(required,
		"--event", "name=final timezone=Europe/London starts=2027-05-29T20:00 ends=2027-05-29T23:00 "+
			"peakRequestsPerSecond=900",
		"--event", "name=weekend timezone=UTC starts=18:00 ends=22:00 weekdays=SAT,SUN from=2027-01-01 until=2027-06-30 "+
			"peakRequestsPerSecond=300")...)
	if status != 0 || problems != "" || strings.Contains(out, "warning") {
		t.Fatalf("exit status %d\n%s%s", status, out, problems)
	}
	e := load(t, dir)
	floor := e.ProductionVariants()[0].VariantScaling().Calendar().HighestFloor()
	if e.Account != "111122223333" || e.Model.Image != image || e.Frontend.CertificateARN != certificate ||
		e.Endpoint.Name != "predictions-eu" || e.Scaling.MinCapacity != 2 || e.Scaling.MaxCapacity != 2*floor ||
		len(e.Events) != 2 || e.Scaling.ScaleInCooldown.Minutes() != 6 {
		t.Errorf("got %+v", e)
	}
	if diff := cmp.Diff([]string{"SAT", "SUN"}, e.Events[1].Weekdays); diff != "" {
		t.Error(diff)
	}

	// The comments are those of the schema, and fit.
	text, err := os.ReadFile(filepath.Join(dir, "eu.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "#", "")), " ")
	for _, path := range []string{"account", "network.newVpc.cidr", minPath, "events.peakRequestsPerSecond"} {
		if words := meaning(path); words == "" || !strings.Contains(said, words) {
			t.Errorf("the file does not say %q", words)
		}
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, "#") && len(line) > cli.Columns {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}

	// What stands is left as it is.
	status, _, problems = run(t, dir, "", required...)
	want := "--name: got \"eu\": " + filepath.Join(dir, "eu.yaml") + " is there"
	if status != statusBadInput || !strings.Contains(problems, want) {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "eu.yaml")); err != nil || !bytes.Equal(after, text) {
		t.Error("the file has changed")
	}
}

// TestBadFlags: everything wrong at once, by the rules of the file, and nothing written.
func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"missing", []string{"--region", "EU", "--min", "two"}, []string{
			"--region: got EU: this is not how an AWS region is named",
			"--min: got two: must be a whole number",
			"required and not given: --name, --account, --image, --instance-type, --requests-per-second, --start-time, " +
				"--certificate; give each, or run it on a terminal",
		}},
		{"a name that leads elsewhere", append(required, "--name", "../eu"), []string{
			`--name: got "../eu": an environment's name is a letter`}},
		{"the certificate of another region", append(required, "--region", "us-east-1", "--image",
			strings.ReplaceAll(image, "eu-west-1", "us-east-1")), []string{"--certificate: got " + certificate}},
		{"bounds", append(required, "--min", "8", "--max", "4"), []string{
			"--max: got 4: the maximum is below the minimum of 8"}},
		{"a default that does not fit", append(required, "--max", "1"), []string{
			"--max: got 1: the maximum is below the minimum of 2"}},
		{"an endpoint's name that follows", append(required, "--name", "a"+strings.Repeat("b", 60)), []string{
			"--endpoint-name: got predictions-abbb"}},
		{"two ways to serve", append(required, "--plain-http"), []string{"certificate"}},
		{"an event", append(required, "--event", "final name=a nam=b name=c starts=20:00"), []string{
			`--event[0]: got "final": an event is keys with their values`,
			`--event[0].name: got "c": it is given twice`,
			"--event[0].nam: got b: events[0] has no such key",
			"--event[0].ends: this key is required and missing",
			"--event[0].timezone: this key is required and missing",
		}},
		{"a word", append(required, "eu"), []string{`got "eu": only flags are known here; write --name eu`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			status, out, problems := run(t, dir, "", test.args...)
			if status != statusBadInput || out != "" {
				t.Errorf("exit status %d\n%s", status, out)
			}
			for _, want := range test.want {
				if !strings.Contains(problems, want) {
					t.Errorf("want %q in\n%s", want, problems)
				}
			}
			nothing(t, dir)
		})
	}
}

// TestWritten: an answer is the value that was meant, whatever YAML would make of it.
func TestWritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, answer, want string }{
		{"account", "012345670123", `"012345670123"`},
		{"region", "eu-west-1", "eu-west-1"},
		{"scaling.minCapacity", "4", "4"},
		{"scaling.minCapacity", "many", "many"},
		{"scaling.minCapacity", "4 # all", `"4 # all"`},
		{"endpoint.name", "a\nregion: b", `"a\nregion: b"`},
		{"endpoint.name", "true", `"true"`},
		{"endpoint.name", "a:", `"a:"`},
		{"endpoint.name", `a"b`, `"a\"b"`},
		{"frontend.plainHttp", "true", "true"},
		{"network.newVpc.availabilityZones", "[a, b]", "[a, b]"},
	} {
		if got := written(test.path, test.answer); got != test.want {
			t.Errorf("%s: %q: got %s, want %s", test.path, test.answer, got, test.want)
		}
	}
}
