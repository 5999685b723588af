package capacity_test

import (
	"fmt"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

func TestInvocationsPerInstanceTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ requestsPerSecond, safetyFactor, want float64 }{
		{100, 0.7, 4200},
		{110, 0.7, 4620}, // 110 × 0.7 × 60 is 4619.999… in binary
		{20, 0.5, 600},
		{0.05, 0.5, 1.5}, // a large model may take 20 s a request
		{0, 0.7, 0},
	} {
		if got := capacity.InvocationsPerInstanceTarget(test.requestsPerSecond, test.safetyFactor); got != test.want {
			t.Errorf("%g requests a second × %g: got %v a minute, want %v", test.requestsPerSecond, test.safetyFactor, got, test.want)
		}
	}
}

func TestConcurrencyTarget(t *testing.T) {
	t.Parallel()
	if got := capacity.ConcurrencyTarget(11, 0.7); got != 7.7 { // 7.699… in binary
		t.Errorf("got %v, want 11 at a time × 0.7", got)
	}
}

func ExampleInvocationsPerInstanceTarget() {
	// A load test has shown 100 requests a second on one instance.
	fmt.Println(capacity.InvocationsPerInstanceTarget(100, capacity.DefaultSafetyFactor), "invocations a minute")
	// Output: 4200 invocations a minute
}
