package monitoring_test

import (
	"slices"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// values are what is published of metrics in a minute, by name, or by name, @ and the value
// of one of the metric's dimensions. Nothing is published of a name that is there without
// values.
type values map[string][]float64

// day is a minute with 600 requests, 4 instances or copies, and 3 tasks.
var day = values{
	"RequestCount": {600}, "TargetResponseTime": slices.Repeat([]float64{0.1}, 100), "HealthyHostCount": {3},
	"UnHealthyHostCount": {0},
	"ArrivedRequests":    {100, 100, 100, 100, 100, 100}, "ShedRequests": {0}, "GatewayErrors": {0}, "EndpointErrors": {0},
	"ThrottledRequests": {0}, "CredentialRenewalFailures": {0}, "BodyMemoryFull": {0},
	"Errors": {0}, "Throttles": {0}, "ConcurrentExecutions": {50, 60},
	"Invocations": {600}, "InvocationsPerInstance": {150}, "InvocationsPerCopy": {150}, "Invocation5XXErrors": {0},
	"InvocationModelErrors": {0}, "ModelLatency": slices.Repeat([]float64{90_000}, 100),
	"OverheadLatency": slices.Repeat([]float64{5_000}, 100),
	"CPUUtilization":  {30, 40, 35, 20}, "CPUUtilization@odds": {30, 40, 35}, "CPUUtilizationNormalized": {30, 40, 35, 20},
	"MemoryUtilization": {40, 45}, "GPUUtilization": {60, 50}, "GPUMemoryUtilization": {90, 95},
	"DiskUtilization": {30, 31}, "HasBacklogWithoutCapacity": {0}, "InvocationsProcessed": {600},
	"ServerlessConcurrentExecutionsUtilization": {0.3},
}

// night is a minute without a request: what counts requests publishes nothing.
var night = values{
	"HealthyHostCount": {3}, "UnHealthyHostCount": {0}, "ArrivedRequests": {0, 0, 0, 0, 0, 0}, "ShedRequests": {0},
	"GatewayErrors": {0}, "EndpointErrors": {0}, "ThrottledRequests": {0}, "CredentialRenewalFailures": {0},
	"BodyMemoryFull": {0}, "CPUUtilization": {0, 0, 0}, "CPUUtilization@odds": {1, 1}, "CPUUtilizationNormalized": {0, 0, 0},
	"MemoryUtilization": {20}, "GPUUtilization": {0}, "GPUMemoryUtilization": {90}, "DiskUtilization": {30},
	"HasBacklogWithoutCapacity": {0},
}

// with is v with other values.
func (v values) with(other values) values {
	out := values{}
	for _, part := range []values{v, other} {
		for name, numbers := range part {
			out[name] = numbers
		}
	}
	return out
}

func (v values) of(m alarms.Metric) []float64 {
	for _, value := range m.Dimensions {
		if numbers, ok := v[m.Name+"@"+value]; ok && (m.Name != "CPUUtilization" || m.Namespace == "AWS/ECS") {
			return numbers
		}
	}
	return v[m.Name]
}

// quiet is a night before the season.
var quiet = time.Date(2027, 6, 15, 2, 0, 0, 0, time.UTC)

// stateOf is the state of an alarm at a moment after an hour of such minutes, in which the
// latest values have not arrived yet. It is the same whatever becomes of a gap.
func stateOf(t *testing.T, a monitoring.Alarm, at time.Time, minute func(before int) values) alarms.State {
	t.Helper()
	alarm, err := alarms.FromProperties(a.CloudFormation(nil))
	if err != nil {
		t.Fatalf("%s: %v", a.Kind, err)
	}
	data := &alarms.Data{Delay: 90 * time.Second}
	for _, m := range alarm.Metrics() {
		data.Add(m, at.Add(-24*time.Hour)) // known, and without a value
		for before := 60; before >= 0; before-- {
			data.Add(m, at.Add(-time.Duration(before)*time.Minute), minute(before).of(m)...)
		}
	}
	var states []alarms.State
	for _, gaps := range []alarms.Gaps{alarms.GapsAreZero, alarms.GapsAreEmpty} {
		state, err := alarms.EvaluateWith(gaps, alarm, data, at)
		if err != nil {
			t.Fatalf("%s of %q: %v", a.Kind, a.Of, err)
		}
		states = append(states, state)
	}
	if states[0] != states[1] {
		t.Errorf("%s of %q: got %s and %s, by the reading of gaps", a.Kind, a.Of, states[0], states[1])
	}
	return states[0]
}

func always(v values) func(int) values { return func(int) values { return v } }

func TestNoAlarmOnQuietNightAndNormalDay(t *testing.T) {
	t.Parallel()
	for name, subject := range subjects() {
		for _, a := range subject.Alarms(settings()) {
			for when, minute := range map[string]values{"night": night, "day": day,
				// One request, which fails.
				"one request": night.with(values{"RequestCount": {1}, "ArrivedRequests": {1}, "Invocations": {1},
					"Errors": {1}, "Invocation5XXErrors": {1}, "InvocationModelErrors": {1}, "EndpointErrors": {1},
					"HTTPCode_Target_5XX_Count": {1}, "TargetResponseTime": {30}, "ModelLatency": {30e6},
					"OverheadLatency": {1e6}, "InvocationsPerInstance": {1. / 3}, "InvocationsPerCopy": {1. / 3},
					"HTTPCode_ELB_5XX_Count": {1}, "InvocationFailures": {1}}),
			} {
				if got := stateOf(t, a, quiet, always(minute)); got != alarms.OK {
					t.Errorf("%s, %s of %q at %s: got %s", name, a.Kind, a.Of, when, got)
				}
			}
		}
	}
}

// repeated is n values of v.
func repeated(n int, v float64) []float64 { return slices.Repeat([]float64{v}, n) }

// raising are minutes that raise an alarm if they last, and others that do not, of a
// subject and a kind.
var raising = []struct {
	subject, kind, of string
	raise             values
	calm              []values
}{
	{"service", "loadBalancerErrors", "", values{"HTTPCode_ELB_5XX_Count": {7}},
		[]values{{"HTTPCode_ELB_5XX_Count": {5}}, {"HTTPCode_ELB_5XX_Count": {9}, "RequestCount": {9}}}},
	{"service", "loadBalancerErrors", "", values{"HTTPCode_ELB_5XX_Count": {40}, "RequestCount": {}}, nil},
	{"service", "rejectedConnections", "", values{"RejectedConnectionCount": {1}}, []values{{"RejectedConnectionCount": {0}}}},
	{"service", "targetConnectionErrors", "", values{"TargetConnectionErrorCount": {6}},
		[]values{{"TargetConnectionErrorCount": {5}}}},
	{"service", "noHealthyTargets", "", values{"HealthyHostCount": {0, 0}}, []values{{"HealthyHostCount": {0, 1}}}},
	{"service", "noHealthyTargets", "canary", values{"HealthyHostCount": {}}, nil},
	{"service", "unhealthyTargets", "", values{"UnHealthyHostCount": {1, 1}}, []values{{"UnHealthyHostCount": {0, 1}}}},
	{"service", "latency", "", values{"TargetResponseTime": append(repeated(97, 0.1), 0.6, 0.6, 0.6)},
		[]values{{"TargetResponseTime": append(repeated(99, 0.1), 9)}, {"TargetResponseTime": {9}, "RequestCount": {19}}}},
	{"no front end", "latency", "main", values{"ModelLatency": repeated(100, 499_000)},
		[]values{{"ModelLatency": repeated(100, 490_000)}}},
	{"service", "metricsSilent", "", values{"ArrivedRequests": {}},
		[]values{{"ArrivedRequests": {0}}, {"ArrivedRequests": {}, "RequestCount": {5}}}},
	{"service", "gatewayShed", "", values{"ShedRequests": {6}}, []values{{"ShedRequests": {5}}}},
	{"service", "gatewayErrors", "", values{"GatewayErrors": {6}}, []values{{"GatewayErrors": {5}}}},
	{"function", "gatewayErrors", "", values{"HTTPCode_Target_5XX_Count": {6}}, []values{{"HTTPCode_Target_5XX_Count": {5}}}},
	{"pools", "memoryUsed", "main", values{"MemoryUtilization@ml.g5.2xlarge": {20, 95}}, []values{{"MemoryUtilization": {89}}}},
	{"pools", "diskUsed", "main", values{"DiskUtilization@ml.g6.2xlarge": {90}, "DiskUtilization@ml.g5.2xlarge": {}}, nil},
	{"service", "errorRate", "", values{"EndpointErrors": {6}}, []values{{"EndpointErrors": {5}}}},
	{"service", "throttled", "", values{"ThrottledRequests": {6}}, []values{{"ThrottledRequests": {5}}}},
	{"service", "credentialRenewal", "", values{"CredentialRenewalFailures": {0, 1}}, nil},
	{"service", "bodyMemoryFull", "", values{"BodyMemoryFull": {0, 1}}, nil},
	{"service", "gatewayAtMaximum", "", values{"CPUUtilization@odds": repeated(10, 30)},
		[]values{{"CPUUtilization@odds": repeated(9, 99)}}},
	{"service", "gatewayFloorMissing", "", values{"CPUUtilization@odds": {99}}, []values{{"CPUUtilization@odds": {99, 99}}}},
	{"service", "gatewayFloorMissing", "", values{"CPUUtilization@odds": {}}, nil},
	{"function", "functionErrors", "", values{"Errors": {6}}, []values{{"Errors": {5}}}},
	{"function", "functionThrottled", "", values{"Throttles": {7}},
		[]values{{"Throttles": {5}}, {"Throttles": {10}, "Invocations": {5}}}},
	{"function", "functionConcurrency", "", values{"ConcurrentExecutions": {10, 450}},
		[]values{{"ConcurrentExecutions": {449}}}},
	{"function", "provisionedSpillover", "", values{"ProvisionedConcurrencySpilloverInvocations": {30}},
		[]values{{"ProvisionedConcurrencySpilloverInvocations": {29}}}},
	{"service", "canaryErrors", "", values{"HTTPCode_Target_5XX_Count@targetgroup/canary/73e2d6bc24d8a067": {6}},
		[]values{{"HTTPCode_Target_5XX_Count": {6}}, // both
			{"HTTPCode_Target_5XX_Count@targetgroup/canary/73e2d6bc24d8a067": {5}}}},
	{"service", "canaryErrors", "canary", values{"Invocation5XXErrors@canary": {60}, "Invocation5XXErrors@main": {30}},
		[]values{{"Invocation5XXErrors@canary": {60}, "Invocation5XXErrors@main": {31}},
			{"Invocation5XXErrors@canary": {19}, "Invocations@canary": {19}}}},
	{"service", "canaryLatency", "canary", values{"ModelLatency@canary": repeated(9, 180_000)},
		[]values{{"ModelLatency@canary": repeated(9, 170_000)}}},
	{"service", "noInstances", "", values{"Invocations": {}}, []values{{"Invocations": {}, "ArrivedRequests": {19}},
		{"Invocations@main": {1}, "Invocations@canary": {}}}},
	{"service", "errorRate", "main", values{"Invocation5XXErrors@main": {6}}, []values{{"Invocation5XXErrors@canary": {600}}}},
	{"pools", "errorRate", "main", values{"Invocation5XXErrors@ml.g5.2xlarge": {12}}, []values{{"Invocation5XXErrors": {5}}}},
	{"components", "modelErrors", "lineups", values{"InvocationModelErrors@lineups": {30}},
		[]values{{"InvocationModelErrors": {29}}}},
	{"components", "noCapacity", "lineups", values{"NoCapacityInvocationFailures": {3}}, nil},
	{"asynchronous", "noCapacity", "", values{"HasBacklogWithoutCapacity": {1}}, nil},
	{"asynchronous", "errorRate", "", values{"InvocationFailures": {7}}, []values{{"InvocationFailures": {5}}}},
	{"asynchronous", "backlogAge", "", values{"ApproximateAgeOfOldestRequest": {900}},
		[]values{{"ApproximateAgeOfOldestRequest": {899}}}},
	{"service", "atMaximum", "main", values{"InvocationsPerInstance": {15}},
		[]values{{"InvocationsPerInstance": {600. / 39}}, {"Invocations": {}, "InvocationsPerInstance": {}}}},
	{"components", "atMaximum", "odds", values{"InvocationsPerCopy": {15}}, []values{{"InvocationsPerCopy": {16}}}},
	{"serverless", "atMaximum", "main", values{"ServerlessConcurrentExecutionsUtilization": {0.9}}, nil},
	{"pools", "atMaximum", "main", values{"CPUUtilization": repeated(20, 5)}, []values{{"CPUUtilization": repeated(19, 5)}}},
	{"service", "floorMissing", "main", values{"InvocationsPerInstance": {300}}, []values{{"InvocationsPerInstance": {200}}}},
	{"service", "floorMissing", "main", values{"Invocations": {}, "InvocationsPerInstance": {}, "CPUUtilization": {0, 0}},
		[]values{{"Invocations": {0}, "InvocationsPerInstance": {0}, "CPUUtilization": {0, 0, 0}}}},
	{"components", "floorMissing", "odds", values{"InvocationsPerCopy": {300}}, nil},
	{"service", "cpuUsed", "main", values{"CPUUtilization": {4400, 4300}}, []values{{"CPUUtilization": {4800, 3000}}}},
	{"components", "cpuUsed", "main", values{"CPUUtilizationNormalized": {91}}, []values{{"CPUUtilizationNormalized": {89}}}},
	{"service", "memoryUsed", "main", values{"MemoryUtilization": {20, 95}}, []values{{"MemoryUtilization": {89, 89}}}},
	{"service", "gpuUsed", "main", values{"GPUUtilization": {390}}, []values{{"GPUUtilization": {370}}}},
	{"service", "gpuMemoryUsed", "main", values{"GPUMemoryUtilization": {393}}, []values{{"GPUMemoryUtilization": {390}}}},
	{"service", "diskUsed", "main", values{"DiskUtilization": {86}}, []values{{"DiskUtilization": {84}}}},
}

func find(t *testing.T, s monitoring.Subject, kind, of string) monitoring.Alarm {
	t.Helper()
	for _, a := range s.Alarms(settings()) {
		if a.Kind == kind && a.Of == of {
			return a
		}
	}
	t.Fatalf("no %s of %q", kind, of)
	return monitoring.Alarm{}
}

func TestAlarmsGoOff(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, test := range raising {
		a := find(t, subjects()[test.subject], test.kind, test.of)
		tried[test.kind] = true
		raise := day.with(test.raise)
		if got := stateOf(t, a, quiet, always(raise)); got != alarms.InAlarm {
			t.Errorf("%s of %q, %s: got %s of %v", test.kind, test.of, test.subject, got, test.raise)
		}
		if got := stateOf(t, a, quiet, func(before int) values {
			if before == 10 { // one minute is not enough
				return raise
			}
			return day
		}); got != alarms.OK {
			t.Errorf("%s of %q, %s: got %s of one minute of %v", test.kind, test.of, test.subject, got, test.raise)
		}
		for _, calm := range test.calm {
			if got := stateOf(t, a, quiet, always(day.with(calm))); got != alarms.OK {
				t.Errorf("%s of %q, %s: got %s of %v", test.kind, test.of, test.subject, got, calm)
			}
		}
	}
	for _, k := range monitoring.Kinds() {
		if k.Elsewhere == "" && !tried[k.Name] {
			t.Errorf("no series raises %s", k.Name)
		}
	}
}

// Metrics that are published every five minutes raise alarms too, and those that are
// published every ten seconds count no instance six times.
func TestPublishFrequency(t *testing.T) {
	t.Parallel()
	v := variant("main", "ml.c6i.2xlarge")
	v.PublishFrequency = 5 * time.Minute
	slow := monitoring.Subject{EndpointName: "odds", Variants: []monitoring.Variant{v}}
	often := func(minute values) func(int) values {
		return func(before int) values {
			if before%5 != 4 {
				return values{}
			}
			return minute
		}
	}
	for _, a := range slow.Alarms(settings()) {
		if err := invalid(a.Alarm); err != nil || a.Period != 5*time.Minute {
			t.Errorf("%s: got %s, %v", a.Kind, a.Period, err)
		}
		if got := stateOf(t, a, quiet, often(day)); got != alarms.OK {
			t.Errorf("%s on a normal day: got %s", a.Kind, got)
		}
	}
	bad := day.with(values{"Invocation5XXErrors": {30}, "CPUUtilization": {790, 800}, "DiskUtilization": {99},
		"InvocationsPerInstance": {600}})
	for _, kind := range []string{"errorRate", "cpuUsed", "diskUsed", "floorMissing"} {
		if got := stateOf(t, find(t, slow, kind, "main"), quiet, often(bad)); got != alarms.InAlarm {
			t.Errorf("%s: got %s", kind, got)
		}
	}
	v.PublishFrequency = 10 * time.Second
	fast := monitoring.Subject{EndpointName: "odds", Variants: []monitoring.Variant{v}}
	for n, want := range map[int]alarms.State{2: alarms.InAlarm, 3: alarms.OK} {
		minute := night.with(values{"CPUUtilization": repeated(6*n, 5)})
		if got := stateOf(t, find(t, fast, "floorMissing", "main"), quiet, always(minute)); got != want {
			t.Errorf("%d instances of 3: got %s", n, got)
		}
	}
}

func TestFloorMissingBeforeAndAtMaximumDuringAnEvent(t *testing.T) {
	t.Parallel()
	c := season()
	first := c.Floors()[0]
	lead := c.LeadTime(events.Event{})
	missing := find(t, subjects()["service"], "floorMissing", "main")
	for at, want := range map[time.Time]alarms.State{
		first.From.Add(lead): alarms.OK, first.From.Add(lead + 9*time.Minute): alarms.OK,
		first.From.Add(lead + 14*time.Minute): alarms.InAlarm, first.From.Add(-time.Hour): alarms.OK,
	} {
		if got := stateOf(t, missing, at, always(day.with(values{"InvocationsPerInstance": {200}}))); got != want {
			t.Errorf("3 instances at %s, %s after the floor of %d: got %s, want %s", at, at.Sub(first.From), first.MinCapacity,
				got, want)
		}
	}
	tasks := find(t, subjects()["service"], "gatewayAtMaximum", "")
	for _, f := range service("gateway").Calendar.Floors() {
		if got := stateOf(t, tasks, f.From.Add(lead+20*time.Minute), always(day.with(values{
			"CPUUtilization@odds": repeated(10, 5)}))); got != alarms.OK && f.MinCapacity == 10 {
			t.Errorf("all tasks, as the floor asks for: got %s", got)
		}
	}
	c.MaxCapacity = c.HighestFloor()
	s := monitoring.Subject{EndpointName: "odds", Variants: []monitoring.Variant{{Name: "main",
		Capacity: capacityOf("endpoint/odds/variant/main", autoscaling.VariantInstanceCount, c)}}}
	full := find(t, s, "atMaximum", "main")
	all := day.with(values{"InvocationsPerInstance": {600 / float64(c.MaxCapacity)}})
	for _, f := range c.Floors() {
		if f.MinCapacity < c.MaxCapacity {
			continue
		}
		if got := stateOf(t, full, f.From.Add(lead+20*time.Minute), always(all)); got != alarms.OK {
			t.Errorf("all instances, as the floor asks for: got %s", got)
		}
		if got := stateOf(t, full, f.From.Add(-time.Hour), always(all)); got != alarms.InAlarm {
			t.Errorf("all instances, and no floor: got %s", got)
		}
	}
}
