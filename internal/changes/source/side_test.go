package source

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCalendars: what scales has its calendar, inference components too.
func TestCalendars(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{"components": nil, "policies": {"main", "next"}} {
		file := filepath.Join("..", "..", "..", "config", "testdata", "valid", name+".yaml")
		side, err := Open(t.Context(), ".", file, name)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			for _, c := range side.Environment.Components {
				want = append(want, c.Name)
			}
			if len(want) == 0 {
				t.Fatal("no components")
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(side.Calendars()))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if got := (Side{}).Calendars(); len(got) > 0 {
		t.Errorf("of no file: got %v", got)
	}
	if _, err := Open(t.Context(), ".", os.DevNull, "dev"); err == nil {
		t.Error("of an empty file: got no error")
	}
}
