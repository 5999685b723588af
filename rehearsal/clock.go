package rehearsal

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// advance simulates the seconds until to, at a rate of requests a second that needs
// a number of instances.
func (e *engine) advance(to int64, rate float64, needed int) {
	for e.now < to {
		first := rate
		attempts := first + e.retries.due()
		s := e.stations.serve(attempts, e.fleet.serving)
		seconds := int64(1)
		if s.repeats && e.retries.waiting == 0 && (s.failed == 0 || len(e.retries.pending) == 0) {
			seconds = to - e.now
		}
		lost := s.failed
		if len(e.retries.pending) > 0 {
			share := 0.0
			if attempts > 0 {
				share = min(1, s.failed/attempts)
			}
			lost = e.retries.fail(first, share)
		}
		if seconds > 1 {
			e.stations.countRepeated(&s, e.fleet.serving, float64(seconds-1))
		}
		e.publish(&s, float64(seconds))
		e.totals.add(e, &s, first, lost, needed, seconds)
		e.now += seconds
	}
}

// publish adds seconds equal seconds to every series.
func (e *engine) publish(s *flow, seconds float64) {
	n := float64(e.fleet.serving)
	for i := range e.series {
		m := sample{requests: s.admitted}
		switch e.series[i].metric {
		case invocations:
			m.value = s.admitted
		case invocationsPerInstance:
			m.value, m.unknown = s.admitted/n, n == 0
		case concurrency:
			m.value, m.unknown = s.inFlight/n, n == 0
		case utilization:
			m.value, m.unknown = s.served/(n*e.in.Service.RequestsPerSecond)*e.in.Service.FullUtilization, n == 0
		case noCapacity:
			m = sample{unknown: n > 0, value: s.attempts, requests: s.attempts}
		case arrived: // the gateway and the load balancer have the traffic of all variants
			m = sample{value: s.attempts * e.whole, requests: s.attempts * e.whole}
		case shed:
			m = sample{value: s.shed * e.whole, requests: s.attempts * e.whole}
		case queued:
			m = sample{value: s.queued * e.whole}
		}
		e.series[i].add(m, seconds)
	}
}

// checkCount validates a count of a source that was not validated as a whole.
func checkCount(count float64, at int64) error {
	if count >= 0 && !math.IsInf(count, 1) {
		return nil
	}
	return problem.List{{Path: "Trace", Got: fmt.Sprintf("%g at %s", count, time.Unix(at, 0).UTC().Format(time.RFC3339)),
		Rule: "a number of requests is 0 or more", Fix: "give the number of requests, or 0"}}
}

func emptyTrace() error {
	return problem.List{{Path: "Trace", Rule: "a trace without a period has nothing to replay",
		Fix: "give the requests of each period"}}
}
