package cli

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		words   []string
		columns int
		indent  string
		want    []string
	}{
		{nil, 8, "", []string{""}},
		{[]string{"one", "two", "six"}, 7, "", []string{"one two", "six"}},
		{[]string{"one", "two"}, 7, "  ", []string{"  one", "  two"}},
		{[]string{"café", "€€€"}, 8, "", []string{"café €€€"}}, // characters, not bytes
		{[]string{"a", "fourteenletters", "b"}, 8, "", []string{"a", "fourteenletters", "b"}},
	} {
		if got := Wrap(test.words, test.columns, test.indent); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d: got %q, want %q", test.words, test.columns, got, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "€€€€": "€€€€", "€€€€€": "€€€…"} {
		if got := Cut(text, 4); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
