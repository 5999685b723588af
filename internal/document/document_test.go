package document_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

var options = document.Options{File: "a file", Holds: "thing", MaxBytes: 1 << 20, MaxDepth: 32, MaxValues: 20_000}

// parse reads what has no mistake.
func parse(t *testing.T, text string) *document.Node {
	t.Helper()
	root, errs := document.Parse([]byte(text), options)
	for _, e := range errs {
		t.Errorf("%q: %s", text, e.Error())
	}
	if root == nil {
		t.Fatalf("%q: nothing is read", text)
	}
	return root
}

func TestValues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1e3": "1000", "1E2": "100", ".5": "0.5", "5.": "5", "-3": "-3", "+3": "3", "00.5": "0.5",
		"1e999": `"1e999"`, ".inf": `".inf"`, "!!str 012": `"012"`, "! 012": `"012"`, "'012'": `"012"`,
		"true": "true", "FALSE": "false", "yes": `"yes"`, "~": "null", "": "null", "Null": "null",
		"2027-06-12": `"2027-06-12"`, "20:00": `"20:00"`, "!!str": `""`, "[a, ]": `["a"]`,
		"!GetAZs": `""`, "{Fn::Join: ['', [a, b]]}": `{"Fn::Join":["",["a","b"]]}`, "{Fn::Sub: '${A}'}": `{"Fn::Sub":"${A}"}`,
		"{\"b\":1, a: 2}": `{"a":2,"b":1}`, "|-\n  two\n  lines": `"two\nlines"`, ">-\n  two\n  lines": `"two lines"`,
	} {
		got, err := json.Marshal(parse(t, "a: "+text+"\n").Get("a").Value(nil))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, want %s (%v)", text, got, want, err)
		}
	}
}

// TestUnclear: what YAML 1.1 and 1.2 read as different numbers is no number.
func TestUnclear(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]document.Unclear{
		"010": "10", "089": "89", "012345670123": "12345670123", "0o10": "8", "0x10": "16", "0b11": "3", "1_000": "1000", "-010": "-10", "00": "0", "0_0": "00",
	} {
		n := parse(t, "a: "+text).Get("a")
		if n.Scalar != want || n.Written != text || n.Value(nil) != nil {
			t.Errorf("%s: got %#v, written %q, value %v", text, n.Scalar, n.Written, n.Value(nil))
		}
	}
	for _, text := range []string{"0", "10", "-10", "+0", "0.10", "10e1"} {
		if _, number := parse(t, "a: "+text).Get("a").Scalar.(float64); !number {
			t.Errorf("%s is no number", text)
		}
	}
}

// TestMergeKeys never override what a mapping says itself, wherever they stand,
// and the first of several wins.
func TestMergeKeys(t *testing.T) {
	t.Parallel()
	const want = `{"a":1,"b":2,"c":3}`
	for _, text := range []string{
		"x: {a: 1, <<: {a: 9, b: 2}, c: 3}", "x: {<<: {a: 9, b: 2}, a: 1, c: 3}",
		"base: &base {a: 9, b: 2}\nx:\n  a: 1\n  <<: *base\n  c: 3",
		"x: {c: 3, <<: [{a: 1}, {a: 9, b: 2}]}",
		"one: &one {a: 1, c: 3}\ntwo: &two {<<: *one, a: 9, b: 2}\nx:\n  <<: [*one, *two]",
	} {
		got, err := json.Marshal(parse(t, text).Get("x").Value(nil))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, want %s (%v)", text, got, want, err)
		}
	}
	if n := parse(t, `x: {"<<": 1}`).Get("x"); n.Get("<<") == nil {
		t.Error("a key in quotes is merged")
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	root := parse(t, "a: &a {b: 1, c: [&two 2, *two]}\nd: *a\ne: [*two]\n")
	want := map[string]any{"a": map[string]any{"b": 1.0, "c": []any{2.0, 2.0}}, "d": map[string]any{"b": 1.0, "c": []any{2.0, 2.0}}, "e": []any{2.0}}
	if diff := cmp.Diff(want, root.Value(nil)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if root.Get("a").Get("b") == root.Get("d").Get("b") {
		t.Error("an alias is no value of its own")
	}
	if n := root.Get("e").Items[0]; !n.Alias || n.Place() != (document.Position{Line: 3, Column: 5}) || n.Written != "2" {
		t.Errorf("an alias of a scalar stands at %v, written %q", n.Place(), n.Written)
	}
}

// TestPlaces: where values begin, behind their tags and anchors, with LF and CRLF.
func TestPlaces(t *testing.T) {
	t.Parallel()
	text := "# é\na: &x !!str 012 # c\nb: &y # c\n  c: 'é'\né: [ü,  !Ref  x]\nl:\n  - 1\n  -\n    # d\n    k: v\n  - - - 3\n  -\nn:\nt: !GetAZs\n\"q\": >-\n  x\n"
	type place struct{ path, key, start, shown string }
	want := []place{
		{"a", "2:1", "2:13", "2:13"}, {"b", "3:1", "4:3", "3:1"}, {"b.c", "4:3", "4:6", "4:6"}, {"é", "5:1", "5:4", "5:1"}, {"é.0", "", "5:5", "5:5"}, {"é.1", "", "5:15", "5:15"},
		{"l", "6:1", "7:3", "6:1"}, {"l.0", "", "7:5", "7:5"}, {"l.1", "", "10:5", "10:5"}, {"l.1.k", "10:5", "10:8", "10:8"}, {"l.2.0.0", "", "11:9", "11:9"}, {"l.3", "", "", "12:3"},
		{"n", "13:1", "", "13:1"}, {"t", "14:1", "14:4", "14:4"}, {"q", "15:1", "15:6", "15:6"},
	}
	written := func(p document.Position) string {
		if p == (document.Position{}) {
			return ""
		}
		e := document.SyntaxError{At: p}
		return strings.TrimSuffix(e.Error(), ": ")
	}
	for _, text := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff" + text} {
		root := parse(t, text)
		for _, w := range want {
			n := root.Find(strings.Split(w.path, "."))
			if got := (place{w.path, written(n.Key), written(n.Start), written(n.Place())}); got != w {
				t.Errorf("got %+v, want %+v", got, w)
			}
		}
		if n := root.Get("é").Items[1]; n.Tag != "!Ref" || written(n.TagAt) != "5:9" || n.Text != "x" {
			t.Errorf("got %+v", n)
		}
		for i, dash := range []string{"7:3", "8:3", "11:3", "12:3"} {
			if got := written(root.Get("l").Items[i].Dash); got != dash {
				t.Errorf("the hyphen of item %d is at %s, want %s", i, got, dash)
			}
		}
	}
}

