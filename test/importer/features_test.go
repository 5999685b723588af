package importer_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"go.yaml.in/yaml/v4"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

var update = flag.Bool("update", false, "renew docs/features.md")

const (
	region         = "eu-west-1" // of the examples
	examplesSource = "testdata/examples"
	featuresFile   = "testdata/features.yaml"
	featuresPage   = "docs/features.md"
)

// section is a part of the table of features.
type section struct {
	Section  string
	Features []feature
}

// feature is one row: an example whose template shows it, a test that holds it, or
// the reason why it is not there.
type feature struct {
	Feature string
	// Example is a function of testdata/examples.
	Example string
	// Shows are places in the example's template, such as
	// "AWS::SageMaker::Model Containers[1].Image".
	Shows []string
	// Test is a test that holds a feature which no template shows: FOLDER TestName.
	Test string
	// But is what is missing of a feature that is there in part.
	But string
	// No is why the feature is not there.
	No string
}

// TestFeatures holds the table of docs/features.md: each "yes" names an example of an
// app in another module that synthesizes strictly, under CDK's rules, the lint and the
// security rules; cfn-lint finds nothing in its template; the template has what the
// feature is about; and the local AWS deploys it.
func TestFeatures(t *testing.T) {
	sections := readFeatures(t)
	assembly, templates := synthesizeExamples(t)
	shown := map[string]bool{}
	for _, s := range sections {
		for _, f := range s.Features {
			checkFeature(t, f, templates)
			shown[f.Example] = true
		}
	}
	for name := range templates {
		if !shown[name] {
			t.Errorf("no feature of %s names the example %s", featuresFile, name)
		}
	}
	t.Run("page", func(t *testing.T) { renewPage(t, sections) })
	t.Run("deployed", func(t *testing.T) { deployExamples(t, assembly, templates) })
}

func readFeatures(t *testing.T) []section {
	t.Helper()
	var sections []section
	decoder := yaml.NewDecoder(strings.NewReader(read(t, featuresFile)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&sections); err != nil {
		t.Fatal(err)
	}
	return sections
}

// checkFeature fails unless the row has an example that shows the feature, a test that
// is there, or a reason.
func checkFeature(t *testing.T, f feature, templates map[string]any) {
	t.Helper()
	answers := 0
	for _, answer := range []string{f.Example, f.Test, f.No} {
		if answer != "" {
			answers++
		}
	}
	if f.Feature == "" || answers != 1 || (f.Example != "") != (len(f.Shows) > 0) {
		t.Errorf("%+v: a feature has an example with what it shows, a test, or a reason why not", f)
	}
	if f.Example != "" {
		body, found := templates[f.Example]
		if !found {
			t.Errorf("%s: there is no example %s", f.Feature, f.Example)
		}
		for _, place := range f.Shows {
			if found && !shows(body, place) {
				t.Errorf("%s: the template of %s has no %s", f.Feature, f.Example, place)
			}
		}
	}
	if f.Test != "" {
		folder, name, _ := strings.Cut(f.Test, " ")
		if !hasTest(t, filepath.Join(template.Root(t), folder), name) {
			t.Errorf("%s: there is no test %s", f.Feature, f.Test)
		}
	}
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		return strings.Contains(read(t, file), "\nfunc "+name+"(")
	})
}

var placeStep = regexp.MustCompile(`[^.\[\]]+|\[\d+\]`)

// shows reports whether a resource of body has a property: "TYPE PATH", or "TYPE
// PATH=VALUE".
func shows(body any, place string) bool {
	kind, path, _ := strings.Cut(place, " ")
	path, want, compared := strings.Cut(path, "=")
	resources, _ := body.(map[string]any)["Resources"].(map[string]any)
	for _, resource := range resources {
		resource := resource.(map[string]any)
		if resource["Type"] != kind {
			continue
		}
		value, found := at(resource["Properties"], path)
		if found && (!compared || fmt.Sprint(value) == want) {
			return true
		}
	}
	return false
}

