// Package importer_test builds an app in a module of its own, outside this
// repository, as a user of the library does.
package importer_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const (
	source        = "testdata/main.go"
	gatewaySource = "testdata/gateway/main.go"
)

func TestAnotherModuleSynthesizes(t *testing.T) {
	for name, vendored := range map[string]bool{"from the module": false, "from a vendor folder": true} {
		t.Run(name, func(t *testing.T) {
			got := synthesize(t, source, vendored)
			target := got.One(t, "AWS::ApplicationAutoScaling::ScalableTarget").Properties
			if target["ResourceId"] != "endpoint/odds/variant/main" || target["MinCapacity"] != 2.0 || target["MaxCapacity"] != 12.0 {
				t.Errorf("got %v", target)
			}
			policy := got.One(t, "AWS::ApplicationAutoScaling::ScalingPolicy").Properties
			tracking := policy["TargetTrackingScalingPolicyConfiguration"].(map[string]any)
			if tracking["TargetValue"] != 4200.0 {
				t.Errorf("got target %v, want 100 requests a second × 0.7 × 60", tracking["TargetValue"])
			}
			if name := got.One(t, "AWS::SageMaker::Endpoint").Properties["EndpointName"]; name != "odds" {
				t.Errorf("got endpoint %v", name)
			}
		})
	}
}

// The gateway's program is internal to this module, and is compiled by the
// synthesis of another one.
func TestAnotherModuleCompilesTheGateway(t *testing.T) {
	code := synthesize(t, gatewaySource, false).One(t, "AWS::Lambda::Function").Properties["Code"].(map[string]any)
	asset, _, _ := strings.Cut(code["S3Key"].(string), ".")
	program := filepath.Join(code["folder"].(string), "asset."+asset, "bootstrap")
	if info, err := os.Stat(program); err != nil || info.Size() < 1<<20 {
		t.Errorf("got %v (%v), want the gateway", info, err)
	}
}

// importingModule is the folder of a module outside of this one that has a program,
// a file or a folder of them, and imports the library.
func importingModule(t *testing.T, source string) (dir string) {
	t.Helper()
	root := template.Root(t)
	dir = t.TempDir()
	if info, err := os.Stat(source); err != nil {
		t.Fatal(err)
	} else if info.IsDir() {
		if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
			t.Fatal(err)
		}
	} else {
		write(t, filepath.Join(dir, "main.go"), read(t, source))
	}
	// The importing module's requirements are this module's own, so that the
	// test needs no network.
	mod := read(t, filepath.Join(root, "go.mod"))
	mod = strings.Replace(mod, "module github.com/sagemaker-autoscaling-inference/cdk\n", "module example.com/importer\n", 1)
	mod += "\nrequire github.com/sagemaker-autoscaling-inference/cdk v0.0.0\n" +
		"\nreplace github.com/sagemaker-autoscaling-inference/cdk => " + root + "\n"
	write(t, filepath.Join(dir, "go.mod"), mod)
	write(t, filepath.Join(dir, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	return dir
}

// synthesize runs the app as the main package of another module and returns its
// template. A function's Code gets the key folder: where its asset is.
func synthesize(t *testing.T, source string, vendored bool) template.Template {
	t.Helper()
	dir := importingModule(t, source)
	commands := [][]string{{"go", "run", "-mod=mod", "."}}
	if vendored {
		commands = [][]string{{"go", "mod", "tidy"}, {"go", "mod", "vendor"}, {"go", "run", "-trimpath", "-mod=vendor", "."}}
	}

	out := filepath.Join(dir, "cdk.out")
	for _, command := range commands {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CDK_OUTDIR="+out, "CDK_VALIDATION=false")
		if printed, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
	}
	var got template.Template
	if err := json.Unmarshal([]byte(read(t, filepath.Join(out, "odds.template.json"))), &got); err != nil {
		t.Fatal(err)
	}
	for _, function := range got.All("AWS::Lambda::Function") {
		function.Properties["Code"].(map[string]any)["folder"] = out
	}
	return got
}

// The library's face stays small: plain Go types, no pointers of jsii's.
func TestTheExampleIsShort(t *testing.T) {
	program := read(t, source)
	if n := strings.Count(program, "\n"); n >= 40 {
		t.Errorf("got %d lines, want fewer than 40", n)
	}
	if strings.Contains(program, "jsii.String") {
		t.Error("the caller has to write jsii.String")
	}
	if readme := read(t, filepath.Join(template.Root(t), "README.md")); !strings.Contains(readme, strings.TrimSpace(program[strings.Index(program, "\tmodel :="):strings.Index(program, "\tapp.Synth")])) {
		t.Error("the README does not show this example")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
