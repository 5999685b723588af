package cloudformation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// FuzzRead: whatever is read comes to an end, without a panic, and every problem
// is on one line with its place and what is wrong.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/*.json", "testdata/frontends/*.yaml", "testdata/assembly/*/*.template.json",
		"testdata/written/*.yaml", "../../cmd/rehearse/testdata/shapes/*.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := cloudformation.Read("f", data, cloudformation.Options{Region: "eu-west-1"})
		if err == nil {
			err = r.Err()
		}
		if err == nil {
			return
		}
		ps, ok := err.(cloudformation.Problems) //nolint:errorlint // exactly this is promised
		if !ok || len(ps) == 0 {
			t.Fatalf("got a %T", err)
		}
		for _, p := range ps {
			if p.Rule == "" || p.File == "" || strings.ContainsAny(p.String(), "\n\r") {
				t.Errorf("%q is not a problem on one line, with its rule", p)
			}
		}
	})
}
