package capacity_test

import (
	"math"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b)) }

// The closed forms that any queueing text has.
func TestClosedForms(t *testing.T) {
	t.Parallel()
	const service = 0.2
	for _, rho := range []float64{0.01, 0.3, 0.5, 0.7, 0.9, 0.99} {
		rate := rho / service
		if got, want := capacity.SteadyWait(1, rate, service, 1).MeanOfAll(), rho*service/(1-rho); !near(got, want) {
			t.Errorf("M/M/1 at %g: expected a mean wait of %g s, got %g s", rho, want, got)
		} else {
			t.Logf("M/M/1 at %g: expected a mean wait of %.6f s, got %.6f s", rho, want, got)
		}
		if got, want := capacity.SteadyWait(1, rate, service, 0).MeanOfAll(), rho*service/(2*(1-rho)); !near(got, want) {
			t.Errorf("M/D/1 at %g: expected a mean wait of %g s, got %g s", rho, want, got)
		} else {
			t.Logf("M/D/1 at %g: expected a mean wait of %.6f s, got %.6f s", rho, want, got)
		}
	}
	got := capacity.ErlangC(2, 1)
	t.Logf("Erlang C of 2 servers under a load of 1: expected %.6f, got %.6f", 1.0/3, got)
	if !near(got, 1.0/3) {
		t.Errorf("Erlang C of 2 servers under a load of 1: expected 1/3, got %g", got)
	}
}

// textbook is Erlang C by its sums of powers over factorials.
func textbook(servers int, load float64) float64 {
	sum, term := 0.0, 1.0
	for k := range servers {
		sum += term
		term *= load / float64(k+1)
	}
	last := term * float64(servers) / (float64(servers) - load)
	return last / (sum + last)
}

func TestErlangCIsTheTextbooks(t *testing.T) {
	t.Parallel()
	for _, servers := range []int{1, 2, 3, 7, 20, 100} {
		for _, rho := range []float64{0.1, 0.5, 0.8, 0.95} {
			load := rho * float64(servers)
			if got, want := capacity.ErlangC(servers, load), textbook(servers, load); math.Abs(got-want) > 1e-9*want {
				t.Errorf("%d servers at %g: got %g, want %g", servers, rho, got, want)
			}
		}
	}
}

func TestErlangCAtItsEdges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		servers    int
		load, want float64
	}{{1, 0, 0}, {1, -1, 0}, {4, 4, 1}, {4, 9, 1}, {0, 1, 1}} {
		if got := capacity.ErlangC(test.servers, test.load); got != test.want {
			t.Errorf("%d servers under %g: got %g, want %g", test.servers, test.load, got, test.want)
		}
	}
	if got := capacity.ErlangC(100_000, 95_000); !(got >= 0 && got < 1e-6) {
		t.Errorf("a hundred thousand servers at 95%%: got %g", got)
	}
	if w := capacity.SteadyWait(2, 10, 0.2, 1); !math.IsInf(w.Mean, 1) || w.Probability != 1 {
		t.Errorf("at saturation: got %+v", w)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	w := capacity.Wait{Probability: 0.5, Mean: 2}
	for seconds, want := range map[float64]float64{-1: 0.5, 0: 0.5, 2: 0.5 / math.E, 4: 0.5 / math.E / math.E} {
		if got := w.Beyond(seconds); !near(got, want) {
			t.Errorf("waits beyond %g s: got %g, want %g", seconds, got, want)
		}
	}
	if got := w.MeanOfAll(); got != 1 {
		t.Errorf("half of the requests do not wait: got a mean of %g s", got)
	}
	if (capacity.Wait{}).Beyond(0) != 0 {
		t.Error("no wait is longer than 0")
	}
}
