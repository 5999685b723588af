package importer_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

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
