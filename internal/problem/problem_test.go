package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	var ps problem.List
	if err := ps.Err(); err != nil {
		t.Errorf("got %v, want no error without a problem", err)
	}
	ps.Add("MinCapacity", 0, "at least 1", "set it to 1")
	ps.Add("Name", "a/b", "no slash", "")
	ps.Add("Certificate", nil, "missing", "give one")
	ps.Add("", "x", "all wrong", "begin again")
	want := "MinCapacity: got 0: at least 1; set it to 1\n" +
		"Name: got \"a/b\": no slash\n" +
		"Certificate: missing; give one\n" +
		"got \"x\": all wrong; begin again"
	if diff := cmp.Diff(want, ps.Err().Error()); diff != "" {
		t.Error(diff)
	}
	want = "Scaling.MinCapacity: got 0: at least 1; set it to 1"
	if diff := cmp.Diff(want, ps.In("Scaling")[0].String()); diff != "" {
		t.Error(diff)
	}
	if got := ps.In("Scaling")[3].Path; got != "Scaling" {
		t.Errorf("got path %q, want that of the whole", got)
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	if ps := problem.From(nil); ps != nil {
		t.Errorf("got %v", ps)
	}
	var ps problem.List
	ps.Add("Name", nil, "missing", "")
	if diff := cmp.Diff(ps, problem.From(fmt.Errorf("wrapped: %w", ps.Err()))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(problem.List{{Rule: "other"}}, problem.From(errors.New("other"))); diff != "" {
		t.Error(diff)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"Zone", "zone", 0}, {"kitten", "sitting", 3}, {"ab", "ba", 2}} {
		if got := problem.Distance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: got %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
