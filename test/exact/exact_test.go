package exact_test

import (
	"math"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/test/exact"
)

func steady(seconds int, rate float64, instances int) exact.Window {
	w := exact.Window{Rates: make([]float64, seconds), Instances: make([]int, seconds), Concurrency: 1,
		ServiceTime: 100 * time.Millisecond, ClientTimeout: time.Hour, Seed: 1}
	for i := range seconds {
		w.Rates[i], w.Instances[i] = rate, instances
	}
	return w
}

// With one server and constant service times the exact distribution of the
// wait is known: Pollaczek and Khinchine's mean, and none at all with
// probability 1 − ρ.
func TestPooledIsMD1(t *testing.T) {
	t.Parallel()
	r := exact.SharedQueue(steady(20_000, 7, 1))
	if r.Failed != 0 || math.Abs(float64(r.Arrived)/140_000-1) > 0.01 {
		t.Errorf("got %d of %d failed", r.Failed, r.Arrived)
	}
	// The median lies beyond those that do not wait; its wait is below the mean.
	mean := capacity.SteadyWait(1, 7, 0.1, 0).MeanOfAll()
	if wait := r.P50.Seconds() - 0.1; wait <= 0 || wait > mean {
		t.Errorf("got a median wait of %g s, with a mean of %g s", wait, mean)
	}
}

// With exponential-like service times and patience, who cannot be served in
// time fails, and as many are served as servers can.
func TestOverload(t *testing.T) {
	t.Parallel()
	w := steady(1000, 20, 1)
	w.ClientTimeout = time.Second
	r := exact.SharedQueue(w)
	if share := float64(r.Failed) / float64(r.Arrived); math.Abs(share-0.5) > 0.02 || r.Covered < 990 {
		t.Errorf("at twice the capacity: %.3f failed, the last in second %d", share, r.Covered)
	}
	w.QueueLimit = 3
	if limited := exact.SharedQueue(w); limited.P99 >= r.P99 {
		t.Errorf("a queue of 3 waits as long: %s, without limit %s", limited.P99, r.P99)
	}
	w.Instances[0] = 0
	if r := exact.SharedQueue(w); r.Failed == 0 {
		t.Error("without a server requests fail")
	}
}

func TestTheSameSeedIsTheSameEvening(t *testing.T) {
	t.Parallel()
	w := steady(100, 30, 5)
	w.Variation = 1
	for i := 50; i < 100; i++ {
		w.Instances[i] = 3
	}
	if a, b := exact.SharedQueue(w), exact.SharedQueue(w); a != b {
		t.Errorf("got %+v and %+v", a, b)
	}
	other := w
	other.Seed = 2
	if exact.SharedQueue(w) == exact.SharedQueue(other) {
		t.Error("another seed changes nothing")
	}
}
