package artifact

import (
	"strings"
	"testing"
)

func TestParseFolder(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]Folder{
		"s3://answers":             {Bucket: "answers"},
		"s3://answers/":            {Bucket: "answers"},
		"s3://answers/odds":        {Bucket: "answers", Prefix: "odds"},
		"s3://answers.eu/odds/v1/": {Bucket: "answers.eu", Prefix: "odds/v1"},
	} {
		got, err := ParseFolder(url)
		if err != nil || got != want {
			t.Errorf("%s: got %+v and %v, want %+v", url, got, err, want)
		}
	}
	for _, url := range []string{
		"", "answers", "https://answers/odds", "s3://", "s3://Answers/odds", "s3://an", "s3://answers/*", "s3://answers/${x}", "s3://answers/?",
		"s3://answers/a\nb", "s3://answers/" + strings.Repeat("a", 500),
	} {
		if got, err := ParseFolder(url); err == nil {
			t.Errorf("%q: got %+v, want an error", url, got)
		}
	}
}
