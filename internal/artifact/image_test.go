package artifact

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"

func TestParseImage(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0f", 32)
	for uri, want := range map[string]Image{
		registry + "predictions:1.0.0":                                        {"123456789012", "eu-west-1", "predictions", "1.0.0", ""},
		registry + "team/pre-dictions@" + digest:                              {"123456789012", "eu-west-1", "team/pre-dictions", "", digest},
		registry + "a_b.c/d:_Tag-1":                                           {"123456789012", "eu-west-1", "a_b.c/d", "_Tag-1", ""},
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/predictions:1": {"123456789012", "us-gov-west-1", "predictions", "1", ""},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/predictions:1":      {"123456789012", "cn-north-1", "predictions", "1", ""},
	} {
		got, err := ParseImage(uri, SageMaker)
		if err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", uri, diff)
		}
	}
}

func TestParseImageRefuses(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"":                                       "SageMaker pulls it from Amazon ECR",
		"python:3.12":                            "SageMaker pulls it from Amazon ECR",
		"public.ecr.aws/docker/library/python:3": "SageMaker pulls it from Amazon ECR",
		"1234.dkr.ecr.eu-west-1.amazonaws.com/a:1": "SageMaker pulls it from Amazon ECR",
		registry:                    "repository's name",
		registry + "Predictions:1":  "repository's name",
		registry + "a..b:1":         "repository's name",
		registry + "team/:1":        "repository's name",
		registry + "predictions":    "neither a tag nor a digest",
		registry + "predictions:":   "a tag has",
		registry + "predictions:-1": "a tag has",
		registry + "predictions:" + strings.Repeat("1", 129):          "a tag has",
		registry + "predictions@sha256:12":                            "a digest is",
		registry + "predictions@":                                     "a digest is",
		registry + "predictions:1@sha256:" + strings.Repeat("0f", 32): "not both",
		registry + strings.Repeat("a", 250) + ":1":                    "at most 255",
		registry + "predictions:1\n":                                  "a tag has",
	} {
		got, err := ParseImage(uri, SageMaker)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", uri, err, want)
		}
		if got != (Image{}) {
			t.Errorf("%q: got %v beside the error", uri, got)
		}
	}
}

// TestPullers: what is said fits who pulls, and only SageMaker limits the length.
func TestPullers(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"gateway":                "Amazon ECS pulls it from Amazon ECR",
		registry + "a:1@sha256:": "Amazon ECS takes a tag or a digest, not both",
		registry + strings.Repeat("a", 250) + ":1": "",
	} {
		_, err := ParseImage(uri, ECS)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", uri, err, want)
		}
	}
}

func FuzzParseImage(f *testing.F) {
	f.Add(registry + "predictions:1.0.0")
	f.Add(registry + "a@sha256:" + strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, uri string) {
		image, err := ParseImage(uri, SageMaker)
		if err != nil {
			return
		}
		// What was read is all there was.
		tail := ":" + image.Tag
		if image.Digest != "" {
			tail = "@" + image.Digest
		}
		if !strings.HasPrefix(uri, image.Account+".dkr.ecr") || !strings.HasSuffix(uri, "/"+image.Repository+tail) ||
			!strings.Contains(uri, "."+image.Region+".amazonaws.") {
			t.Errorf("%q was read as %+v", uri, image)
		}
	})
}
