package synth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// hurried is an environment that scales in before what it has started serves.
func hurried(t *testing.T, more string) (dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "config", "environments", "dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const cooldown = "scaleInCooldown: 6m"
	if !strings.Contains(string(data), cooldown) {
		t.Fatalf("dev.yaml does not say %q", cooldown)
	}
	dir = t.TempDir()
	text := strings.Replace(string(data), cooldown, "scaleInCooldown: 1m", 1) + more
	if err := os.WriteFile(filepath.Join(dir, "hurried.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFindings: what hurts is a warning. It stops a strict synthesis and no
// other, and one that is acknowledged is silent.
func TestFindings(t *testing.T) {
	t.Parallel()
	const id = "sagemaker-scaling::cooldown-short[hurried/inference/Scaling/Target]"
	const block = "acknowledge:\n  - rule: cooldown-short\n    path: inference/Scaling/Target\n    reason: say why it does no harm here"
	const acknowledged = "\nacknowledge:\n  - {rule: cooldown-short, reason: it is replayed every night, path: "
	for _, test := range []struct {
		name, more string
		strict     bool
		status     int
		said       []string
	}{
		{"a warning", "", false, 0, []string{id, "scaling.scaleInCooldown: got 1m: ", "6m"}},
		// The CLI indents it; copied from its first letter on, it is the same YAML.
		{"strictly", "", true, 1, []string{id, strings.ReplaceAll(block, "\n", "\n   ")}},
		{"acknowledged as it is printed", "\n" + block + "\n", true, 0, nil},
		{"acknowledged by its name", "\nacknowledge:\n  - {rule: '" + id + "', reason: it is replayed every night}\n", true, 0, nil},
		{"acknowledged", acknowledged + "inference/Scaling/Target}\n", true, 0, nil},
		{"acknowledged of nothing", acknowledged + "inference/Scalin/Target}\n", false, 1, []string{
			"hurried.yaml:", ": acknowledge[0].path: got inference/Scalin/Target: the rules judge no construct of this path; " +
				"did you mean inference/Scaling/Target? the paths are inference/Scaling/Target"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"synth", "-q", "-c", "environments=" + hurried(t, test.more), "-o", t.TempDir()}
			if test.strict {
				args = append(args, "--strict")
			}
			got := cdk(root, []string{"CDK_VALIDATION=false"}, append(args, "hurried/*")...)
			if got.status != test.status {
				t.Errorf("got exit status %d, want %d\n%s", got.status, test.status, got.output)
			}
			for _, want := range test.said {
				if !strings.Contains(got.output, want) {
					t.Errorf("want %q within\n%s", want, got.output)
				}
			}
			if test.said == nil && strings.Contains(got.output, "cooldown") {
				t.Errorf("want silence, got\n%s", got.output)
			}
		})
	}
}

// TestTheCircle: what an environment's file says of its scaling is what is read
// from its templates, facts included: the rules judge the same either way.
func TestTheCircle(t *testing.T) {
	t.Parallel()
	for _, name := range environments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := config.Load(filepath.Join(root, "config", "environments"), name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := cloudformation.ReadAssembly(assembly(t, name), cloudformation.Options{})
			if err == nil {
				err = r.Err()
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []lint.Subject
			for _, s := range r.Scaled {
				got = append(got, s.Subject)
			}
			// What the constructs add, and what a template calls otherwise.
			added := cmp.Options{
				cmpopts.IgnoreFields(
					lint.Subject{},
					"Name",
					"Around",
				), cmpopts.IgnoreFields(autoscaling.ScalableTarget{}, "RoleARN"),
				cmpopts.EquateEmpty(),
			}
			if diff := cmp.Diff(loaded[0].Subjects(), got, added); diff != "" {
				t.Errorf("(-file +template)\n%s", diff)
			}
		})
	}
}
