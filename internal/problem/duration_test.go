package problem_test

import (
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", 90 * time.Second: "1m30s", 6 * time.Minute: "6m", 10 * time.Minute: "10m",
		90 * time.Minute: "1h30m", 10 * time.Hour: "10h", time.Hour + 10*time.Second: "1h0m10s", 250 * time.Millisecond: "250ms",
		1500 * time.Millisecond: "1.5s", -20 * time.Minute: "-20m",
	} {
		if got := problem.Duration(d); got != want {
			t.Errorf("%s: got %s, want %s", d, got, want)
		}
	}
}
