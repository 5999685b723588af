package plan

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// TestStairs holds them against all others that there are.
func TestStairs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rates := rapid.SliceOfN(rapid.Float64Range(0, 100), 1, 11).Draw(t, "rates")
		most := rapid.IntRange(1, 5).Draw(t, "most")
		got := stepCover(rates, most)
		if len(got) > most || got[0].at != 0 {
			t.Fatalf("%v are %d steps from %d", got, len(got), got[0].at)
		}
		area := 0.0
		for i, s := range got {
			ends := len(rates)
			if i+1 < len(got) {
				ends = got[i+1].at
			}
			if ends-s.at < minStepLength && len(rates) >= minStepLength {
				t.Fatalf("%v: step %d ends at %d", got, i, ends)
			}
			for _, r := range rates[s.at:ends] {
				if r > s.rate {
					t.Fatalf("%v do not cover %g of %v", got, r, rates)
				}
			}
			area += s.rate * float64(ends-s.at)
		}
		if best := leastArea(rates, most); area > best*(1+1e-6)+1e-9 {
			t.Fatalf("%v have %g, and %g is enough", got, area, best)
		}
	})
}

// leastArea tries every first step.
func leastArea(rates []float64, most int) float64 {
	highest := func(rates []float64) (high float64) {
		for _, r := range rates {
			high = max(high, r)
		}
		return high
	}
	best := highest(rates) * float64(len(rates))
	if most == 1 {
		return best
	}
	for first := minStepLength; first <= len(rates)-minStepLength; first++ {
		best = math.Min(best, highest(rates[:first])*float64(first)+leastArea(rates[first:], most-1))
	}
	return best
}

// TestEveryReading: a plan is held to each reading of what AWS does not document.
func TestEveryReading(t *testing.T) {
	t.Parallel()
	var got []rehearsal.Reading
	for _, change := range readings() {
		var in rehearsal.Input
		change(&in)
		got = append(got, in.Reading)
	}
	if diff := cmp.Diff(rehearsal.Readings(), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
