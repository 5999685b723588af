package rehearsal

import (
	"cmp"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Input is one rehearsal.
type Input struct {
	// Subject is what scales, as a template has it. Its facts are the defaults of
	// Service.
	Subject lint.Subject
	// Service is what one instance does, from a load test.
	Service Service
	// Trace is the traffic.
	Trace trace.Source
	// Gateway is the limits of the gateway. Default: none.
	Gateway Gateway
	// Faults are what goes wrong. Default: nothing.
	Faults Faults
	// Objective is what the oracle and static peak meet.
	// Default: capacity.DefaultSafetyFactor of what instances complete.
	Objective Objective
	// Timing is the delays of AWS. Default: DefaultTiming().
	Timing Timing
	// Reading is how AWS is read where it does not document what it does.
	// Default: DefaultReading().
	Reading Reading
	// Seed is the seed of the pseudo-random start times. Default: 0.
	Seed uint64
	// InitialCapacity is the capacity in service when the trace begins.
	// Default: 0, what scaling would have reached under the first period's rate.
	InitialCapacity int
	// Minutes adds the series of minutes and the events to the result. Without it
	// memory does not depend on the length of the trace. Default: false.
	Minutes bool
	// NoLatency leaves Result.Latency out, which takes half of the time, unless
	// Objective has a latency. Default: false.
	NoLatency bool
}

// Routing is SageMaker's routing strategy.
type Routing string

// The routings that are played.
const (
	Random           Routing = "RANDOM"
	LeastOutstanding Routing = "LEAST_OUTSTANDING_REQUESTS"
)

// Service is the capacity of one instance, or one copy of an inference component,
// from a load test.
type Service struct {
	// RequestsPerSecond is the highest rate that it completes.
	// Default: the subject's facts, else Concurrency ÷ ServiceTime.
	RequestsPerSecond float64
	// Concurrency is how many requests it serves at a time.
	// Default: RequestsPerSecond × ServiceTime, at least 1.
	Concurrency int
	// ServiceTime is the mean time of a request that does not wait.
	// Default: the subject's facts, else Concurrency ÷ RequestsPerSecond.
	ServiceTime time.Duration
	// Variation is the coefficient of variation of the service time; an exponential
	// distribution has 1. Default: 0, a constant service time.
	Variation float64
	// Start is the time until a new one serves.
	// Default: Fixed of the subject's facts.
	Start StartTime
	// CopiesPerInstance is how many copies of an inference component an instance
	// holds. A copy that needs a new instance first waits for InstanceStart.
	// Default: the subject's hosting, else 0: a copy is an instance.
	CopiesPerInstance int
	InstanceStart     StartTime
	// MinInstances and MaxInstances are the bounds of the instances that hold copies of
	// an inference component; a copy without a place is given up.
	// Default: the subject's hosting, else 0: none, and any number.
	MinInstances, MaxInstances int
	// TrafficShare is the share of the trace's requests that come to the subject.
	// Default: 0, the subject's hosting, else all of them.
	TrafficShare float64
	// ClientTimeout is how long a request may wait until its client gives up.
	// Default: 60s, as long as SageMaker lets a container take (fact F2).
	ClientTimeout time.Duration
	// QueueLimit is how many requests may wait at each instance; more are refused.
	// Default: 0, any number.
	QueueLimit float64
	// FullUtilization is what CPUUtilization or GPUUtilization shows at
	// RequestsPerSecond. Default: 0, not known; policies on them are refused.
	FullUtilization float64
	// Routing is the variant's routing strategy.
	// Default: the subject's hosting if it is played, else Random, SageMaker's.
	Routing Routing
	// PricePerHour is the price of an instance, in any currency.
	// Default: 0, not known.
	PricePerHour float64
}

// defaultClientTimeout is the default of Service.ClientTimeout.
const defaultClientTimeout = time.Minute

// Gateway is the limits of a gateway. The endpoint's metrics do not count the
// requests that it sheds (fact F34).
type Gateway struct {
	// ConcurrencyPerInstance is how many requests it has in flight for each
	// instance in service. Default: 0, any number.
	ConcurrencyPerInstance float64
	// Concurrency is how many it has in flight in all. Default: 0, any number.
	Concurrency float64
	// Queue is how many may wait in it; more are shed. Default: 0, none.
	Queue float64
}

func (g Gateway) limited() bool { return g.ConcurrencyPerInstance > 0 || g.Concurrency > 0 }

// Objective is a latency that is promised, or else the highest load of instances.
type Objective struct {
	// Latency is met by Share of the requests. Default: 0, none is promised.
	Latency time.Duration
	// Share is over 0 and below 1. Default: 0.99.
	Share float64
	// Utilization is the highest load of an instance, over 0 and at most 1.
	// Default: capacity.DefaultSafetyFactor, or 1 where a latency is promised.
	Utilization float64
}

// Timing is the delays of AWS and the windows of its alarms, which differ by
// service and change over time. DefaultTiming has the usual ones.
type Timing struct {
	// StandardDelay and HighResolutionDelay are the time from a period's end until
	// alarms have its datapoint, for periods from a minute on, and below.
	StandardDelay, HighResolutionDelay time.Duration
	// TrackingDatapoints above the target trigger a tracking policy's scale-out
	// (facts A11 and A12).
	TrackingDatapoints int
	// TrackingInAfter below 0.9 of the target triggers its scale-in (facts A11 and A12).
	TrackingInAfter time.Duration
	// Drain is how long an instance is billed after its last request.
	Drain time.Duration
	// ReleaseAfter is how long an instance without copies stays (fact D4).
	ReleaseAfter time.Duration
}

// DefaultTiming is the usual delays, and the pessimistic side of unknown ones.
func DefaultTiming() Timing {
	return Timing{
		StandardDelay: time.Minute, HighResolutionDelay: 10 * time.Second,
		TrackingDatapoints: 3, TrackingInAfter: 15 * time.Minute,
		Drain: time.Minute, ReleaseAfter: 10 * time.Minute,
	}
}

// WithDefaults is the input with its defaults filled in.
func (in Input) WithDefaults() Input {
	s, facts, hosting := &in.Service, in.Subject.Facts, in.Subject.Hosting
	if s.RequestsPerSecond == 0 {
		s.RequestsPerSecond = facts.RequestsPerSecondPerInstance
	}
	if s.ServiceTime == 0 {
		s.ServiceTime = facts.ServiceTime
	}
	if both := facts.ConcurrencyPerInstance * facts.RequestsPerSecondPerInstance; s.ServiceTime == 0 &&
		s.Concurrency == 0 && both > 0 {
		seconds := facts.ConcurrencyPerInstance / facts.RequestsPerSecondPerInstance // Little's law
		s.ServiceTime = time.Duration(seconds * float64(time.Second))
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
		if s.Routing = Random; Routing(hosting.RoutingStrategy) == LeastOutstanding {
			s.Routing = LeastOutstanding
		}
	}
	if in.Subject.Target.Dimension == autoscaling.InferenceComponentCopyCount {
		s.CopiesPerInstance = cmp.Or(s.CopiesPerInstance, hosting.CopiesPerInstance)
		s.MaxInstances = cmp.Or(s.MaxInstances, hosting.MaxInstances)
		s.MinInstances = min(cmp.Or(s.MinInstances, hosting.MinInstances), cmp.Or(s.MaxInstances, math.MaxInt))
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
	in.Reading = in.Reading.withDefaults()
	return in
}

// TrafficShare returns the share of the trace's requests that come to the subject.
func (in Input) TrafficShare() float64 {
	switch share := in.Subject.Hosting.TrafficShare; {
	case in.Service.TrafficShare > 0:
		return in.Service.TrafficShare
	case share != nil:
		return *share
	}
	return 1
}
