package document_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// hostile are texts that would take a reader without bounds minutes, or gigabytes.
func hostile() map[string]struct{ text, want string } {
	bomb, merges := "a: &a [1,1,1,1,1,1,1,1]\n", "a: &a {x: 1}\n"
	deep := "k: &a0 [1]\n"
	for c := 'b'; c <= 'h'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat("*"+string(c-1)+",", 8))
		merges += fmt.Sprintf("%c: &%c {<<: [%s]}\n", c, c, strings.Repeat("*"+string(c-1)+",", 8))
	}
	for i := range 40 {
		deep += fmt.Sprintf("k%d: &a%d [*a%d]\n", i, i+1, i)
	}
	stairs := ""
	for i := range 400 {
		stairs += strings.Repeat(" ", i) + "a:\n"
	}
	return map[string]struct{ text, want string }{
		"brackets":            {strings.Repeat("[", 60_000), "levels are nested"},
		"closed brackets":     {strings.Repeat("[", 60_000) + strings.Repeat("]", 60_000), "levels are nested"},
		"braces":              {strings.Repeat("{a: ", 30_000), "levels are nested"},
		"JSON":                {`{"a": ` + strings.Repeat("[", 60_000), "levels are nested"},
		"hyphens":             {strings.Repeat("- ", 60_000), "levels are nested"},
		"question marks":      {strings.Repeat("? ", 60_000), "levels are nested"},
		"stairs":              {stairs, "levels are nested"},
		"aliases in depth":    {deep, "levels are nested"},
		"aliases":             {bomb, "more than 20000 values"},
		"merge keys":          {merges, "more than 20000 values"},
		"items":               {strings.Repeat("- a\n", 250_000), "more than 20000 values"},
		"commas":              {"[" + strings.Repeat(",", 900_000) + "]", "more than 20000 values"},
		"repeated keys":       {strings.Repeat("a:\n", 19_000), "is repeated"},
		"tags":                {"a: " + strings.Repeat("!!str ", 20_000), "not valid YAML"},
		"documents":           {strings.Repeat("---\na\n", 160_000), "a second document begins"},
		"a quote":             {"a: '" + strings.Repeat("b\n", 500_000), "is not closed"},
		"lines and a mistake": {strings.Repeat("a:\n", 200_000) + "b", "not valid YAML"},
	}
}

// TestHostile: what is huge or deep is refused with its place, and takes little
// memory: a megabyte of text never more than 200.
func TestHostile(t *testing.T) {
	for name, test := range hostile() {
		for _, asJSON := range []bool{false, true} {
			o := options
			o.JSON = asJSON && name != "braces" // what is neither is no JSON
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, errs := document.Parse([]byte(test.text), o)
			runtime.ReadMemStats(&after)
			if len(errs) == 0 || !strings.Contains(errs[0].Error(), test.want) || errs[0].At.Line < 1 || errs[0].At.Column < 1 {
				t.Errorf("%s: got %.100v, want %s", name, lines(errs), test.want)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 200 || strings.Contains(test.want, "nested") && mb > 20 {
				t.Errorf("%s: took %d MB", name, mb)
			}
		}
	}
}

// FuzzDocument: whatever is read comes to an end without a panic, grows no more
// than it may, and has a place for everything.
func FuzzDocument(f *testing.F) {
	for _, test := range hostile() {
		f.Add([]byte(test.text[:min(len(test.text), 2000)]), true)
	}
	for _, text := range []string{"a: &x !!str 012\nb: [*x, 'y', \"z\"]\n", "a:\n  b: 1\n c: 2\n", "a: \"b\nc: \"d\"\n", "a:\r\n- - b\r\n-\r\n", "? a\n: |\n  b\n", `{"a": [1, "b"]}`, "a: {<<: [{b: 1}, *c]}", "\u2028a:\u0085 b"} {
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, asJSON bool) {
		o := options
		o.JSON, o.MaxValues = asJSON, 500
		root, errs := document.Parse(data, o)
		for _, e := range errs {
			if e.At.Line < 1 || e.At.Column < 1 || e.Rule == "" || strings.ContainsAny(e.Error(), "\n\r") {
				t.Errorf("%q is not a problem on one line, with its place and rule", e.Error())
			}
		}
		values := 0
		var walk func(n *document.Node, depth int)
		walk = func(n *document.Node, depth int) {
			values++
			if strings.ContainsAny(n.Written, "\n\r") || len([]rune(n.Written)) > 101 {
				t.Errorf("%q is not on one line", n.Written)
			}
			if depth > o.MaxDepth || len(n.Keys) != len(n.Values) {
				t.Errorf("depth %d, %d keys for %d values", depth, len(n.Keys), len(n.Values))
			}
			if n != root && n.Kind != document.Scalar && n.Place() == (document.Position{}) {
				t.Errorf("a value has no place: %+v", n)
			}
			for _, child := range n.Values {
				walk(child, depth+1)
			}
			for _, child := range n.Items {
				walk(child, depth+1)
			}
		}
		if root != nil {
			walk(root, 0)
			root.Value(nil)
		}
		if values > o.MaxValues {
			t.Errorf("%d values", values)
		}
	})
}
