package capacity

import "math"

// ErlangC returns the probability that a request finds all servers busy. load is the
// mean number of busy servers: requests a second times service time. The result is
// 1 at and beyond saturation, and 0 without load.
//
// The recursion over Erlang B has no factorials and powers, so it neither overflows
// nor loses digits with thousands of servers.
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

// Wait is the distribution of the time that a request waits for a server in the
// steady state: 0 with probability 1 − Probability, else exponential with mean Mean.
type Wait struct {
	// Probability is the probability that a request waits.
	Probability float64
	// Mean is the mean in seconds of the waits that are not 0.
	Mean float64
}

// MeanOfAll returns the mean wait over all requests, in seconds.
func (w Wait) MeanOfAll() float64 { return w.Probability * w.Mean }

// Beyond returns the probability of a wait longer than seconds.
func (w Wait) Beyond(seconds float64) float64 {
	if w.Probability == 0 || w.Mean == 0 {
		return 0
	}
	return w.Probability * math.Exp(-math.Max(seconds, 0)/w.Mean)
}

// SteadyWait returns the wait in an M/G/c queue: Poisson arrivals of rate requests a
// second, and servers that take service seconds a request on average, with the
// coefficient of variation cv. Allen and Cunneen's approximation scales the waits of
// exponential service times by (1 + cv²)/2; it is exact for one server. At and
// beyond saturation there is no steady state, and Mean is infinite.
func SteadyWait(servers int, rate, service, cv float64) Wait {
	load := rate * service
	free := float64(servers) - load
	if free <= 0 {
		return Wait{Probability: 1, Mean: math.Inf(1)}
	}
	return Wait{Probability: ErlangC(servers, load), Mean: service / free * (1 + cv*cv) / 2}
}
