package problem_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const token = "${Token[Odd.Name.12]}"

// TestUnresolved: test/tokens compares it with CDK.
func TestUnresolved(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		token: true, "A" + token + "B": true, "-1.8881545897087505e+289": true, "": false, "${Token[": false, "${AWS::Region}": false,
	} {
		if got := problem.Unresolved(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
	for text, want := range map[string]string{
		"Abc": "abc", "A" + token + "B" + token: "a" + token + "b" + token, token + token: token + token, "": "",
	} {
		if got := problem.MapKnown(text, strings.ToLower); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := problem.FillUnresolved("a"+token+"$1"+token, "$1"); got != "a$1$1$1" {
		t.Errorf("got %q", got)
	}
}

type (
	inner struct {
		Share  float64
		hidden int
	}
	outer struct {
		inner
		Inner  *inner
		Counts []int
		By     map[string]inner
		Any    any
		Names  []string
		Text   string
		None   *inner
		Made   *made
	}
	made struct{ Count int }
)

// ToString makes it a construct.
func (*made) ToString() *string { return nil }

func TestUnresolvedValues(t *testing.T) {
	t.Parallel()
	unknown := math.Float64frombits(0xFBFF<<48 | 7)
	value := outer{
		inner: inner{hidden: math.MinInt64}, Inner: &inner{Share: unknown}, Counts: []int{1, math.MinInt64},
		By: map[string]inner{"b": {Share: unknown}, token: {Share: 1}}, Any: inner{Share: unknown},
		Names: []string{"#{Token[TOKEN.3]}"}, Text: "a" + token, Made: &made{Count: math.MinInt64},
	}
	paths := func(ps problem.List) (paths []string) {
		for _, p := range ps {
			paths = append(paths, p.Path)
		}
		return paths
	}
	want := []string{"Inner.Share", "Counts[1]", `By["b"].Share`, "Any.Share", "Names"}
	if diff := cmp.Diff(want, paths(problem.UnresolvedNumbers(value))); diff != "" {
		t.Error(diff)
	}
	found := problem.UnresolvedTexts(value, "it is part of an ID")
	if diff := cmp.Diff([]string{`By["` + token + `"]`, "Text"}, paths(found)); diff != "" {
		t.Error(diff)
	}
	const text = "Text: the value is known only at deployment, and it is part of an ID; give a plain text"
	if got := found[1].String(); got != text {
		t.Errorf("got %s", got)
	}
}