// at is the value at a path such as Containers[1].Image.
func at(value any, path string) (any, bool) {
	for _, step := range placeStep.FindAllString(path, -1) {
		switch v := value.(type) {
		case map[string]any:
			var found bool
			if value, found = v[step]; !found {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(strings.Trim(step, "[]"))
			if err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

func TestShows(t *testing.T) {
	var body any
	if err := json.Unmarshal([]byte(`{"Resources": {"A": {"Type": "T", "Properties": {"List": [{"B": 1}]}}}}`), &body); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]bool{
		"T ": true, "T List": true, "T List[0].B": true, "T List[0].B=1": true,
		"T List[0].B=2": false, "T List[1]": false, "T List[0].C": false, "T List.B": false, "U List": false,
	} {
		if got := shows(body, place); got != want {
			t.Errorf("%s: got %v", place, got)
		}
	}
}

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
	run(t, dir, environ, filepath.Join(bin, "cdk"), "--no-notices", "--no-color", "--app", program, "synth", "-q", "--strict", "*")

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

// newerThanCfnLint are properties that CloudFormation has, by CDK's own types, and the
// schemas of some version of cfn-lint do not.
var newerThanCfnLint = []string{"CoreDumpConfig", "InstancePools", "MetricsConfig", "PrefixAwareRoutingConfig"}

// cfnLint fails the test with what cfn-lint finds in templates.
func cfnLint(t *testing.T, python string, files []string) {
	t.Helper()
	args := append([]string{"-c", "import sys; from cfnlint.runner import main; sys.exit(main())", "--format", "parseable"}, files...)
	cmd := exec.CommandContext(t.Context(), python, args...)
	cmd.Dir = template.Root(t) // where its configuration is
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line != "" && !slices.ContainsFunc(newerThanCfnLint, func(property string) bool {
			return strings.Contains(line, "E3002") && strings.Contains(line, "'"+property+"' was unexpected")
		}) {
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
	"ImportedModel":         "the model exists already",
	"InstancePools":         "moto wants an instance type of each variant",
	"ScaleImportedEndpoint": "the endpoint exists already",
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

const featuresIntro = `# What there is

Each "yes" is an example of an app in another module, or a test. The examples are in
[test/importer/testdata/examples](../test/importer/testdata/examples): they synthesize with
` + "`cdk synth --strict`" + `, cfn-lint finds nothing in their templates, and a local AWS deploys them.
` + "`go test ./test/importer -run TestFeatures -update`" + ` renews this page.
`

// renewPage compares the page with the rows.
func renewPage(t *testing.T, sections []section) {
	t.Helper()
	var page strings.Builder
	page.WriteString(featuresIntro)
	for _, s := range sections {
		fmt.Fprintf(&page, "\n## %s\n\n| feature | | where |\n|---|---|---|\n", s.Section)
		for _, f := range s.Features {
			answer, where := "yes", "`"+f.Example+"`"
			if folder, name, found := strings.Cut(f.Test, " "); found {
				where = fmt.Sprintf("`%s` in [%s](../%s)", name, folder, folder)
			}
			if f.But != "" {
				answer, where = "in part", where+", but "+f.But
			}
			if f.No != "" {
				answer, where = "no", f.No
			}
			fmt.Fprintf(&page, "| %s | %s | %s |\n", f.Feature, answer, where)
		}
	}
	path := filepath.Join(template.Root(t), featuresPage)
	if *update {
		write(t, path, page.String())
	}
	if read(t, path) != page.String() {
		t.Errorf("%s is stale: go test ./test/importer -run TestFeatures -update renews it", featuresPage)
	}
}

// TestModelsPage: docs/models.md shows lines of the examples.
func TestModelsPage(t *testing.T) {
	source := read(t, filepath.Join(examplesSource, "models.go"))
	page := read(t, filepath.Join(template.Root(t), "docs", "models.md"))
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(page, -1)
	if len(blocks) < 10 {
		t.Errorf("got %d blocks", len(blocks))
	}
	for _, block := range blocks {
		if !strings.Contains(source, block[1]) {
			t.Errorf("no example has\n%s", block[1])
		}
	}
}
