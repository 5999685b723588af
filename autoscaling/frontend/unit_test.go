package frontend_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// final is a calendar with one event: 6000 requests a second.
func final() events.Calendar {
	return events.Calendar{
		MinCapacity: 6, MaxCapacity: 40, RequestsPerSecondPerInstance: 400, SafetyFactor: 0.6, Zones: 3, StartTime: 6 * time.Minute,
		Events: []events.Event{
			{
				Name:                  "final",
				Timezone:              "Europe/London",
				Starts:                "2027-05-29T20:00",
				Ends:                  "2027-05-29T22:00",
				PeakRequestsPerSecond: 6000,
			},
		},
	}
}

// frontEnds are what an event prepares before the endpoint.
var frontEnds = map[string]frontend.Unit{
	"environments":   frontend.FunctionEnvironments(50 * time.Millisecond),
	"tasks":          frontend.ServiceTasks(1500, 3),
	"capacity units": frontend.LoadBalancerTraffic{BytesPerRequest: 4096, FunctionTarget: true}.CapacityUnits(),
}

func TestFrontEndFloors(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		floor int
		from  string
	}{
		"environments":   {429, "19:30"}, // 6000 × 0.05 s ÷ 0.7
		"tasks":          {6, "19:30"},   // 6000 ÷ (1500 × 0.7); without one of three zones 4 are left, and sustain 6000
		"capacity units": {240, "18:00"}, // 6000 connections a second ÷ 25
	} {
		floor := frontEnds[name].Calendar(final()).Floors()[0]
		if floor.MinCapacity != want.floor || floor.From.In(london).Format("15:04") != want.from ||
			floor.To.In(london).Format("15:04") != "23:00" {
			t.Errorf("%s: got %+v, want %d from %s to 23:00", name, floor, want.floor, want.from)
		}
	}
}

// A function's floor is what Little's law wants, and headroom.
func TestEnvironmentsAreConcurrency(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		latency := time.Duration(rapid.IntRange(1, 60_000).Draw(t, "milliseconds")) * time.Millisecond
		c := final()
		c.Events[0].PeakRequestsPerSecond = float64(rapid.IntRange(1, 100_000).Draw(t, "rate"))
		unit := frontend.FunctionEnvironments(latency)
		unit.SafetyFactor = 1
		if got, want := unit.Calendar(c).HighestFloor(), capacity.Concurrency(c.Events[0].PeakRequestsPerSecond, latency); got != want {
			t.Errorf("%g requests a second of %s: got %d, want %d", c.Events[0].PeakRequestsPerSecond, latency, got, want)
		}
	})
}

func TestPeakInInstancesIsARateBeforeTheEndpoint(t *testing.T) {
	t.Parallel()
	c := final()
	c.Events[0].PeakRequestsPerSecond, c.Events[0].PeakInstances = 0, 25 // × 400 × 0.6 = 6000
	c.Events[0].LeadTime = ptr(3 * time.Hour)
	if diff := cmp.Diff(autoscaling.FloorActions(frontEnds["environments"].Calendar(final())), autoscaling.FloorActions(frontEnds["environments"].Calendar(c))); diff != "" {
		t.Error(diff)
	}
	c.RequestsPerSecondPerInstance = 0
	ps := frontEnds["environments"].Calendar(c).Validate()
	if len(ps) != 1 || ps[0].Path != "Events[0].PeakRequestsPerSecond" {
		t.Errorf("without a measured rate: got %v", ps)
	}
}

func TestCapacityUnits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		traffic frontend.LoadBalancerTraffic
		want    float64 // requests a second of one unit
	}{
		{"new connections", frontend.LoadBalancerTraffic{BytesPerRequest: 1000}, 25},
		{"kept connections", frontend.LoadBalancerTraffic{BytesPerRequest: 1000, RequestsPerConnection: 10}, 250},
		{"active connections", frontend.LoadBalancerTraffic{ConnectionDuration: 10 * time.Minute, RequestsPerConnection: 10}, 50},
		{"bytes to instances and tasks", frontend.LoadBalancerTraffic{BytesPerRequest: 100_000, RequestsPerConnection: 10}, 1e9 / 3600 / 100_000},
		{"bytes to functions", frontend.LoadBalancerTraffic{BytesPerRequest: 100_000, RequestsPerConnection: 10, FunctionTarget: true}, 0.4e9 / 3600 / 100_000},
		{"rules", frontend.LoadBalancerTraffic{RequestsPerConnection: 100, Rules: 60}, 20},
		{"free rules", frontend.LoadBalancerTraffic{Rules: 10}, 25},
	} {
		if got := test.traffic.CapacityUnits().RequestsPerSecond; math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: got %g requests a second a unit, want %g", test.name, got, test.want)
		}
	}
}

