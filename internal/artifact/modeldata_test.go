package artifact

import (
	"strings"
	"testing"
)

func TestParseModelData(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]ModelData{
		"s3://predictions-models/predictions/1.0.0/model.tar.gz": {"predictions-models", "predictions/1.0.0/model.tar.gz"},
		"s3://a.b-c.d/m.tar.gz":                                  {"a.b-c.d", "m.tar.gz"},
	} {
		got, err := ParseModelData(url)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", url, got, err, want)
		}
	}
}

func TestParseModelDataRefuses(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                                   "a model archive is",
		"https://bucket/model.tar.gz":        "a model archive is",
		"s3:/bucket/model.tar.gz":            "a model archive is",
		"s3://":                              "a bucket's name",
		"s3:///model.tar.gz":                 "a bucket's name",
		"s3://ab/model.tar.gz":               "a bucket's name",
		"s3://Models/model.tar.gz":           "a bucket's name",
		"s3://a..b/model.tar.gz":             "a bucket's name",
		"s3://a.-b/model.tar.gz":             "a bucket's name",
		"s3://10.0.0.1/model.tar.gz":         "a bucket's name",
		"s3://models":                        "no object",
		"s3://models/":                       "no object",
		"s3://models/model/":                 "ends in .tar.gz",
		"s3://models/*.tar.gz":               "without wildcards or spaces",
		"s3://models/model?.tar.gz":          "without wildcards or spaces",
		"s3://models/${aws:username}.tar.gz": "without wildcards or spaces",
		"s3://models/my model.tar.gz":        "without wildcards or spaces",
		"s3://models/model\n.tar.gz":         "without wildcards or spaces",
		"s3://models/model.zip":              "ends in .tar.gz",
		"s3://models/" + strings.Repeat("a", 1024) + ".tar.gz": "at most 1024",
	} {
		got, err := ParseModelData(url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", url, err, want)
		}
		if got != (ModelData{}) {
			t.Errorf("%q: got %v beside the error", url, got)
		}
	}
}

func FuzzParseModelData(f *testing.F) {
	f.Add("s3://predictions-models/predictions/1.0.0/model.tar.gz")
	f.Fuzz(func(t *testing.T, url string) {
		data, err := ParseModelData(url)
		if err == nil && url != "s3://"+data.Bucket+"/"+data.Key {
			t.Errorf("%q was read as %+v", url, data)
		}
	})
}
