// Package rehearsal replays a trace of traffic against the scaling resources of
// an endpoint, second by second, and says what would have become of the
// requests, of their latency and of the cost. It is deterministic: the same
// input gives the same result.
package rehearsal

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Input is one rehearsal.
type Input struct {
	// Subject is what scales, as it stands in a template. Facts of it stand in
	// for what Service leaves out.
	Subject lint.Subject
	// Service is what one instance does, which no template says.
	Service Service
	// Trace is the traffic.
	Trace trace.Source
	// Gateway is what stands before the endpoint. Default: nothing.
	Gateway Gateway
	// Faults are what goes wrong. Default: nothing.
	Faults Faults
	// Objective is what the anchors of cost keep.
	// Default: capacity.DefaultSafetyFactor of what instances complete.
	Objective Objective
	// Timing is how late AWS acts. Default: DefaultTiming().
	Timing Timing
	// Seed begins the pseudo-random numbers that start times are drawn from.
	Seed uint64
	// InitialCapacity is the capacity in service when the trace begins.
	// Default: 0, what scaling would have settled at under its first period.
	InitialCapacity int
	// Minutes asks for the series of minutes and for events as well as totals.
	// Without them a rehearsal's memory does not depend on its length.
	Minutes bool
	// NoLatency leaves Result.Latency out, which costs as much as all the rest,
	// where no latency is promised either.
	NoLatency bool
}

// Routing is how SageMaker chooses an instance for a request, in its own words.
type Routing string

// The routings that are played.
const (
	Random           Routing = "RANDOM"
	LeastOutstanding Routing = "LEAST_OUTSTANDING_REQUESTS"
)

// Service is what one instance, or one copy of an inference component, does,
// from a load test.
type Service struct {
	// RequestsPerSecond is the most that it completes.
	// Default: the subject's facts, else Concurrency ÷ ServiceTime.
	RequestsPerSecond float64
	// Concurrency is how many requests it works on at a time.
	// Default: 0, RequestsPerSecond × ServiceTime, 1 or more.
	Concurrency int
	// ServiceTime is the mean time that a request takes when none waits.
	// Default: the subject's facts, else Concurrency ÷ RequestsPerSecond.
	ServiceTime time.Duration
	// Variation is the coefficient of variation of the service time: 0 is
	// always the same, 1 as much as an exponential distribution.
	Variation float64
	// Start is how long a new one takes until it serves.
	// Default: Fixed of the subject's facts.
	Start StartTime
	// CopiesPerInstance is how many copies of an inference component an
	// instance holds. A copy that needs a new instance waits for InstanceStart
	// first. Default: 0; a copy is an instance.
	CopiesPerInstance int
	InstanceStart     StartTime
	// ClientTimeout is how long a request may wait before its client gives up.
	// Default: 60s, as long as SageMaker lets a container take (fact F2).
	ClientTimeout time.Duration
	// QueueLimit is how many requests may wait at each instance; more are
	// refused. Default: 0, any number.
	QueueLimit float64
	// FullUtilization is what CPUUtilization or GPUUtilization shows at
	// RequestsPerSecond. Default: 0, not known; policies on them are refused.
	FullUtilization float64
	// Routing is the variant's routing strategy. Default: Random, SageMaker's.
	Routing Routing
	// PricePerHour is the price of an instance, in any currency.
	// Default: 0, not known.
	PricePerHour float64
}

// DefaultClientTimeout is how long clients wait where nothing else is known.
const defaultClientTimeout = time.Minute

// Gateway is what stands before the endpoint and its metrics: what it sheds,
// the endpoint's metrics never see (fact F34).
type Gateway struct {
	// ConcurrencyPerInstance is how many requests it has at the endpoint at a
	// time for each instance in service. Default: 0, any number.
	ConcurrencyPerInstance float64
	// Concurrency is how many it has there in all. Default: 0, any number.
	Concurrency float64
	// Queue is how many may wait in it; more are shed. Default: 0, none.
	Queue float64
}

