package problem_test

import (
	"fmt"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func TestIsNil(t *testing.T) {
	t.Parallel()
	var unset *problem.Place
	var stringer fmt.Stringer = unset
	for _, test := range []struct {
		name string
		v    any
		want bool
		said int
	}{
		{"nothing", nil, true, 0},
		{"a pointer that was never set", unset, true, 1},
		{"the same in an interface", stringer, true, 1},
		{"a pointer", &problem.Place{}, false, 0},
		{"a value", problem.Place{}, false, 0},
		{"a number", 0, false, 0},
	} {
		if got := problem.IsNil(test.v); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
		if ps := problem.NilIn("VPC", test.v); len(ps) != test.said {
			t.Errorf("%s: got %v, want %d problems", test.name, ps, test.said)
		}
	}
}
