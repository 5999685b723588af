// Package synth_test synthesizes every environment with the real CDK CLI, as
// users do, with CDK's validator on.
package synth_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	update = flag.Bool("update", false, "renew the snapshots")
	only   = flag.String("only", "", "synthesize this `environment` of the app alone, for its snapshots")
)

const root = "../.."

var (
	// environments are those of the app.
	environments = environmentsIn(filepath.Join(root, "config", "environments"))
	// entrances have load balancers as the environments of the app have none.
	entrances = environmentsIn(filepath.Join("testdata", "entrances"))
)

func environmentsIn(dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		panic(fmt.Sprintf("no environments in %s: %v", dir, err))
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	return names
}

// result is what one run of the CLI came to.
type result struct {
	output string
	status int
}

// cdk runs the pinned CLI in dir. It builds the app only where TestMain has not.
func cdk(dir string, env []string, args ...string) result {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	bin, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin"))
	if err != nil {
		return result{output: err.Error(), status: -1}
	}
	args = append([]string{"--no-notices", "--no-color"}, args...)
	if dir == root {
		args = append(args, "--build", "true") // a command that does nothing
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "cdk"), args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CDK_DISABLE_CLI_TELEMETRY=true"), env...)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return result{string(out), 0}
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return result{string(out), exit.ExitCode()}
	default:
		return result{string(out) + "\n" + err.Error(), -1}
	}
}

// newEnvironment is the one that make new-env writes, with defaults for all that has one.
const newEnvironment = "new"

// updating is an environment of config/testdata/valid whose updates are canaries with alarms
// of their own.
const updating = "update"

// strict synthesizes every environment and entrance, a new one and the updating one, by the
// command of make synth: once, as CDK's validator takes no longer for all than for one.
var strict = sync.OnceValue(func() result {
	dir := filepath.Join(scratch, "environments")
	for _, from := range []string{filepath.Join(root, "config", "environments"), filepath.Join("testdata", "entrances")} {
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			return result{output: err.Error(), status: -1}
		}
	}
	data, err := os.ReadFile(filepath.Join(root, "config", "testdata", "valid", updating+".yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, updating+".yaml"), data, 0o644)
	}
	if err != nil {
		return result{output: err.Error(), status: -1}
	}
	args := []string{"synth", "-q", "--strict", "-c", "environments=" + dir, "-o", together(), "*/*"}
	if *only != "" {
		return cdk(root, nil, append(args, "-c", "env="+*only)...)
	}
	if out, err := makeEnvironment(dir); err != nil {
		return result{output: fmt.Sprintf("%v\n%s", err, out), status: -1}
	}
	return cdk(root, nil, args...)
})

// makeEnvironment writes the new environment into a folder.
func makeEnvironment(dir string) ([]byte, error) {
	cmd := exec.Command("go", "run", "./cmd/newenv", "--environments", dir, "--name", newEnvironment,
		"--account", "111122223333", "--region", "eu-west-1",
		"--image", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2", "--instance-type", "ml.c6i.large",
		"--requests-per-second", "100", "--start-time", "6m",
		"--certificate", "arn:aws:acm:eu-west-1:111122223333:certificate/00000000-0000-4000-8000-000000000005",
		"--event", "name=final timezone=Europe/London starts=2027-05-29T20:00 ends=2027-05-29T23:00 "+
			"peakRequestsPerSecond=900")
	cmd.Dir = root
	return cmd.CombinedOutput()
}

// together is where strict puts its assembly.
func together() string { return filepath.Join(scratch, "together") }

// assembly is an environment's cloud assembly, within the one of all.
func assembly(t *testing.T, env string) (dir string) {
	t.Helper()
	if made := strict(); made.status != 0 {
		t.Fatalf("cdk synth: exit status %d\n%s", made.status, made.output)
	}
	return filepath.Join(together(), "assembly-"+env)
}

// templates are the templates of an assembly, or of those within it, by the path
// of their stack, such as "local/network".
func templates(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	manifests, err := filepath.Glob(filepath.Join(dir, "assembly-*", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(manifests, filepath.Join(dir, "manifest.json")) {
		var manifest struct {
			Artifacts map[string]struct {
				Type        string
				DisplayName string
				Properties  struct{ TemplateFile string }
			}
		}
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &manifest)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range manifest.Artifacts {
			if a.Type != "aws:cloudformation:stack" {
				continue
			}
			template, err := os.ReadFile(filepath.Join(filepath.Dir(path), a.Properties.TemplateFile))
			if err != nil {
				t.Fatal(err)
			}
			found[a.DisplayName] = template
		}
	}
	if len(found) == 0 {
		t.Fatalf("no templates in %s", dir)
	}
	return found
}

// assets are the names of an assembly's assets, which hold their hashes.
func assets(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "asset.*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return found
}

// scratch holds the assemblies of one run.
var scratch string

func TestMain(m *testing.M) {
	flag.Parse()
	if *only != "" {
		environments = []string{*only}
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if scratch, err = os.MkdirTemp("", "synth-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(scratch)
	// As cdk.json says.
	build := exec.Command("go", "build", "-o", "bin/app", ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the app: %w\n%s", err, out)
	}
	return m.Run(), nil
}
