package config

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TestBothFaces: each mistake in a file is one in Go too: the value that the file
// decodes to has the same problems, with Go's spelling. What only a file can get
// wrong, such as its syntax, a key or a type, has no Go value.
func TestBothFaces(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata: ", err)
	}
	compared := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e, ok := decoded(data)
		if !ok || slices.Contains(onlyInFiles, name) {
			continue
		}
		compared++
		_, found := decode(file, "test", data)
		var want []string
		for _, p := range found {
			p := inGo(p.Problem)
			want = append(want, p.Path+": "+p.Rule+"; "+p.Fix)
		}
		var ps problem.List
		errors.As(e.Validate(), &ps)
		var got []string
		for _, p := range ps {
			got = append(got, p.Path+": "+p.Rule+"; "+p.Fix)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-file +Go)\n%s", name, diff)
		}
	}
	if compared < 200 {
		t.Errorf("%d mistakes of %d are compared", compared, len(files))
	}
}

// onlyInFiles are mistakes in how a value is written.
var onlyInFiles = []string{
	"request-latency-in-minutes", // a duration has no unit in Go
	"whole-number-too-large",     // for an int
}

// decoded is the Go value of a file, with its mistakes.
func decoded(data []byte) (Environment, bool) {
	d, e := newDocument("file.yaml"), Environment{Name: "test"}
	d.parse(data)
	if d.root == nil || len(d.problems) > 0 || fill(reflect.ValueOf(&e).Elem(), d.root.Value(nil)) != nil {
		return e, false
	}
	// A Go value has neither other keys nor values without a type, and cannot tell a
	// zero from what is left out.
	same := newDocument("")
	same.index(written(e), "")
	for path, n := range d.nodes {
		own := same.nodes[path]
		if own == nil || own.Kind != n.Kind || reflect.TypeOf(own.Scalar) != reflect.TypeOf(n.Scalar) {
			return e, false
		}
	}
	return e, len(same.nodes) == len(d.nodes)
}

// TestLoadedIsValid: what Load returns is valid with its defaults, which change
// nothing the second time.
func TestLoadedIsValid(t *testing.T) {
	t.Parallel()
	valid, err := filepath.Glob("testdata/valid/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := filepath.Glob("environments/*.yaml")
	if err != nil || len(deployed) == 0 {
		t.Fatal("no environments: ", err)
	}
	for _, file := range append(valid, deployed...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Parse(file, "test", data)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if diff := cmp.Diff(e, e.WithDefaults()); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

// TestValidateInGo: the paths and the text of a problem have Go's names, and values
// that no file has are no crash.
func TestValidateInGo(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*Environment)
		want   string
	}{
		{"sound", func(*Environment) {}, ""},
		{"a name", func(e *Environment) { e.Name = "1st" },
			`Name: got "1st": an environment's name is a letter, then letters, digits and hyphens; such as prod-eu`},
		{"nothing", func(e *Environment) { e.Region = "" },
			"Region: this field is required and missing; add it: region is the AWS region, such as eu-central-1"},
		{"another field", func(e *Environment) { e.Frontend.PlainHTTP, e.Frontend.CertificateARN = false, "" },
			"Frontend.CertificateARN: the HTTPS listener needs a certificate; add the ARN of one in AWS Certificate Manager, or domain to have one made, or PlainHTTP: true to serve without TLS"},
		{"no number", func(e *Environment) { e.Capacity.RequestsPerSecondPerInstance = math.NaN() },
			"Capacity.RequestsPerSecondPerInstance: got NaN: must be a number; write digits alone, without words or a unit"},
	} {
		e, err := Parse("minimal.yaml", "minimal", data)
		if err != nil {
			t.Fatal(err)
		}
		test.change(&e)
		got := ""
		if err := e.Validate(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
