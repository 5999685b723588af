// Package template synthesizes one stack in a test and reads its template as
// plain Go values, under the same feature flags as the app.
package template

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

// Main runs a package's tests and then ends the Node.js process behind CDK.
// CDK's validator is off: it costs seconds a stack, and the tests of the whole
// environments have it on.
func Main(m *testing.M) {
	Unvalidated()
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

const validation, off = "CDK_VALIDATION", "false"

// Unvalidated turns CDK's validator off for the constructs of a package's tests, and for the
// programs that they start. It belongs at the beginning of TestMain.
func Unvalidated() {
	if os.Getenv(validation) != off {
		again()
	}
}

// again starts this program anew without the validator: its Node.js process
// starts before any code of a test, and has the environment of that time.
func again() {
	jsii.Close()
	program, err := os.Executable()
	if err == nil {
		err = syscall.Exec(program, os.Args, append(os.Environ(), validation+"="+off))
	}
	panic(err)
}

// Root is the folder of this module.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "cdk.json")); err == nil {
			return dir
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		break
	}
	t.Fatalf("no cdk.json above the test's folder (%v)", err)
	return ""
}

// NewApp is an app with the context of cdk.json.
func NewApp(t testing.TB) awscdk.App {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Root(t), "cdk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal(data, &settings); err != nil {
		t.Fatal(err)
	}
	return awscdk.NewApp(&awscdk.AppProps{Context: &settings.Context})
}

// NewStack is a stack in account 123456789012 and region eu-west-1, in NewApp.
func NewStack(t testing.TB) awscdk.Stack {
	t.Helper()
	return awscdk.NewStack(NewApp(t), jsii.String("test"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
	})
}

// Template is a synthesized template.
type Template struct{ Resources map[string]Resource }

// Resource is one resource of a template.
type Resource struct {
	Type       string
	Properties map[string]any
	DependsOn  []string
}

// Of synthesizes stack.
func Of(t testing.TB, stack awscdk.Stack) Template {
	t.Helper()
	data, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err != nil {
		t.Fatal(err)
	}
	var template Template
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return template
}

// All is the resources of one type, in the order of their logical IDs.
func (t Template) All(kind string) []Resource {
	var found []Resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == kind {
			found = append(found, t.Resources[id])
		}
	}
	return found
}

// One is the only resource of one type; it fails the test unless there is
// exactly one.
func (t Template) One(tb testing.TB, kind string) Resource {
	tb.Helper()
	found := t.All(kind)
	if len(found) != 1 {
		tb.Fatalf("got %d resources of type %s, want 1", len(found), kind)
	}
	return found[0]
}

// ID is the logical ID of the only resource of one type.
func (t Template) ID(tb testing.TB, kind string) string {
	tb.Helper()
	t.One(tb, kind)
	for id, r := range t.Resources {
		if r.Type == kind {
			return id
		}
	}
	return ""
}

// Statements is what the policies of a template allow, in order.
func (t Template) Statements() []map[string]any {
	var statements []map[string]any
	for _, policy := range t.All("AWS::IAM::Policy") {
		document, _ := policy.Properties["PolicyDocument"].(map[string]any)
		list, _ := document["Statement"].([]any)
		for _, s := range list {
			statements = append(statements, s.(map[string]any))
		}
	}
	return statements
}

// Problems returns what f panics with about the construct at path, such as test/Scaling,
// without the path that each line begins with.
func Problems(t testing.TB, path string, f func()) string {
	t.Helper()
	err, ok := Panics(t, f).(error)
	if !ok {
		t.Fatal("did not panic with an error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		text, found := strings.CutPrefix(line, path+": ")
		if !found {
			t.Errorf("got %q, want it of %s", line, path)
		}
		lines[i] = text
	}
	return strings.Join(lines, "\n")
}

// Panics returns what f panics with; it fails the test when f does not.
func Panics(t testing.TB, f func()) (value any) {
	t.Helper()
	defer func() {
		if value = recover(); value == nil {
			t.Fatal("did not panic")
		}
	}()
	f()
	return nil
}
