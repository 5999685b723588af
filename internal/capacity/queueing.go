// Package queueing is the closed forms of waiting: how long a request waits for
// one of several servers, in the steady state.
package capacity

import "math"

// ErlangC is the probability that a request finds all of servers busy, where
// load is the mean number of busy servers: arrivals a second times service
// time. It is 1 at and beyond saturation, and 0 without load.
//
// The recursion over Erlang B has neither factorials nor powers, so that it
// neither overflows nor loses digits with thousands of servers.
func ErlangC(servers int, load float64) float64 {
	switch {
	case load <= 0:
		return 0
	case load >= float64(servers):
		return 1
	}
	blocked := 1.0
	for k := 1; k <= servers; k++ {
		blocked = load * blocked / (float64(k) + load*blocked)
	}
	rho := load / float64(servers)
	return blocked / (1 - rho*(1-blocked))
}

// Wait is the distribution of the time that a request waits for a server: not
// at all with probability 1 − Probability, else exponentially with mean Mean.
type Wait struct {
	// Probability is that of waiting at all.
	Probability float64
	// Mean is the mean of those waits that are not 0, in seconds.
	Mean float64
}

// MeanOfAll is the mean over all requests, in seconds.
func (w Wait) MeanOfAll() float64 { return w.Probability * w.Mean }

// Beyond is the probability of waiting longer than so many seconds.
func (w Wait) Beyond(seconds float64) float64 {
	if w.Probability == 0 || w.Mean == 0 {
		return 0
	}
	return w.Probability * math.Exp(-math.Max(seconds, 0)/w.Mean)
}

// Quantile is the wait in seconds that a share q of the requests do not exceed.
func (w Wait) Quantile(q float64) float64 {
	if 1-q >= w.Probability {
		return 0
	}
	return -w.Mean * math.Log((1-q)/w.Probability)
}

// SteadyWait is the wait at rate requests a second for one of servers, each of
// which takes service seconds a request with the coefficient of variation cv.
// Arrivals are as those of many independent users (Poisson). Allen and
// Cunneen's correction scales the waits of exponential service times by
// (1 + cv²)/2; it is exact for one server. At and beyond saturation there is no
// steady state, and Mean is infinite.
func SteadyWait(servers int, rate, service, cv float64) Wait {
	load := rate * service
	free := float64(servers) - load
	if free <= 0 {
		return Wait{Probability: 1, Mean: math.Inf(1)}
	}
	return Wait{Probability: ErlangC(servers, load), Mean: service / free * (1 + cv*cv) / 2}
}
