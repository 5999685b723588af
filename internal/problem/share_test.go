package problem_test

import (
	"math"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func TestAddShare(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "", 0.02: "", 0.999: "",
		1:          "Rate: got 1: a share, over 0 and under 1; write 0.01 for 1 %",
		70:         "Rate: got 70: a share, over 0 and under 1; write 0.7 for 70 %",
		100:        "Rate: got 100: a share, over 0 and under 1; such as 0.02 for 2 %",
		-0.5:       "Rate: got -0.5: a share, over 0 and under 1; such as 0.02 for 2 %",
		math.NaN(): "Rate: got NaN: a share, over 0 and under 1; such as 0.02 for 2 %",
	} {
		var ps problem.List
		ps.AddShare("Rate", v, "a share")
		if got := problem.Lines(ps); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
