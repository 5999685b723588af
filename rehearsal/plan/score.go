package plan

import (
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// Weights of the regret.
const (
	// lossWeight makes 0.1 % of an evening's requests weigh as much as the oracle's
	// cost of the evening.
	lossWeight = 1000
	// costlyRatio is the cost ÷ the oracle's above which the excess weighs
	// costlyWeight times more.
	costlyRatio, costlyWeight = 1.6, 4
)

// regret weighs the cost of an evening, as a multiple of the oracle's, and its lost
// requests.
func regret(overOracle, availability float64) float64 {
	return overOracle + costlyWeight*max(0, overOracle-costlyRatio) + lossWeight*(1-availability)
}

// score ranks a setting by short, then by regret; less is better.
type score struct {
	// short is the sum over all scenarios of the availability missing to what is
	// asked for, or to that of tracking alone.
	short float64
	// regret is the mean over all scenarios.
	regret float64
}

// worst is after every other score.
var worst = score{math.Inf(1), math.Inf(1)}

func (s score) before(o score) bool {
	const same = 1e-9
	if d := s.short - o.short; d < -same || d > same {
		return d < 0
	}
	return s.regret < o.regret-same
}

// halfRequest is the number of failed requests below which none has failed: the
// distribution of waiting times leaves fractions of one.
const halfRequest = 0.5

// availability is the share of requests answered. With a latency objective, late
// requests beyond the allowed share count as lost.
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
