package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
)

// TestAsk answers as on a terminal. Each wrong answer is refused at once and asked again,
// and what a flag says is not asked.
func TestAsk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	answers := []struct{ answer, said string }{
		{"1eu", `name: got "1eu": an environment's name is a letter`},
		{"eu", ""},
		{"", "it is required"},
		{"1111-2222-3333", `write "111122223333"`},
		{`"111122223333"`, ""}, // as the file has it
		{"", "default: 10.0.0.0/16"},
		{"eu-west-1a", "network.newVpc.availabilityZones: got"},
		{"", "default: eu-west-1a,eu-west-1b"},
		{strings.ReplaceAll(image, "eu-west-1", "us-east-1"), "replicate the repository to eu-west-1"},
		{image, "example: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/predictions:1.0.0"},
		{"", "modelDataUrl is the model data"},
		{"", "default: predictions-eu"},
		{"c6i.xlarge", "write ml.c6i.xlarge"},
		{"ml.c6i.xlarge", ""},
		{"150", ""},
		{"6 minutes", "write 6m"},
		{"6m", ""},
		{"final", "events are surges of traffic"},
		{"Europe/Londn", "write Europe/London"},
		{"Europe/London", ""},
		{"2027-06-30T23:00", ""},
		{"2027-07-01T02:00", "example: 2027-07-01T02:00"},
		{"900", ""},
		{"", "events[1].name: "},
		{certificate, ""},
		{"4", "default: 2"},
		{"5", "events[0].peakRequestsPerSecond: got 900: the event needs 9 instances"},
		{"", "default: 18, press Enter"},
	}
	var lines strings.Builder
	for _, a := range answers {
		lines.WriteString(a.answer + "\n")
	}
	status, out, problems := run(t, dir, lines.String(), "--region", "eu-west-1")
	if status != 0 {
		t.Fatalf("exit status %d\n%s%s", status, out, problems)
	}
	for _, a := range answers {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.TrimSpace(a.said)) {
			t.Errorf("%q: want %q in\n%s", a.answer, a.said, out)
		}
	}
	if strings.Contains(out, "region: ") {
		t.Errorf("asks for the region, which is given\n%s", out)
	}
	for _, line := range strings.Split(out, "\n") {
		long := strings.Contains(line, "example: ") || strings.Contains(line, image) || strings.Contains(line, dir)
		if len([]rune(line)) > cli.Columns && !long && !strings.HasPrefix(line, certificatePath) {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
	e := load(t, dir)
	if e.Account != "111122223333" || e.Scaling.MinCapacity != 4 || e.Scaling.MaxCapacity != 18 || len(e.Events) != 1 ||
		e.Events[0].Ends != "2027-07-01T02:00" {
		t.Errorf("got %+v", e)
	}
}

// TestAnswersEnd: without answers nothing is written, and what is missing has its flags.
func TestAnswersEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, _, problems := run(t, dir, "eu\n111122223333\neu-west-1\n\n\n", "--image", image)
	want := "the answers end here, and nothing was written; required and not given: --instance-type, " +
		"--requests-per-second, --start-time, --certificate\n"
	if status != statusBadInput || problems != want {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	nothing(t, dir)
}

// TestPlainHTTP: without a certificate there is no question for it.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, out, problems := run(t, dir, "", append(slices.Clone(required[:len(required)-2]), "--plain-http")...)
	if status != 0 {
		t.Fatalf("exit status %d\n%s%s", status, out, problems)
	}
	if e := load(t, dir); !e.Frontend.PlainHTTP || e.Frontend.CertificateARN != "" {
		t.Errorf("got %+v", e.Frontend)
	}
}
