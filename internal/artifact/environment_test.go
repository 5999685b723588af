package artifact

import (
	"fmt"
	"strings"
	"testing"
)

func TestValidateEnvironment(t *testing.T) {
	t.Parallel()
	const kb = 1024
	many, much := map[string]string{}, map[string]string{}
	for i := range 100 {
		many[fmt.Sprintf("V%02d", i)] = ""
		if i < 32 {
			much[fmt.Sprintf("V%02d", i)] = strings.Repeat("x", kb-3)
		}
	}
	with := func(variables map[string]string, name string) map[string]string {
		more := map[string]string{name: ""}
		for k, v := range variables {
			more[k] = v
		}
		return more
	}
	for name, test := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"none":           {nil, ""},
		"an empty value": {map[string]string{"_a1": ""}, ""},
		"the longest":    {map[string]string{strings.Repeat("A", kb): strings.Repeat("é", kb/2)}, ""},
		"100 variables":  {many, ""},
		"32 KB":          {much, ""},
		"101 variables":  {with(many, "M"), "got 101: a container has at most 100"},
		"over 32 KB":     {with(much, "M"), "got 32769: environment variables have at most 32768 bytes together"},
		"a digit first":  {map[string]string{"1A": "secret"}, "1A: a variable's name is"},
		"a hyphen":       {map[string]string{"A-B": "secret"}, "A-B: a variable's name is"},
		"no name":        {map[string]string{"": "secret"}, "a variable's name is"},
		"a long name":    {map[string]string{strings.Repeat("A", kb+1): "secret"}, "a variable's name is"},
		"a long value":   {map[string]string{"A": strings.Repeat("é", kb/2+1)}, "A: got 1026: a variable's value has at most 1024 bytes"},
	} {
		ps := ValidateEnvironment(test.variables)
		if test.want == "" {
			if err := ps.Err(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if len(ps) != 1 || !strings.Contains(ps.Error(), test.want) || strings.Contains(ps.Error(), "secret") {
			t.Errorf("%s: got %v, want one problem with %q and no value", name, ps, test.want)
		}
	}
}
