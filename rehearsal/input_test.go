package rehearsal

import (
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Every problem is reported at once, with its place.
func TestValidate(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Service = Service{Variation: -1, Routing: "BEST"}
	in.Subject.Target.MaxCapacity = 1
	in.Trace = trace.Trace{Period: time.Minute}
	in.Timing = Timing{StandardDelay: -time.Second}
	in.Faults = Faults{Missed: []string{"none"}, Fulfilled: 2, Retries: 1, SlowStart: -1,
		NoCapacity: []Window{{noon, noon}}, Deployments: []Deployment{{ResetTo: -1}}}
	in.Gateway.Queue = -1
	in.InitialCapacity = -1
	_, err := Run(in)
	if err == nil {
		t.Fatal("no error")
	}
	for _, path := range []string{"Subject.Target.MaxCapacity", "Service.RequestsPerSecond", "Service.Variation",
		"Service.Start", "Service.Routing", "Trace.Counts",
		"Timing.StandardDelay", "Timing.TrackingDatapoints", "Timing.TrackingInAfter", "Faults.NoCapacity[0]",
		"Faults.Fulfilled", "Faults.SlowStart",
		"Faults.Deployments[0].Takes", "Faults.Deployments[0].ResetTo", "Faults.Missed[0]", "Faults.RetryAfter",
		"Gateway", "InitialCapacity"} {
		if !strings.Contains("\n"+err.Error(), "\n"+path+": ") {
			t.Errorf("nothing is said of %s in\n%v", path, err)
		}
	}
	for name, test := range map[string]struct {
		change func(*Input)
		says   string
	}{
		"another endpoint's metric": {func(in *Input) {
			in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.OfferedLoadPolicy("other")}
		}, `is of the endpoint "other", and this one is "odds"`},
		"a metric that is not played": {func(in *Input) {
			in.Subject.Target.Policies[0].Metric = autoscaling.Metric{Namespace: "Mine", Name: "Queue",
				Statistic: autoscaling.Average}
		}, "the metric Mine Queue is not played"},
		"an impossible objective": {func(in *Input) { in.Objective.Latency = time.Millisecond }, "also where none waits"},
		"no trace":                {func(in *Input) { in.Trace = nil }, "a rehearsal replays traffic"},
	} {
		in := surge()
		test.change(&in)
		if _, err := Run(in); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := surge().Validate().Err(); err != nil {
		t.Error(err)
	}
}

// What a load test has shown may stand in the template, as facts.
func TestFactsStandIn(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Service = Service{}
	in.Subject.Facts = autoscaling.Facts{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute}
	if r := play(t, in); r.Capacity.Most < 15 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// A source that is not a Trace is validated while it is read.
func TestWrongCountsOfASource(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Trace = trace.Repeated{Trace: trace.Trace{Start: noon, Period: time.Minute, Counts: []float64{1}}, Times: 0}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "nothing to replay") {
		t.Errorf("got %v", err)
	}
	in.Trace = endless{}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "0 or more") {
		t.Errorf("got %v", err)
	}
}

// endless is a source with a count that is none.
type endless struct{}

func (endless) Grid() (time.Time, time.Duration) { return noon, time.Second }
func (endless) All() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for yield(1) && yield(math.NaN()) {
		}
	}
}
