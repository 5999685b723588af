package rehearsal

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Validate returns every problem of the input, with the field paths of Input:
// invalid scaling, missing facts, and metrics that are not played.
func (in Input) Validate() problem.List {
	full := in.WithDefaults()
	ps := in.Subject.Target.Validate().In("Subject.Target")
	if in.Subject.Target.Dimension == autoscaling.VariantProvisionedConcurrency {
		ps.Add("Subject.Target.Dimension", string(in.Subject.Target.Dimension), "serverless variants are not played",
			"rehearse a variant with instances, or an inference component")
	}
	if in.Subject.Target.Asynchronous {
		ps.Add("Subject.Target.Asynchronous", true,
			"asynchronous endpoints are not played: their requests wait in a queue of their own",
			"rehearse a real-time endpoint")
	}
	ps = append(ps, full.validateSize()...)
	ps = append(ps, full.Service.validate().In("Service")...)
	ps = append(ps, full.validateTrace()...)
	ps = append(ps, full.Timing.validate().In("Timing")...)
	ps = append(ps, full.Reading.validate().In("Reading")...)
	ps = append(ps, full.Faults.validate(full.Subject.Target).In("Faults")...)
	if g := full.Gateway; !(g.Concurrency >= 0) || !(g.ConcurrencyPerInstance >= 0) || !(g.Queue >= 0) {
		ps.Add("Gateway", fmt.Sprintf("%g, %g, %g", g.ConcurrencyPerInstance, g.Concurrency, g.Queue),
			"the limits of a gateway are 0 or more", "leave out what has no limit")
	}
	if in.InitialCapacity < 0 {
		ps.Add("InitialCapacity", in.InitialCapacity, "a capacity is 0 or more",
			"leave it out for what scaling would have settled at")
	}
	if len(ps) > 0 {
		return ps // the checks below need valid figures
	}
	ps = append(ps, full.validateObjective()...)
	_, refused := newScaler(full)
	return append(ps, refused...)
}

// validateSize refuses capacities beyond maxInstances.
func (in Input) validateSize() problem.List {
	var ps problem.List
	size := func(path string, capacity int) {
		if capacity > maxInstances {
			ps.Add(path, capacity, fmt.Sprintf("a capacity of more than %d is not played", maxInstances),
				"give what the account's quota allows")
		}
	}
	size("Subject.Target.MaxCapacity", in.Subject.Target.MaxCapacity)
	size("InitialCapacity", in.InitialCapacity)
	for i, a := range in.Subject.Target.ScheduledActions {
		if a.MaxCapacity != nil {
			size(fmt.Sprintf("Subject.Target.ScheduledActions[%d].MaxCapacity", i), *a.MaxCapacity)
		}
	}
	for i, d := range in.Faults.Deployments {
		size(fmt.Sprintf("Faults.Deployments[%d].ResetTo", i), d.ResetTo)
	}
	return ps
}

