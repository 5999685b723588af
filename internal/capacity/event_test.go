package capacity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

func TestInstances(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		requestsPerSecond, sustained, safetyFactor float64
		want                                       int
	}{
		{0, 100, 0.7, 0},
		{1, 100, 0.7, 1},
		{70, 100, 0.7, 1},
		{71, 100, 0.7, 2},
		{210, 100, 0.7, 3}, // 210 ÷ 70 is 3.0000000000000004 in binary
		{3000, 100, 0.7, 43},
		{3000, 100, 1, 30},
		{0.1, 0.05, 0.5, 4}, // a large model may take 20 s a request
	} {
		if got := capacity.Instances(test.requestsPerSecond, test.sustained, test.safetyFactor); got != test.want {
			t.Errorf("%g requests a second at %g × %g: got %d instances, want %d",
				test.requestsPerSecond, test.sustained, test.safetyFactor, got, test.want)
		}
	}
}

func TestSurvivingZoneLoss(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ need, zones, want int }{
		{10, 0, 10}, {10, 1, 10}, {10, 2, 20}, {10, 3, 15}, {43, 3, 65}, {1, 3, 2}, {7, 4, 10}, {0, 3, 0},
	} {
		got := capacity.SurvivingZoneLoss(test.need, test.zones)
		if got != test.want {
			t.Errorf("%d over %d zones: got %d, want %d", test.need, test.zones, got, test.want)
		}
	}
	// What the formula is for: an even spread without its fullest zone.
	for zones := 2; zones <= 6; zones++ {
		for need := range 200 {
			n := capacity.SurvivingZoneLoss(need, zones)
			if left := n - (n+zones-1)/zones; left < need {
				t.Errorf("%d over %d zones: %d leave %d", need, zones, n, left)
			}
		}
	}
}

func TestFloor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		requestsPerSecond, sustained, safetyFactor float64
		zones, want                                int
	}{
		{6000, 400, 0.6, 3, 25}, // 16 are left without a zone, and sustain 6400
		{6000, 400, 0.6, 2, 30}, // half of them are left, and sustain 6000
		{6000, 400, 0.6, 0, 25},
		{6000, 400, 0.9, 3, 23}, // 15 are left
		{6000, 400, 1, 1, 15},
		{3000, 100, 0.7, 3, 45}, // 43 at 70 %, of which 28 would be left
		{0, 100, 0.7, 3, 0},
	} {
		if got := capacity.Floor(test.requestsPerSecond, test.sustained, test.safetyFactor, test.zones); got != test.want {
			t.Errorf("%+v: got %d", test, got)
		}
	}
	// What the formula is for.
	for zones := 2; zones <= 6; zones++ {
		for rate := range 3000 {
			n := capacity.Floor(float64(rate), 100, 0.7, zones)
			if left := n - (n+zones-1)/zones; left*100 < rate || n*70 < rate {
				t.Errorf("%d requests a second over %d zones: %d leave %d", rate, zones, n, left)
			}
		}
	}
}

func TestLeadTime(t *testing.T) {
	t.Parallel()
	if got := capacity.LeadTime(9*time.Minute, capacity.ActionDelay+5*time.Minute, capacity.DefaultMargin); got != 30*time.Minute {
		t.Errorf("got %s", got)
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		requestsPerSecond float64
		latency           time.Duration
		want              int
	}{
		{20000, 50 * time.Millisecond, 1000}, {100, 250 * time.Millisecond, 25}, {3, time.Second / 10, 1}, {0, time.Second, 0},
	} {
		if got := capacity.Concurrency(test.requestsPerSecond, test.latency); got != test.want {
			t.Errorf("%g requests a second of %s: got %d, want %d", test.requestsPerSecond, test.latency, got, test.want)
		}
	}
}

func ExampleFloor() {
	// A final brings 3000 requests a second; an instance has sustained 100.
	need := capacity.Instances(3000, 100, capacity.DefaultSafetyFactor)
	floor := capacity.Floor(3000, 100, capacity.DefaultSafetyFactor, 3)
	fmt.Println(need, "carry the peak,", floor, "also without one of three zones")
	// Output: 43 carry the peak, 45 also without one of three zones
}
