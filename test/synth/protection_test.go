package synth_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProtection: every stack of production has termination protection, which no
// template says, and those of other environments have none.
func TestProtection(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		data, err := os.ReadFile(filepath.Join(assembly(t, env), "manifest.json"))
		var manifest struct {
			Artifacts map[string]struct {
				Type, DisplayName string
				Properties        struct{ TerminationProtection bool }
			}
		}
		if err == nil {
			err = json.Unmarshal(data, &manifest)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, want := map[string]bool{}, map[string]bool{}
		for _, a := range manifest.Artifacts {
			if a.Type == "aws:cloudformation:stack" {
				got[a.DisplayName] = a.Properties.TerminationProtection
			}
		}
		for _, part := range parts {
			want[env+"/"+part] = env == "prod"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