func (s Service) validate() problem.List {
	var ps problem.List
	finite := func(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }
	switch {
	case s.RequestsPerSecond == 0:
		ps.Add("RequestsPerSecond", nil, "how much one instance completes is needed, and no template says it",
			"measure one instance under load")
	case !finite(s.RequestsPerSecond):
		ps.Add("RequestsPerSecond", s.RequestsPerSecond, "a rate is over 0 requests a second",
			"measure one instance under load")
	}
	if s.Concurrency < 0 || s.Concurrency > 100_000 {
		ps.Add("Concurrency", s.Concurrency, "an instance works on 1 to 100000 requests at a time",
			"leave it out to derive it")
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{{"ServiceTime", s.ServiceTime}, {"ClientTimeout", s.ClientTimeout}} {
		if d.value < 0 {
			ps.Add(d.field, d.value, "a time is above 0", "leave it out for the default")
		}
	}
	if !finite(s.Variation) || s.Variation > 10 {
		ps.Add("Variation", s.Variation, "a coefficient of variation is 0 to 10",
			"divide the standard deviation of the service time by its mean; 1 is usual")
	}
	for _, x := range []struct {
		field string
		value float64
	}{{"QueueLimit", s.QueueLimit}, {"FullUtilization", s.FullUtilization}, {"PricePerHour", s.PricePerHour}} {
		if !finite(x.value) {
			ps.Add(x.field, x.value, "this is 0 or more", "leave it out where it is not known")
		}
	}
	if s.Start.Median == 0 {
		ps.Add("Start", nil, "how long an instance takes to start is needed, and no template says it",
			"measure it, from the decision to the first request; 5m is usual")
	} else {
		ps = append(ps, s.Start.validate().In("Start")...)
	}
	ps = append(ps, s.InstanceStart.validate().In("InstanceStart")...)
	if s.CopiesPerInstance < 0 {
		ps.Add("CopiesPerInstance", s.CopiesPerInstance, "an instance holds 1 copy or more",
			"leave it out where a copy fills an instance")
	}
	if s.MinInstances < 0 || s.MaxInstances < 0 || s.MinInstances > s.MaxInstances && s.MaxInstances > 0 {
		ps.Add("MaxInstances", s.MaxInstances,
			fmt.Sprintf("the bounds of instances are 0 or more, and this is below the least, %d", s.MinInstances),
			"leave it out for any number")
	}
	if !(s.TrafficShare >= 0 && s.TrafficShare <= 1) {
		ps.Add("TrafficShare", s.TrafficShare, "a share of the requests is over 0 and at most 1",
			"leave it out for the template's weights")
	}
	if s.Routing != Random && s.Routing != LeastOutstanding {
		ps.Add("Routing", string(s.Routing), fmt.Sprintf("the routings that are played are %s and %s", Random,
			LeastOutstanding), "use the one that is closer")
	}
	return ps
}

func (in Input) validateTrace() problem.List {
	var ps problem.List
	switch t := in.Trace.(type) {
	case nil:
		ps.Add("Trace", nil, "a rehearsal replays traffic", "give a trace")
	case interface{ Validate() problem.List }:
		ps = t.Validate().In("Trace")
	default:
		if _, period := t.Grid(); period < time.Second || period%time.Second != 0 {
			ps.Add("Trace.Period", period, "a period is whole seconds, 1s or more", "such as 1m")
		}
	}
	return ps
}

func (in Input) validateObjective() problem.List {
	var ps problem.List
	o := in.Objective
	if !(o.Utilization > 0 && o.Utilization <= 1) {
		ps.Add("Objective.Utilization", o.Utilization, "a utilization is over 0 and at most 1",
			"leave it out for the default")
	}
	switch {
	case o.Latency == 0:
	case o.Latency < 0:
		ps.Add("Objective.Latency", o.Latency, "a latency is above 0", "such as 200ms")
	case !(o.Share > 0 && o.Share < 1):
		ps.Add("Objective.Share", o.Share, "a share is over 0 and below 1", "0.99 promises it to 99 of 100 requests")
	default:
		times := serviceTimes(in.Service)
		if alone := times[int(o.Share*float64(len(times)))]; alone > o.Latency.Seconds() {
			ps.Add("Objective.Latency", o.Latency, fmt.Sprintf("%g%% of requests take up to %.3g s also where none waits",
				o.Share*100, alone),
				"promise more time, or make the service faster")
		}
	}
	return ps
}

func (t Timing) validate() problem.List {
	var ps problem.List
	for _, d := range []struct {
		field string
		value time.Duration
	}{{"StandardDelay", t.StandardDelay}, {"HighResolutionDelay", t.HighResolutionDelay},
		{"TrackingInAfter", t.TrackingInAfter},
		{"Drain", t.Drain}, {"ReleaseAfter", t.ReleaseAfter}} {
		if d.value < 0 || d.value%time.Second != 0 || d.value > 24*time.Hour {
			ps.Add(d.field, d.value, "a delay is whole seconds from 0 to a day", "begin with DefaultTiming")
		}
	}
	if t.TrackingDatapoints < 1 || t.TrackingDatapoints > 1000 {
		ps.Add("TrackingDatapoints", t.TrackingDatapoints, "an alarm looks at 1 to 1000 datapoints",
			"begin with DefaultTiming")
	}
	if t.TrackingInAfter < time.Minute {
		ps.Add("TrackingInAfter", t.TrackingInAfter, "a low alarm looks at a minute or more", "begin with DefaultTiming")
	}
	return ps
}
