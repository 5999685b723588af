package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 20) + "end"
	for _, test := range []struct {
		name string
		rows [][]string
		want string
	}{
		{"columns are as wide as their widest cell", [][]string{{"a", "×", "1"}, {"bcd", "efg", "2"}}, `
  a    ×    1
  bcd  efg  2`},
		{"rows have as many cells as they like", [][]string{{"alone"}, {"a", "b"}, {"a", "b", "c"}}, `
  alone
  a  b
  a  b  c`},
		{"an empty last cell leaves no space", [][]string{{"a", ""}}, `
  a`},
		{"a long cell goes on under itself", [][]string{{"a", long}, {"b", "c"}}, `
  a  word word word word word word word word word word word word word word word
     word word word word word end
  b  c`},
		{"where too little room is left, it has its own lines", [][]string{{strings.Repeat("n", 60), long}}, `
  ` + strings.Repeat("n", 60) + `
      word word word word word word word word word word word word word word word
      word word word word word end`},
		{"a word that is too long for the rest of the line is not cut", [][]string{{"a", strings.Repeat("w", 78)}}, `
  a
      ` + strings.Repeat("w", 78)},
	} {
		if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), strings.Join(Rows(test.rows), "\n")); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

func TestHanging(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 14) + "end"
	for name, c := range map[string][2]string{
		"short lines stay": {"a\n  label  text\n\n", "a\n  label  text\n\n"},
		"a label's text goes on below itself": {
			"  label  " + long + "\n         " + long + "\n",
			"  label  " + strings.Repeat("word ", 13) + "word\n         end\n         " + strings.Repeat("word ", 13) + "word\n         end\n",
		},
		"other lines go on at their beginning": {
			long + " " + long + "\n", strings.Repeat("word ", 14) + "end word\n" + strings.Repeat("word ", 13) + "end\n",
		},
		"a text without a label goes on below itself": {
			"         " + long + "\n", "         " + strings.Repeat("word ", 13) + "word\n         end\n",
		},
		"characters count, not bytes": {"  label  " + strings.Repeat("×", 71) + "\n", "  label  " + strings.Repeat("×", 71) + "\n"},
	} {
		if diff := cmp.Diff(c[1], Hanging(c[0])); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
