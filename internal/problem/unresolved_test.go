package problem_test

import (
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func TestUnresolved(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "ml.g5.xlarge": false, "${Token}": false, "${Token[TOKEN.x]}": false,
		"${Token[TOKEN.12]}": true, "s3://${Token[AWS.Region.4]}-answers/odds": true,
	} {
		if got := problem.Unresolved(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}