func TestFunctionTarget(t *testing.T) {
	t.Parallel()
	c := frontEnds["environments"].Calendar(final())
	target := frontend.FunctionTarget(c, 800)
	target.ResourceID = autoscaling.FunctionResourceID("gateway", "live")
	if ps := target.Validate(); ps != nil {
		t.Error(ps)
	}
	properties := target.CloudFormation()
	if properties["ResourceId"] != "function:gateway:live" ||
		properties["ScalableDimension"] != "lambda:function:ProvisionedConcurrency" ||
		properties["ServiceNamespace"] != "lambda" ||
		properties["MinCapacity"] != 0 ||
		properties["MaxCapacity"] != 800 {
		t.Errorf("got %v", properties)
	}
	if diff := cmp.Diff(autoscaling.FloorActions(c), target.ScheduledActions); diff != "" {
		t.Error(diff)
	}
	if len(target.Policies) != 1 || target.Policies[0].TargetValue != 0.7 {
		t.Errorf("got policies %+v", target.Policies)
	}
	if got := frontend.FunctionTarget(c, 0).MaxCapacity; got != 429 {
		t.Errorf("without a cap: got at most %d, want the highest floor", got)
	}
	if got := frontend.FunctionTarget(frontEnds["environments"].Calendar(events.Calendar{}), 0); got.MinCapacity != 0 ||
		got.MaxCapacity != 1 ||
		got.ScheduledActions == nil ||
		len(got.ScheduledActions) != 0 {
		t.Errorf("without events: got %+v", got)
	}
}

func TestServiceTarget(t *testing.T) {
	t.Parallel()
	target := frontend.ServiceTarget(frontEnds["tasks"].Calendar(final()), 20)
	target.ResourceID = autoscaling.ServiceResourceID("predictions", "gateway")
	if ps := target.Validate(); ps != nil {
		t.Error(ps)
	}
	if target.Dimension.Namespace() != "ecs" || target.MinCapacity != 2 || target.MaxCapacity != 20 ||
		*target.ScheduledActions[0].MinCapacity != 6 {
		t.Errorf("got %+v", target)
	}
	if p := target.Policies; len(p) != 1 || p[0].Metric != autoscaling.ServiceAverageCPUUtilization ||
		p[0].TargetValue != 70 ||
		p[0].ScaleOutCooldown != time.Minute {
		t.Errorf("got policies %+v, want the tasks' CPU near 70 %%", p)
	}
	if got := frontend.ServiceTarget(frontEnds["tasks"].Calendar(final()), 0).MaxCapacity; got != 6 {
		t.Errorf("got at most %d, want the highest floor", got)
	}
}

// TestFrontEndFloorsHold plays the actions of random events as those of the
// endpoint are played: the front end's floors hold by the same rules.
func TestFrontEndFloorsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC)
		c := autoscalingtest.DrawCalendar(t, day)
		c.RequestsPerSecondPerInstance = 100
		front := frontend.Unit{
			RequestsPerSecond: 100,
			StartTime:         15 * time.Minute,
			Zones:             c.Zones,
			MinCapacity:       c.MinCapacity,
		}.Calendar(
			c,
		)
		front.MaxCapacity = 10_000
		if ps := front.Validate(); ps != nil {
			t.Fatal(ps)
		}
		autoscalingtest.CheckFloors(t, front, day.AddDate(0, 0, -16), day.AddDate(0, 0, 17))
	})
}

// TestMovingTheKickOffMovesAll: what an event prepares is the same, only later.
func TestMovingTheKickOffMovesAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"Europe/London", "America/New_York", "Asia/Kathmandu", "UTC"}).Draw(t, "zone")
		starts := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC).
			Add(time.Duration(rapid.IntRange(0, 30*24*12).Draw(t, "start")) * 5 * time.Minute)
		// On the grid, floors keep their lengths.
		by := time.Duration(rapid.IntRange(1, 7*24*4).Draw(t, "by")) * 15 * time.Minute
		at := func(starts time.Time) events.Calendar {
			c := final()
			c.Events[0].Timezone = zone
			c.Events[0].Starts, c.Events[0].Ends = starts.Format(
				"2006-01-02T15:04",
			), starts.Add(2*time.Hour).
				Format("2006-01-02T15:04")
			return c
		}
		all := map[string]func(events.Calendar) []run{
			"endpoint": func(c events.Calendar) []run { return runsOf(t, autoscaling.FloorActions(c)) },
			"environments": func(c events.Calendar) []run {
				return runsOf(t, frontend.FunctionTarget(frontEnds["environments"].Calendar(c), 0).ScheduledActions)
			},
			"tasks": func(c events.Calendar) []run {
				return runsOf(t, frontend.ServiceTarget(frontEnds["tasks"].Calendar(c), 0).ScheduledActions)
			},
			"capacity units": func(c events.Calendar) []run {
				return reservationRuns(t, frontend.ReservationSchedules(frontEnds["capacity units"].Calendar(c)))
			},
		}
		for name, runs := range all {
			before, after := runs(at(starts)), runs(at(starts.Add(by)))
			if len(before) == 0 {
				t.Fatalf("%s: nothing is prepared", name)
			}
			for i := range before {
				before[i].at = before[i].at.Add(by)
			}
			if diff := cmp.Diff(before, after, cmp.AllowUnexported(run{})); diff != "" {
				t.Fatalf("%s: %s", name, diff)
			}
		}
	})
}

func ptr[T any](v T) *T { return &v }
