package cloudformation_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

func TestAssembly(t *testing.T) {
	t.Parallel()
	r, err := cloudformation.ReadAssembly("testdata/assembly", cloudformation.Options{})
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Stack, Path, ResourceID, InstanceType string
		Min, Max                              int
		Asynchronous                          bool
	}
	var got []row
	for _, s := range r.Scaled {
		if s.Account != "123456789012" || s.Region != "eu-west-1" || s.Subject.Region != s.Region ||
			s.Subject.Name != s.ConstructPath {
			t.Errorf("%s is in %s, %s", s.ConstructPath, s.Account, s.Region)
		}
		target := s.Subject.Target
		got = append(
			got,
			row{
				s.Stack,
				s.ConstructPath,
				target.ResourceID,
				s.Subject.Variant.InstanceType,
				target.MinCapacity,
				target.MaxCapacity,
				target.Asynchronous,
			},
		)
	}
	want := []row{
		{"prod-scaling", "prod/scaling/Main/Target", "endpoint/Odds/variant/main", "ml.c6i.xlarge", 4, 12, true},
		// SageMaker lower-cases names in ARNs: who cuts one out has another name.
		{"prod-scaling", "prod/scaling/Lower", "endpoint/odds/variant/main", "", 1, 12, false},
		{"prod-endpoint/Tail", "prod/endpoint/Tail/Target", "endpoint/Odds/variant/next", "ml.c7i.xlarge", 0, 4, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	t.Run("one stack of it alone", func(t *testing.T) {
		t.Parallel()
		file := "testdata/assembly/assembly-prod/prodscaling.template.json"
		r, err := cloudformation.ReadFile(file, cloudformation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		// The names are not known, and need not be; the bound is.
		const want = `testdata/assembly/assembly-prod/prodscaling.template.json:6:7: Target.Properties.MinCapacity: got !GetStackOutput a mapping of 3: the stack prod-endpoint is not among what was read; read the whole cloud assembly`
		if diff := cmp.Diff(want, r.Err().Error()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if len(r.Scaled) != 1 || r.Scaled[0].Subject.Target.ResourceID != "endpoint/prod-endpoint-Arn-1/variant/main" {
			t.Errorf("got %+v", r.Scaled)
		}
	})
}

func TestNoAssembly(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	lost := t.TempDir()
	for file, text := range map[string]string{
		filepath.Join(broken, "manifest.json"): "[]",
		filepath.Join(lost, "manifest.json"):   `{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}}}}`,
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, want string
		read       func() (cloudformation.Reading, error)
	}{
		{"a folder of something else", "testdata/manifest.json: this is not a cloud assembly: no such file or directory; give the folder that cdk synth has written, cdk.out",
			func() (cloudformation.Reading, error) {
				return cloudformation.ReadAssembly("testdata", cloudformation.Options{})
			}},
		{"a manifest of something else", broken + "/manifest.json: the manifest is not one of a cloud assembly; give the folder that cdk synth has written, cdk.out",
			func() (cloudformation.Reading, error) {
				return cloudformation.ReadAssembly(broken, cloudformation.Options{})
			}},
		{"a template that is gone", lost + "/a.template.json: no such file or directory",
			func() (cloudformation.Reading, error) {
				return cloudformation.ReadAssembly(lost, cloudformation.Options{})
			}},
		{"a folder in place of a file", "testdata: this is a folder, not a template",
			func() (cloudformation.Reading, error) {
				return cloudformation.ReadFile("testdata", cloudformation.Options{})
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := test.read()
			if err == nil {
				t.Fatal("nothing is said")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
