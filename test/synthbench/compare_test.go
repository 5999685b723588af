package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func assembly(t *testing.T, templates map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, "assembly-e1")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range templates {
		if err := os.WriteFile(filepath.Join(folder, name+".template.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCompare: a twin with other resources is no twin, whatever they say.
func TestCompare(t *testing.T) {
	t.Parallel()
	template := func(name string, types ...string) string {
		var resources []string
		for i, kind := range types {
			resources = append(resources, fmt.Sprintf(`"R%d": {"Type": %q, "Properties": {"Name": %q}}`, i, kind, name))
		}
		return `{"Resources": {` + strings.Join(resources, ",") + `}}`
	}
	app := assembly(t, map[string]string{"a": template("x", "A", "B"), "b": template("x", "A")})
	for _, test := range []struct {
		name string
		twin map[string]string
		want string
		err  string
	}{
		{"the same", map[string]string{"a": template("x", "A", "B"), "b": template("x", "A")},
			"2 of 2 templates are the same, all in their resources", ""},
		{"other properties", map[string]string{"a": template("y", "A", "B"), "b": template("x", "A")},
			"1 of 2 templates are the same, all in their resources", ""},
		{"another type", map[string]string{"a": template("x", "A", "C"), "b": template("x", "A")}, "",
			"a: the twin has the resources map[A:1 C:1], the app map[A:1 B:1]"},
		{"one less", map[string]string{"a": template("x", "A"), "b": template("x", "A")}, "",
			"a: the twin has the resources map[A:1], the app map[A:1 B:1]"},
		{"another stack", map[string]string{"a": template("x", "A", "B"), "c": template("x", "A")}, "",
			"the twin has the templates [a c], the app [a b]"},
		{"nothing", nil, "", "there is no template"},
	} {
		got, err := compare(app, assembly(t, test.twin))
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: got %q and %v, want %q and %s", test.name, got, err, test.want, test.err)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	s := time.Second
	got := table(10, "on", []measured{
		{"Go", []time.Duration{9 * s, 6 * s, 7 * s}, []time.Duration{4 * s, 2 * s, 3 * s}},
		{"tsx", []time.Duration{5 * s, 14 * s, 4 * s, 6 * s}, []time.Duration{6 * s, 6 * s, 7 * s, 5 * s}},
	}, "all are the same")
	want := `
10 environments, validation on: all are the same
  program       median       min       max       CPU   Go is
  Go            7.00 s    6.00 s    9.00 s    3.00 s
  tsx           5.00 s    4.00 s   14.00 s    6.00 s   1.40 × in time, 0.50 × in CPU
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
