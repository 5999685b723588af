package gateway

import "testing"

func TestAccepts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		headers []string
		want    bool
	}{
		"no header":               {nil, true},
		"anything":                {[]string{"*/*"}, true},
		"its type":                {[]string{"application/json"}, true},
		"with parameters":         {[]string{"application/json; charset=utf-8"}, true},
		"in other letters":        {[]string{"Application/JSON"}, true},
		"one of its kind":         {[]string{"application/*"}, true},
		"another type":            {[]string{"text/csv"}, false},
		"another kind":            {[]string{"text/*"}, false},
		"one of several":          {[]string{"text/csv, application/json;q=0.5"}, true},
		"in a second header":      {[]string{"text/csv", "application/json"}, true},
		"excluded":                {[]string{"application/json;q=0, */*"}, false},
		"excluded before another": {[]string{"*/*, application/json;q=0.0"}, false},
		"all but the rest":        {[]string{"*/*;q=0, application/json"}, true},
		"an event stream":         {[]string{"application/vnd.amazon.eventstream"}, false},
		"nonsense":                {[]string{";;"}, false},
		"empty":                   {[]string{""}, false},
	} {
		if got := accepts(test.headers, "application/json; charset=utf-8"); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
