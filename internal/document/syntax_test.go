package document_test

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// TestMistakes: every mistake is one line, which says what was written.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const y = "this is not valid YAML: "
	for text, want := range map[string]string{
		"a: 'b\nc: 2\nd: 3\n":                 "1:4: " + y + "the quote that opens here is not closed; close it with '",
		"é: \"x\nb: 1\n":                      "1:4: " + y + "the quote that opens here is not closed; close it with \"",
		"a: \"b\nc: \"d\"\ne: \"f\"\n":        "1:4: " + y + "the quote that opens here is not closed before line 2; close it with \"",
		"a: \"b\nc: 1 # x\ne: d\nf: \"x\"\n":  "1:4: " + y + "the quote that opens here is not closed before line 4; close it with \"",
		"a: 'b' c\n":                          "1:8: " + y + "more text follows the closing quote; put the whole value in quotes",
		"a:\n    b: 1\n  c: 2\n":              "3:3: " + y + "the line is indented by 2 spaces, unlike the lines that it could belong to; indent it by 4 spaces as line 2, or by 0 spaces as line 1",
		"a:\n  b: 1\n   c: 2\n":               "3:4: " + y + "the line is indented by 3 spaces, unlike the lines that it could belong to; indent it by 2 spaces as line 2, or by 0 spaces as line 1",
		"a:\n  b: c\n d: e\n":                 "3:2: " + y + "the line is indented by 1 space, unlike the lines that it could belong to; indent it by 2 spaces as line 2, or by 0 spaces as line 1",
		"a:\n  - b: 1\n   c: 2\n":             "3:4: " + y + "the line is indented by 3 spaces, unlike the lines that it could belong to; indent it by 4 spaces as line 2, or by 2 spaces as line 2, or by 0 spaces as line 1",
		"a:\n  b: 1\n\n  # c\n    c: 2\n":     "5:5: " + y + "the line is indented by 4 spaces, unlike the lines that it could belong to; indent it by 2 spaces as line 2, or by 0 spaces as line 1",
		"a: b\n  c: d\n":                      "2:3: " + y + "the line is indented by 2 spaces, unlike the lines that it could belong to; indent it by 0 spaces as line 1",
		"a:\n  - b\n  c: 1\n":                 "3:3: " + y + "the line is indented like the list of line 2, and is no item of it; begin it with \"- \", or indent it like the key that it belongs beside",
		"a:\n  b: 1\n  - c\n":                 "3:3: " + y + "an item of a list is indented like the key of line 2; put the list below a key of its own",
		"a:\n\tb: 1\n":                        "2:1: " + y + "the line is indented with a tab; use spaces",
		"a: 1\n\tb: 2\n":                      "2:1: " + y + "the line is indented with a tab; use spaces",
		"a: 1\n \tb: 2\n":                     "2:2: " + y + "the line is indented with a tab; use spaces",
		"a: 1\nb 2\nc: 3\n":                   "2:1: " + y + "the colon is missing after the key; write b: 2",
		"a: 1\nb\nc: 3\n":                     "2:1: " + y + "the colon is missing after the key; write NAME: VALUE",
		"a:\n  b 1\n  c: 2\nd: 3\n":           "2:3: " + y + "the colon is missing after the key; write b: 1",
		"a: 1\nb:2\nc: 3\n":                   "2:2: " + y + "a space is missing after the colon; write b: 2",
		"a:\n  b:2\n  c: 3\n":                 "2:4: " + y + "a space is missing after the colon; write b: 2",
		"a: b: c\n":                           "1:5: " + y + "a value has a colon and a space in it; put the value in quotes, or begin a new line for the key",
		"a: @b\n":                             "1:4: " + y + "a value cannot begin with @; put the value in quotes",
		"a: [1, 2\nb: 3\n":                    "1:4: " + y + "the [ that opens here is not closed before line 2; close it with ]",
		"a: {b: 1":                            "1:4: " + y + "the { that opens here is not closed; close it with }",
		"a: {b: 1 c: 2}\n":                    "1:11: " + y + "a comma or } is missing here; separate entries with a comma, and end them with }",
		"a: {{x}}\n":                          "1:5: a key is a text, here stands a mapping or a list; write the value itself, in quotes where it begins with a bracket",
		"a: b\nx: \x01\n":                     "2:4: " + y + "control characters are not allowed (value: 1)",
		"a: ]\n":                              "1:4: " + y + "did not find expected node content while parsing a block node",
		"a: b\na: c\n":                        "2:1: the key \"a\" is repeated; keep one of the two",
		"a: *x\n":                             "1:4: got *x: no anchor of this name stands before it; define &x above",
		"a: &a [*a]\n":                        "1:8: got *a: an alias cannot stand inside its own anchor; write the value out",
		"a: &a {<<: *a}\n":                    "1:12: got *a: an alias cannot stand inside its own anchor; write the value out",
		"a: {<<: b}\n":                        "1:9: \"<<\" merges mappings only; give an alias of a mapping, such as *common",
		"a: 1\n---\nb: 1\n---\n":              "2:1: one file is one thing, here a second document begins; move it to a file of its own",
		"a: \xff":                             "1:1: a file is text in UTF-8; save it as UTF-8",
		strings.Repeat("#", 1<<20+1):          "1:1: a file has at most 1048576 bytes, this one has 1048577",
		"a: " + strings.Repeat("[", 33):       "1:36: more than 32 levels are nested here",
		"a: &a [" + strings.Repeat("[", 40):   "1:39: more than 32 levels are nested here",
		"- " + strings.Repeat("- ", 40) + "a": "1:65: more than 32 levels are nested here",
	} {
		_, errs := document.Parse([]byte(text), options)
		if len(errs) != 1 || errs[0].Error() != want {
			t.Errorf("%.60q:\ngot  %v\nwant %s", text, lines(errs), want)
		}
	}
}

func lines(errs []document.SyntaxError) (out []string) {
	for _, e := range errs {
		out = append(out, e.Error())
	}
	return out
}
