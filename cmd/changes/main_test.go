package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// assembly writes a cloud assembly of one stack and returns its folder.
func assembly(t *testing.T, resources string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"artifacts": {"prod-inference": {"type": "aws:cloudformation:stack",
			"properties": {"templateFile": "t.json"}}}}`,
		"t.json": `{"Resources": {` + resources + `}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t *testing.T, args ...string) (status int, out, problems string) {
	t.Helper()
	var o, p bytes.Buffer
	status = command(t.Context(), args, &o, &p)
	return status, o.String(), p.String()
}

const (
	one    = `"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "a", "DelaySeconds": 1}}`
	longer = `"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "a", "DelaySeconds": 2}}`
	other  = `"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "b", "DelaySeconds": 1}}`
	moved  = `"Other": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "a", "DelaySeconds": 1}}`
)

// TestAssemblies: the verdict and the exit status of two cloud assemblies, as text
// and as JSON.
func TestAssemblies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, to string
		status   int
		want     string // the first line
	}{
		"nothing":  {one, one, 0, "prod: nothing changes"},
		"in place": {one, longer, 0, "prod: in place"},
		"replaced": {one, other, statusReplaced, "prod: replaced"},
		"refused":  {one, moved, statusRefused, "prod: refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"--env", "prod", "--from", assembly(t, test.from), "--to", assembly(t, test.to)}
			status, out, problems := run(t, args...)
			if first, _, _ := strings.Cut(out, "\n"); status != test.status || first != test.want || problems != "" {
				t.Errorf("got status %d, %q and %q; want %d and %q", status, out, problems, test.status, test.want)
			}
			for line := range strings.Lines(out) {
				if len([]rune(line)) > 81 {
					t.Errorf("a line of more than 80 columns: %s", line)
				}
			}
			jsonStatus, out, _ := run(t, append(args, "--json")...)
			var report struct {
				SchemaVersion int
				Verdict       string
				Changes       []struct{ LogicalID, Verdict string }
			}
			if err := json.Unmarshal([]byte(out), &report); err != nil || report.SchemaVersion != 1 || jsonStatus != status {
				t.Errorf("with --json: got status %d, %v and\n%s", jsonStatus, err, out)
			}
		})
	}
}

// TestAssembliesOfAnotherApp: without an environment the new assembly is named.
func TestAssembliesOfAnotherApp(t *testing.T) {
	t.Parallel()
	to := assembly(t, longer)
	_, out, problems := run(t, "--from", assembly(t, one), "--to", to)
	if first, _, _ := strings.Cut(out, "\n"); first != to+": in place" {
		t.Errorf("got %q and %q, want the first line to name %s", out, problems, to)
	}
}

