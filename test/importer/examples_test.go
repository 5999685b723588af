package importer_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// synthesizeExamples synthesizes the examples strictly with the CDK CLI, lints what
// comes out, and returns the cloud assembly's folder and the templates by the name of the example.
func synthesizeExamples(t *testing.T) (assembly string, templates map[string]any) {
	t.Helper()
	dir := importingModule(t, examplesSource)
	var settings map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Join(template.Root(t), "cdk.json"))), &settings); err != nil {
		t.Fatal(err)
	}
	flags, err := json.Marshal(map[string]any{"context": settings["context"], "versionReporting": false})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cdk.json"), string(flags)) // what cdk init writes
	program := filepath.Join(dir, "app")
	run(t, dir, nil, "go", "build", "-mod=mod", "-o", program, ".")
	bin, err := filepath.Abs(filepath.Join(template.Root(t), "node_modules", ".bin"))
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "CDK_DISABLE_CLI_TELEMETRY=true"}
	run(
		t,
		dir,
		environ,
		filepath.Join(bin, "cdk"),
		"--no-notices",
		"--no-color",
		"--app",
		program,
		"synth",
		"-q",
		"--strict",
		"*",
	)

	assembly = filepath.Join(dir, "cdk.out")
	files, err := filepath.Glob(filepath.Join(assembly, "*.template.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v (%v), want templates", files, err)
	}
	python, err := localaws.Prepare(t.Context(), template.Root(t), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	cfnLint(t, python, files)
	templates = map[string]any{}
	for _, file := range files {
		var body any
		if err := json.Unmarshal([]byte(read(t, file)), &body); err != nil {
			t.Fatal(err)
		}
		templates[strings.TrimSuffix(filepath.Base(file), ".template.json")] = body
	}
	return assembly, templates
}

// cfnLint fails the test with what cfn-lint finds in templates.
func cfnLint(t *testing.T, python string, files []string) {
	t.Helper()
	args := append(
		[]string{"-c", "import sys; from cfnlint.runner import main; sys.exit(main())", "--format", "parseable"},
		files...)
	cmd := exec.CommandContext(t.Context(), python, args...)
	cmd.Dir = template.Root(t) // where its configuration is
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line != "" {
			t.Error(line)
		}
	}
}

// run runs a command in dir and returns what it printed. It fails the test with that
// where the command fails.
func run(t *testing.T, dir string, environ []string, command ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environ...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return string(bytes.TrimSpace(out))
}

// notDeployed are examples that the local AWS cannot play, and why.
var notDeployed = map[string]string{
	"APIGateway":            "moto does not know AWS::ApiGateway::Stage, and does not delete the others",
	"ImportedModel":         "the models exist already",
	"InstancePools":         "moto wants an instance type of each variant",
	"ScaleByNames":          "the endpoint exists already",
	"ScaleImportedEndpoint": "the endpoint exists already",

	"MonitorImportedEndpoint": "the endpoint exists already",
}

// deployExamples deploys each template to the local AWS, and deletes it again.
func deployExamples(t *testing.T, assembly string, templates map[string]any) {
	python, err := localaws.FindPython(t.Context(), template.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	local, err := localaws.Start(t.Context(), localaws.Options{Dir: template.Root(t), Python: python})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	}()
	publish(t, local, assembly)
	stacks := cloudformation.NewFromConfig(local.Config(region))
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		if notDeployed[name] != "" {
			continue
		}
		body := templates[name].(map[string]any)
		delete(body, "Rules")
		if parameters, found := body["Parameters"].(map[string]any); found {
			delete(parameters, "BootstrapVersion") // of a stack that the local AWS does not have
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in := &cloudformation.CreateStackInput{StackName: aws.String(name), TemplateBody: aws.String(string(text))}
		if _, err := stacks.CreateStack(t.Context(), in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: &name}); err != nil {
			t.Errorf("%s is not deleted: %v", name, err)
		}
	}
	if err := local.Err(); err != nil {
		t.Error(err)
	}
}

// publish puts an empty archive into the local AWS for each file asset of an assembly:
// what it holds does not matter, as nothing runs it.
func publish(t *testing.T, local *localaws.AWS, assembly string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(assembly, "*.assets.json"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := zip.NewWriter(&archive).Close(); err != nil {
		t.Fatal(err)
	}
	const location = "<CreateBucketConfiguration><LocationConstraint>" + region +
		"</LocationConstraint></CreateBucketConfiguration>"
	for _, file := range files {
		var manifest struct {
			Files map[string]struct {
				Destinations map[string]struct{ BucketName, ObjectKey string }
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &manifest); err != nil {
			t.Fatal(err)
		}
		for _, asset := range manifest.Files {
			for _, d := range asset.Destinations {
				put(t, local, "/"+d.BucketName, location)
				put(t, local, "/"+d.BucketName+"/"+d.ObjectKey, archive.String())
			}
		}
	}
}

// put makes a bucket, which may be there, or an object. There is no SDK module for it
// in go.mod.
func put(t *testing.T, local *localaws.AWS, path, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, local.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	// moto looks at the region and the service, not at the signature.
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/"+region+
		"/s3/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusConflict {
		t.Fatalf("PUT %s: %s", path, response.Status)
	}
}
