package problem

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// node is a construct and its node at once.
type node string

func (n node) Node() node { return n }

func (n node) Path() *string { text := string(n); return &text }

// TestOf names the construct before each problem, and keeps the problems.
func TestOf(t *testing.T) {
	t.Parallel()
	two := List{{Path: "A", Rule: "a"}, {Path: "B", Rule: "b"}}
	for _, test := range []struct {
		scope node
		id    string
		want  string
	}{
		{"app/odds", "Scaling", "app/odds/Scaling: A: a\napp/odds/Scaling: B: b"},
		{"", "odds", "odds: A: a\nodds: B: b"}, // the app itself has no path
		{"app/odds", "", "app/odds: A: a\napp/odds: B: b"},
	} {
		err := Of(test.scope, test.id, two.Err())
		if diff := cmp.Diff(test.want, err.Error()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(two, From(err)); diff != "" {
			t.Error(diff)
		}
	}
	if err := Of(node("app"), "odds", nil); err != nil {
		t.Errorf("got %v for nil", err)
	}
	if other := errors.New("other"); !errors.Is(Of(node("app"), "odds", other), other) {
		t.Error("another error is lost")
	}
}