// TestText is the whole output for one comparison.
func TestText(t *testing.T) {
	t.Parallel()
	_, got, _ := run(t, "--env", "prod", "--from", assembly(t, one), "--to", assembly(t, moved))
	want := `prod: refused

refused    add      prod-inference/Other  (Queue)
           CloudFormation adds it before it removes Queue, which has the same
           QueueName a [CloudFormation creates before it deletes (fact I7)]
           way: deploy once without the old one and then with the new one, or
           keep the construct's ID

replaced   remove   prod-inference/Queue  (Queue)
           it is deleted: messages in the old queue are lost [CloudFormation
           deletes what is not in the template (fact C12)]
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// edited writes a version of dev's environment file and returns its name.
func edited(t *testing.T, edits ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "config", "environments", "dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(edits...).Replace(string(data))
	if len(edits) > 0 && text == string(data) {
		t.Fatalf("%q changes nothing in dev.yaml", edits)
	}
	file := filepath.Join(t.TempDir(), "dev.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestFiles compares environment files, and finds the key that causes each change.
// docs/second-deployment.md shows what it prints.
func TestFiles(t *testing.T) {
	t.Parallel()
	from := edited(t)
	to := edited(t, "instanceType: ml.c6i.large", "instanceType: ml.c7i.large", "maxCapacity: 2", "maxCapacity: 3")
	r, err := compare(t.Context(), options{dir: root, from: from, to: to}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range r.Changes {
		got[c.Path] = strings.Join(append(append([]string{c.Verdict.String()}, c.Keys...), c.Detach...), " ")
	}
	want := map[string]string{
		"dev/inference/Endpoint/Config":   "new fleet variant.instanceType",
		"dev/inference/Endpoint/Resource": "refused variant.instanceType main",
		"dev/inference/Scaling/Target":    "in place scaling.maxCapacity",
		// The alarm at the maximum, and what the dashboard shows of it, follow.
		"dev/monitoring/Monitoring/AtMaximum-main": "in place scaling.maxCapacity",
		"dev/monitoring/Monitoring/Dashboard":      "in place scaling.maxCapacity",
	}
	if diff := cmp.Diff(want, got); diff != "" || r.Environment != "dev" || status(r.Verdict) != statusRefused {
		t.Errorf("of %s: %s (-want +got)\n%s", r.Environment, r.Verdict, diff)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "second-deployment.md"))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil || !strings.Contains(string(page), text.String()) {
		t.Errorf("%v; the page does not show\n%s", err, &text)
	}
}

// TestCommit compares with a file as a commit has it.
func TestCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-qm", "a"}} {
		if args[0] == "add" {
			data, err := os.ReadFile(filepath.Join(root, "config", "environments", "dev.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "dev.yaml"), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	t.Run("another file", func(t *testing.T) {
		t.Parallel()
		if status, _, problems := run(t, "--app", dir, "--env", "dev", "--from", "HEAD:other.yaml", "--to", filepath.Join(dir, "dev.yaml")); status !=
			statusBadInput || !strings.Contains(problems, "other.yaml") {
			t.Errorf("got status %d and %s", status, problems)
		}
	})
	t.Run("no app", func(t *testing.T) {
		t.Parallel()
		status, _, problems := run(t, "--app", dir, "--env", "dev", "--from", "HEAD:dev.yaml", "--to", filepath.Join(dir, "dev.yaml"))
		const want = "cdk.json is not there: run this in the folder of the app"
		if status != statusBadInput || !strings.Contains(problems, want) {
			t.Errorf("got status %d and %s", status, problems)
		}
	})
}

// TestBadInput: what cannot be compared says so with the fix, and exits with 2.
func TestBadInput(t *testing.T) {
	t.Parallel()
	dev := edited(t)
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"nothing given":  {nil, []string{"give --env NAME or --to FILE"}},
		"no such file":   {[]string{"--from", "nowhere.yaml", "--to", dev}, []string{"nowhere.yaml", "no environment file, no cloud assembly"}},
		"no such flag":   {[]string{"--form", dev}, []string{"-form"}},
		"an argument":    {[]string{"dev"}, []string{`got ["dev"]`, "--from and --to"}},
		"a time":         {[]string{"--now", "noon", "--to", dev}, []string{`--now: got "noon"`}},
		"a folder":       {[]string{"--env", "dev", "--from", t.TempDir(), "--to", dev}, []string{"not a cloud assembly"}},
		"a mistake":      {[]string{"--from", dev, "--to", edited(t, "maxCapacity: 2", "maxCapacity: 0")}, []string{"scaling.maxCapacity"}},
		"another Region": {[]string{"--from", dev, "--to", edited(t, "eu-west-1", "eu-central-1")}, []string{"region", "eu-central-1"}},
		"another account": {
			[]string{"--from", dev, "--to", edited(t, "111122223333", "444455556666")},
			[]string{"account: got 111122223333 and 444455556666"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, out, problems := run(t, append([]string{"--app", root}, test.args...)...)
			if status != statusBadInput || out != "" {
				t.Errorf("got status %d and %q", status, out)
			}
			for _, want := range test.want {
				if !strings.Contains(problems, want) {
					t.Errorf("got %q, which lacks %q", problems, want)
				}
			}
		})
	}
}

// TestNoCredentials: without an account to ask, it says so before anything is synthesized,
// and what else can be compared.
func TestNoCredentials(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	status, out, problems := run(t, "--app", root, "--env", "dev",
		"--environments", filepath.Join(root, "config", "environments"))
	want := "no credentials for account 111122223333: give some, such as AWS_PROFILE\n" +
		"Without an account, compare with a file: --from HEAD:config/environments/dev.yaml\n"
	if status != statusBadInput || out != "" || problems != want {
		t.Errorf("got status %d, %q and %q, want %q", status, out, problems, want)
	}
}