func (g Gateway) limited() bool { return g.ConcurrencyPerInstance > 0 || g.Concurrency > 0 }

// Objective is what is promised: a latency, or else a load that instances are
// not brought beyond.
type Objective struct {
	// Latency is kept by Share of the requests. Default: 0, none is promised.
	Latency time.Duration
	// Share is over 0 and below 1. Default: 0.99.
	Share float64
	// Utilization is the share of what instances complete that is made use of,
	// over 0 and at most 1.
	// Default: capacity.DefaultSafetyFactor, or 1 where a latency is promised.
	Utilization float64
}

// Timing is how late AWS is, and how its alarms count. AWS has changed these by
// service and over time: they are parameters. DefaultTiming has the usual ones.
type Timing struct {
	// StandardDelay and HighResolutionDelay are how long after its end a
	// period's datapoint is seen, for periods of a minute or more, and below.
	StandardDelay, HighResolutionDelay time.Duration
	// TrackingDatapoints above the target set a tracking policy off (facts A11 and A12).
	TrackingDatapoints int
	// TrackingInAfter below 0.9 of the target lets it scale in (facts A11 and A12).
	TrackingInAfter time.Duration
	// Drain is how long an instance is billed after it has got its last request.
	Drain time.Duration
	// ReleaseAfter is how long an instance without copies is kept (fact D4).
	ReleaseAfter time.Duration
	// RefusedFloorRetried says that a floor which fell due while the endpoint
	// was updating is raised when it no longer is. Whether Application Auto
	// Scaling does so is not documented (fact C35).
	RefusedFloorRetried bool
}

// DefaultTiming is what is usual, and the pessimistic side of what is unknown.
func DefaultTiming() Timing {
	return Timing{
		StandardDelay: time.Minute, HighResolutionDelay: 10 * time.Second,
		TrackingDatapoints: 3, TrackingInAfter: 15 * time.Minute,
		Drain: time.Minute, ReleaseAfter: 10 * time.Minute,
	}
}

// WithDefaults is the input with what its author has left to the defaults: what
// is rehearsed.
func (in Input) WithDefaults() Input {
	s, facts := &in.Service, in.Subject.Facts
	if s.RequestsPerSecond == 0 {
		s.RequestsPerSecond = facts.RequestsPerSecondPerInstance
	}
	if s.ServiceTime == 0 {
		s.ServiceTime = facts.ServiceTime
	}
	if both := facts.ConcurrencyPerInstance * facts.RequestsPerSecondPerInstance; s.ServiceTime == 0 && s.Concurrency == 0 && both > 0 {
		s.ServiceTime = time.Duration(facts.ConcurrencyPerInstance / facts.RequestsPerSecondPerInstance * float64(time.Second)) // Little's law
	}
	if s.RequestsPerSecond == 0 && s.ServiceTime > 0 {
		s.RequestsPerSecond = float64(s.Concurrency) / s.ServiceTime.Seconds()
	}
	if s.Concurrency == 0 {
		s.Concurrency = max(1, int(math.Round(s.RequestsPerSecond*s.ServiceTime.Seconds())))
	}
	if s.ServiceTime == 0 && s.RequestsPerSecond > 0 {
		s.ServiceTime = time.Duration(float64(s.Concurrency) / s.RequestsPerSecond * float64(time.Second))
	}
	if s.Start == (StartTime{}) {
		s.Start = Fixed(facts.StartTime)
	}
	if s.ClientTimeout == 0 {
		s.ClientTimeout = defaultClientTimeout
	}
	if s.Routing == "" {
		s.Routing = Random
	}
	if in.Objective.Latency > 0 && in.Objective.Share == 0 {
		in.Objective.Share = 0.99
	}
	if in.Objective.Utilization == 0 {
		in.Objective.Utilization = 1
		if in.Objective.Latency == 0 {
			in.Objective.Utilization = capacity.DefaultSafetyFactor
		}
	}
	if in.Timing == (Timing{}) {
		in.Timing = DefaultTiming()
	}
	return in
}
