package changes

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	const from = `
endpoint: {name: predictions}
scaling: &scaling {minCapacity: 1, maxCapacity: 4}
variants:
- {name: main, scaling: *scaling}
- {name: next, scaling: *scaling}
events: [a]
frontend:
  plainHttp: true
`
	const to = `
endpoint: {name: "predictions"} # the same, in quotes
scaling: {minCapacity: 1, maxCapacity: 4}
variants:
- {name: main, scaling: {minCapacity: 2, maxCapacity: 4}}
- {name: other, scaling: {minCapacity: 1, maxCapacity: 4}}
events: [a, b]
frontend:
  certificateArn: arn
tags: {a: b}
`
	found, err := Edits([]byte(from), []byte(to))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range found {
		got = append(got, e.Key+": "+e.From+" -> "+e.To)
	}
	want := []string{
		"variants[0].scaling.minCapacity: 1 -> 2", "variants[1].name: next -> other", "events: a list of 1 -> a list of 2",
		"frontend.plainHttp: true -> ", "frontend.certificateArn:  -> arn", "tags:  -> {a}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}

	// All of them make the other file; the first alone changes one of the two
	// variants that share a value by an alias.
	whole, err := Apply([]byte(from), found)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := Edits(whole, []byte(to)); err != nil || len(left) > 0 {
		t.Errorf("with all edits made: %v, %v left", left, err)
	}
	first, err := Apply([]byte(from), found[:1])
	if err != nil {
		t.Fatal(err)
	}
	if left, err := Edits([]byte(from), first); err != nil || len(left) != 1 || left[0].Key != found[0].Key {
		t.Errorf("with one edit made: got %v, %v\n%s", left, err, first)
	}
}

func TestEditsOfWhatIsNoYAML(t *testing.T) {
	t.Parallel()
	if _, err := Edits([]byte("a: [1"), []byte("a: 1")); err == nil {
		t.Error("got no error")
	}
	if found, err := Edits(nil, []byte("a: 1")); err != nil || len(found) != 1 {
		t.Errorf("of an empty file: got %v, %v; want key a", found, err)
	}
}
