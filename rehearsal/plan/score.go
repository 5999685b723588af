package plan

import (
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// What a setting is blamed for.
const (
	// lost is what a lost request weighs: 0.1 % of an evening's requests as much
	// as what the oracle pays for the evening.
	lossWeight = 1000
	// dear is from how many times the oracle's cost on a bill weighs weighty
	// times what it says: nobody has expected it.
	costlyRatio, costlyWeight = 1.6, 4
)

// regret is the blame for what an evening costs, over the oracle's cost, and for
// the share of its requests that is answered.
func regret(overOracle, availability float64) float64 {
	return overOracle + costlyWeight*max(0, overOracle-costlyRatio) + lossWeight*(1-availability)
}

// score is how good a setting is: less is better in each, the first first.
type score struct {
	// short is by how much availability is below what is promised, or below
	// what tracking alone would have had, over all scenarios.
	short float64
	// regret is the mean over the scenarios.
	regret float64
}

// worst is before nothing.
var worst = score{math.Inf(1), math.Inf(1)}

func (s score) before(o score) bool {
	const same = 1e-9
	if d := s.short - o.short; d < -same || d > same {
		return d < 0
	}
	return s.regret < o.regret-same
}

// noRequest is the most that is no request: queueing leaves a little of one to
// every wait that is longer than a client's.
const halfRequest = 0.5

// availability is the share of requests that were answered as promised: where a
// latency is, those that were later than its share allows count as lost.
func (p *planner) availability(r rehearsal.Result) float64 {
	o, lost := p.input.Objective, r.Requests.Failed
	if o.Latency > 0 {
		lost += max(0, r.Requests.Late-(1-o.Share)*(r.Requests.Arrived-r.Requests.Failed))
	}
	if lost < halfRequest {
		return 1
	}
	return max(0, 1-lost/r.Requests.Arrived)
}
