package localaws

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// assembly is a cloud assembly of two stacks: logs exports the name of a log
// group, which the function in service imports. Its code is an asset.
const assembly = "testdata/assembly"

func TestCDK(t *testing.T) {
	t.Parallel()
	cdk := CDK{AWS: commonRegion(t).aws(), Dir: root, Region: region, Assembly: copyAssembly(t)}
	_, err := cdk.Bootstrap(t.Context())
	must(t, err)
	output := cli(t, cdk.Deploy, "service")
	for _, stack := range []string{"logs", "service"} {
		if !strings.Contains(output, "✅  "+stack) || strings.Contains(output, "no changes") {
			t.Errorf("%s is not deployed:\n%s", stack, output)
		}
	}
	deployed := environment(t)
	if deployed["LEVEL"] != "info" || !strings.HasPrefix(deployed["LOG_GROUP"], "assembly-logs-Log-") {
		t.Errorf("the function's environment is %v", deployed)
	}

	if output := cli(t, cdk.Deploy, "*"); strings.Count(output, "(no changes)") != 2 {
		t.Errorf("an unchanged assembly changes something:\n%s", output)
	}

	edit(t, filepath.Join(cdk.Assembly, "service.template.json"), `"LEVEL": "info"`, `"LEVEL": "debug"`)
	// The address of a template follows its content.
	edit(t, filepath.Join(cdk.Assembly, "service.assets.json"), "service-1.json", "service-2.json")
	edit(t, filepath.Join(cdk.Assembly, "manifest.json"), "service-1.json", "service-2.json")
	if output := cli(t, cdk.Deploy, "*"); strings.Count(output, "(no changes)") != 1 {
		t.Errorf("one stack of two has changed:\n%s", output)
	}
	if changed := environment(t); changed["LEVEL"] != "debug" || changed["LOG_GROUP"] != deployed["LOG_GROUP"] {
		t.Errorf("the function's environment was %v and is %v", deployed, changed)
	}

	cli(t, func(ctx context.Context, stacks ...string) (string, error) {
		return cdk.Run(ctx, "destroy", append([]string{"--force"}, stacks...)...)
	}, "*")
	left := func(s Stack) bool { return strings.HasPrefix(s.Name, "assembly-") }
	if s := commonRegion(t).snapshot(); slices.ContainsFunc(s.Stacks, left) {
		t.Errorf("stacks after destroying: %+v", s.Stacks)
	}
	if left := environment(t); left != nil {
		t.Error("the function is still there")
	}
}

func TestCDKErrors(t *testing.T) {
	t.Parallel()
	cdk := CDK{AWS: commonRegion(t).aws(), Dir: root, Region: region, Assembly: copyAssembly(t)}
	_, err := cdk.Deploy(t.Context(), "nothing")
	contains(t, err, "cdk deploy", "exit status 1", "No stacks match")
	cdk.Timeout = time.Millisecond
	_, err = cdk.Deploy(t.Context(), "*")
	contains(t, err, "cdk deploy takes longer than 1ms")
}

// cli runs a CDK command that must succeed.
func cli(t *testing.T, command func(context.Context, ...string) (string, error), stacks ...string) string {
	t.Helper()
	output, err := command(t.Context(), stacks...)
	must(t, err)
	return output
}

// environment is the environment of the assembly's function, nil without one.
func environment(t *testing.T) map[string]string {
	t.Helper()
	for _, function := range commonRegion(t).snapshot().Functions {
		if strings.HasPrefix(function.Name, "assembly-service-Gateway-") {
			return function.Environment
		}
	}
	return nil
}

func copyAssembly(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(assembly)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func edit(t *testing.T, path, from, to string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(replaced(t, text(t, path), from, to)), 0o644); err != nil {
		t.Fatal(err)
	}
}