// TestWritten: a value is shown as it stands in the file, on one line.
func TestWritten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 101)
	for text, want := range map[string]string{
		"'it''s' # c": "'it''s'", `"a\"b"`: `"a\"b"`, "a b": "a b", "a\n  b": `"a b"`, "\"a\n  b\"": `"a b"`, "|\n  a": `"a\n"`, "~": "~", "": "", long: long[:200] + "…",
	} {
		if got := parse(t, "k: "+text+"\n").Get("k").Written; got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestKeysAreInOrder(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"c: 1\na: 2\n<<: {d: 4, a: 0}\nb: 3\n", `{"c": 1, "a": 2, "b": 3, "d": 4}`} {
		o := options
		o.JSON = text[0] == '{'
		root, errs := document.Parse([]byte(text), o)
		if got := strings.Join(root.Names(), ""); got != "cabd" || errs != nil {
			t.Errorf("%s: got %s (%v)", text, got, errs)
		}
	}
}

// TestJSON is read as encoding/json reads it; texts that YAML does not take are
// read, too.
func TestJSON(t *testing.T) {
	t.Parallel()
	o := options
	o.JSON = true
	root, errs := document.Parse([]byte("{\n \"a\": [1, true, null, \"\\ud83d\\ude00\\/\", 012345],\n \"b\": {}}"), o)
	if root != nil || len(errs) != 1 || errs[0].Error() != "2:41: this is not valid JSON: invalid character '1' after array element" {
		t.Errorf("got %v, %v", root, errs)
	}
	root, errs = document.Parse([]byte("{\n\t\"a\": [1, true, null, \"\\ud83d\\ude00\\/\"],\n \"b\": {}}"), o)
	if errs != nil || !cmp.Equal(root.Value(nil), any(map[string]any{"a": []any{1.0, true, nil, "😀/"}, "b": map[string]any{}})) {
		t.Errorf("got %v, %v", root.Value(nil), errs)
	}
	if n := root.Get("a").Items[3]; n.Start != (document.Position{Line: 2, Column: 23}) || n.Written != `"\ud83d\ude00\/"` {
		t.Errorf("got %+v", n)
	}
	for text, want := range map[string]string{
		`{"a": 1} 2`: "1:10: after the thing stands something else; remove it", `{"a": 1, "a": 2}`: `1:10: the key "a" is repeated; keep one of the two`,
		`{"a": `: "1:7: this is not valid JSON: unexpected EOF", "{a: [b}": "1:1: this is not valid JSON: invalid character 'a'",
	} {
		if _, errs := document.Parse([]byte(text), o); len(errs) != 1 || errs[0].Error() != want {
			t.Errorf("%s: got %v, want %s", text, errs, want)
		}
	}
	if root, errs := document.Parse([]byte("{a: b}"), o); errs != nil || root.Get("a").Text != "b" {
		t.Errorf("YAML in braces: %v", errs)
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\ufeff", "\n", "# only\n", "---\n", "---\n...\n---\n", "%YAML 1.2\n---\n"} {
		if root, errs := document.Parse([]byte(text), options); root != nil || errs != nil {
			t.Errorf("%q: got %v, %v", text, root, errs)
		}
	}
}
