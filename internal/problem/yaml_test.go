package problem

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type (
	file struct {
		group
		Fleet  fleet   `json:"fleet"`
		Events []event `json:"events,omitempty"`
		Secret string  `json:"-"`
	}
	group struct {
		PlainHTTP bool `json:"plainHttp"`
	}
	fleet struct {
		Bounds bounds            `json:"bounds"`
		Tags   map[string]string `json:"tags"`
	}
	bounds struct {
		MinCapacity int            `json:"min"`
		Cooldown    *time.Duration `json:"cooldown"`
	}
	event struct {
		Name  string   `json:"name"`
		Dates []string `json:"dates"`
	}
)

// TestYAML: paths and references have the keys of json tags, and begin where the
// reader expects them.
func TestYAML(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":                    "",
		"PlainHTTP":           "plainHttp",
		"Fleet.Bounds":        "fleet.bounds",
		"Fleet.Bounds.None":   "Fleet.Bounds.None",
		"Events[1].Dates[0]":  "events[1].dates[0]",
		`Fleet.Tags["a.b"]`:   `fleet.tags["a.b"]`,
		`Fleet.Tags["plain"]`: "fleet.tags.plain",
		"Secret":              "Secret",
		"Events.Name":         "Events.Name",
		"Fleet[0]":            "Fleet[0]",
	} {
		got := List{{Path: path}}.YAML(reflect.TypeFor[file](), "")
		if got[0].Path != want {
			t.Errorf("%s is said to be at %s, want %s", path, got[0].Path, want)
		}
	}
	said := List{
		{Path: "Events[1].Name", Rule: "«Events[0]» has the same «Name»", Fix: "give «Dates», or set «Fleet.Bounds.MinCapacity»"},
		{Path: "Events", Rule: "one has «Dates»", Fix: "see «Nothing[2]» and «None»"},
		{Path: "None"},
	}
	want := List{
		{Path: "files.a.events[1].name", Rule: "files.a.events[0] has the same name", Fix: "give dates, or set fleet.bounds.min"},
		{Path: "files.a.events", Rule: "one has dates", Fix: "see Nothing[2] and None"},
		{Path: "files.a.None"},
	}
	if diff := cmp.Diff(want, said.YAML(reflect.TypeFor[file](), "files.a")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := said[0].String(); got != "Events[1].Name: Events[0] has the same Name; give Dates, or set Fleet.Bounds.MinCapacity" {
		t.Errorf("in Go: %s", got)
	}
}

// TestMap: paths and references become others alike.
func TestMap(t *testing.T) {
	t.Parallel()
	type whole struct {
		fleet `json:"fleet"`
		Own   int
	}
	grouped := func(path string) string { return Grouped(reflect.TypeFor[whole](), path) }
	said := List{{Path: "Bounds.MinCapacity", Rule: "see «Tags» and «Own»", Fix: "none"}, {Path: "Own"}, {Path: "Tags[0]"}}
	want := List{{Path: "fleet.Bounds.MinCapacity", Rule: "see «fleet.Tags» and «Own»", Fix: "none"}, {Path: "Own"}, {Path: "fleet.Tags[0]"}}
	if diff := cmp.Diff(want, said.Map(grouped)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
