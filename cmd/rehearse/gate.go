package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// gate is the limits of a rehearsal. 0 is no limit.
type gate struct {
	// minAvailability is in percent.
	minAvailability float64
	maxP99          time.Duration
	// maxCostRatio is a multiple of the oracle's cost.
	maxCostRatio float64
}

// String is the limits in words, "" without any.
func (g gate) String() string {
	var asks []string
	if g.minAvailability > 0 {
		asks = append(asks, fmt.Sprintf("%g %% answered", g.minAvailability))
	}
	if g.maxP99 > 0 {
		asks = append(asks, fmt.Sprintf("p99 of at most %s", problem.Duration(g.maxP99)))
	}
	if g.maxCostRatio > 0 {
		asks = append(asks, fmt.Sprintf("at most %g × the oracle's cost", g.maxCostRatio))
	}
	return strings.Join(asks, ", ")
}

// contradictions are the problems of limits that no rehearsal of in can keep.
func (g gate) contradictions(in rehearsal.Input) problem.List {
	var ps problem.List
	s := in.WithDefaults().Service
	if g.maxP99 > 0 && s.ServiceTime > 0 && g.maxP99 < s.ServiceTime {
		ps.Add("--max-p99", g.maxP99, fmt.Sprintf("a request that does not wait takes %s, so that nothing passes",
			problem.Duration(s.ServiceTime)), "ask for more than the service time")
	}
	if g.maxCostRatio > 0 && g.maxCostRatio < 1 && (g.minAvailability > 0 || g.maxP99 > 0) {
		ps.Add("--max-cost-ratio", g.maxCostRatio,
			"1 is the oracle's cost, of the fewest instances that meet the objective: less contradicts one",
			"ask for 1 or more, such as 1.5")
	}
	return ps
}

// failuresIf are the limits that the result exceeds under other readings than base.
func (g gate) failuresIf(base rehearsal.Reading, others []report.Reread) (out []string) {
	for _, other := range others {
		for _, failure := range g.failures(other.Result) {
			out = append(out, "if "+other.Reading.Beside(base)+": "+failure)
		}
	}
	return out
}

// failures are the limits that a result exceeds.
func (g gate) failures(r rehearsal.Result) []string {
	var out []string
	if got := math.Floor(r.Requests.Availability*1e6) / 1e4; g.minAvailability > 0 && got < g.minAvailability {
		out = append(out, fmt.Sprintf("availability %.4f %% is below %g %%: %.0f of %.0f requests failed", got,
			g.minAvailability, r.Requests.Failed, r.Requests.Arrived))
	}
	if g.maxP99 > 0 && r.Latency.P99 > g.maxP99 {
		out = append(out, fmt.Sprintf("p99 %s is over %s", problem.Duration(r.Latency.P99.Round(time.Millisecond)),
			problem.Duration(g.maxP99)))
	}
	if got := r.Cost.OverOracle; g.maxCostRatio > 0 && got > g.maxCostRatio {
		out = append(out, fmt.Sprintf("cost %.3f × the oracle's is over %g ×: %.1f instance hours for %.1f", got,
			g.maxCostRatio, r.Cost.InstanceHours, r.Cost.OracleInstanceHours))
	}
	return out
}
