package frontend

import (
	"os"
	"testing"
)

// TestAssetFolder: a folder that is gone is made again under its name, by which CDK knows
// what it has copied; one that stands, as with --no-staging, is left alone.
func TestAssetFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	make := func() string {
		t.Helper()
		dir, err := makeAssetFolder()
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	first := make()
	if err := os.RemoveAll(first); err != nil {
		t.Fatal(err)
	}
	if again := make(); again != first {
		t.Errorf("got %s, want %s", again, first)
	}
	if other := make(); other == first {
		t.Errorf("got %s again, which stands", other)
	}
}
