package monitoring_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

// season is a calendar with a match each weekend and a final, across the change of clocks.
func season() events.Calendar {
	return events.Calendar{
		MinCapacity: 3, MaxCapacity: 40, RequestsPerSecondPerInstance: 60, StartTime: 6 * time.Minute,
		Events: []events.Event{
			{Name: "matches", Timezone: "Europe/London", Starts: "20:00", Ends: "22:00", Weekdays: []string{"SAT", "SUN"},
				From: "2027-08-14", Until: "2028-05-21", PeakRequestsPerSecond: 400,
				Shape: []events.ShapeStep{{Share: 0.5}, {After: 30 * time.Minute, Share: 1}}},
			{Name: "final", Timezone: "Europe/London", Starts: "2028-05-27T20:00", Ends: "2028-05-27T22:30",
				PeakRequestsPerSecond: 1500},
		},
	}
}

func capacityOf(resource string, dimension autoscaling.Dimension, c events.Calendar) *monitoring.Capacity {
	return &monitoring.Capacity{
		Target: autoscaling.ScalableTarget{ResourceID: resource, Dimension: dimension, MinCapacity: c.MinCapacity,
			MaxCapacity: c.MaxCapacity, ScheduledActions: autoscaling.FloorActions(c)},
		Calendar: c,
	}
}

func variant(name, instanceType string) monitoring.Variant {
	return monitoring.Variant{Name: name, InstanceType: instanceType,
		Capacity: capacityOf("endpoint/odds/variant/"+name, autoscaling.VariantInstanceCount, season())}
}

func service(name string) *monitoring.Gateway {
	return &monitoring.Gateway{ClusterName: "odds", ServiceName: name,
		TargetGroup: "targetgroup/" + name + "/73e2d6bc24d8a067",
		MaxTasks:    10, RequestTimeout: 60 * time.Second, Calendar: frontend.ServiceTasks(150, 0).Calendar(season())}
}

func function(name string) *monitoring.Gateway {
	return &monitoring.Gateway{FunctionName: name, Alias: "live", Provisioned: true, ReservedConcurrency: 500,
		TargetGroup: "targetgroup/" + name + "/73e2d6bc24d8a067"}
}

var balancer = &monitoring.LoadBalancer{FullName: "app/odds/50dc6c495c0c9188", ReservationQueue: "refused", WebACL: "odds"}

// subjects are what alarms are made of, by a name.
var subjects = sync.OnceValue(makeSubjects)

func makeSubjects() map[string]monitoring.Subject {
	canary := variant("canary", "ml.g5.12xlarge")
	canary.CanaryOf = "main"
	asynchronous := capacityOf("endpoint/odds/variant/main", autoscaling.VariantInstanceCount, season())
	asynchronous.Target.Asynchronous, asynchronous.Target.MinCapacity = true, 0
	return map[string]monitoring.Subject{
		"service": {EndpointName: "odds", LoadBalancer: balancer, Gateway: service("gateway"), Canary: service("canary"),
			Variants: []monitoring.Variant{variant("main", "ml.g5.12xlarge"), canary}},
		"function": {EndpointName: "odds", LoadBalancer: balancer, Gateway: function("gateway"), Canary: function("canary"),
			Variants: []monitoring.Variant{variant("main", "ml.c6i.2xlarge")}},
		"no front end": {EndpointName: "odds", Variants: []monitoring.Variant{variant("main", "ml.c6i.metal")}},
		"components": {EndpointName: "odds", LoadBalancer: balancer, Gateway: service("gateway"),
			Variants: []monitoring.Variant{{Name: "main"}},
			Components: []monitoring.Component{{Name: "odds", Capacity: capacityOf("inference-component/odds",
				autoscaling.InferenceComponentCopyCount, season())}, {Name: "lineups"}}},
		"asynchronous": {EndpointName: "odds", Asynchronous: true,
			Variants: []monitoring.Variant{{Name: "main", InstanceType: "ml.c6i.2xlarge", Capacity: asynchronous}}},
		"serverless": {EndpointName: "odds", Variants: []monitoring.Variant{{Name: "main", Serverless: true,
			Capacity: &monitoring.Capacity{Target: autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main",
				Dimension: autoscaling.VariantProvisionedConcurrency, MinCapacity: 1, MaxCapacity: 10}}}}},
		"pools": {EndpointName: "odds", LoadBalancer: balancer, Gateway: service("gateway"), Variants: []monitoring.Variant{
			{Name: "main", Pools: []string{"ml.g6.2xlarge", "ml.g5.2xlarge"}, Capacity: variant("main", "").Capacity}}},
	}
}

func settings() monitoring.Settings {
	return monitoring.Settings{LatencyObjective: 500 * time.Millisecond}
}

// invalid is what CloudWatch refuses of an alarm: a step policy of a scalable target judges
// its own.
func invalid(a autoscaling.Alarm) error {
	low := 0.0
	t := autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount,
		MinCapacity: 1, MaxCapacity: 10, StepPolicies: []autoscaling.StepScalingPolicy{{Name: "step", Alarm: a,
			AdjustmentType: autoscaling.ChangeInCapacity, Cooldown: time.Minute}}}
	step := autoscaling.Step{LowerBound: &low, Adjustment: 1}
	if a.Falls() {
		step = autoscaling.Step{UpperBound: &low, Adjustment: 1}
	}
	t.StepPolicies[0].Steps = []autoscaling.Step{step}
	return t.Validate().Err()
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for name, subject := range subjects() {
		alarms, order := subject.Alarms(settings()), kindOrder()
		seen := map[[2]string]bool{}
		for _, a := range alarms {
			made[a.Kind] = true
			at := name + " " + a.Kind + " " + a.Of
			if err := invalid(a.Alarm); err != nil {
				t.Errorf("%s: %v", at, err)
			}
			if key := [2]string{a.Kind, a.Of}; seen[key] {
				t.Errorf("%s: there are two", at)
			} else {
				seen[key] = true
			}
			i := slices.Index(order, a.Kind)
			if i < 0 {
				t.Fatalf("%s: no such kind", at)
			}
			kind := monitoring.Kinds()[i]
			if a.Severity != kind.Severity || a.MissingData != kind.MissingData || a.MissingDataReason == "" {
				t.Errorf("%s: got %s, %s, %q", at, a.Severity, a.MissingData, a.MissingDataReason)
			}
			if link := monitoring.DefaultRunbookURL + "#" + kind.Anchor(); !strings.HasSuffix(a.Description, " "+link) ||
				len(a.Description) > 1024 {
				t.Errorf("%s: got the description %q", at, a.Description)
			}
			if text := fmt.Sprintf("%d minutes of %d", a.DatapointsToAlarm, a.EvaluationPeriods); !strings.Contains(
				kind.Threshold, text) {
				t.Errorf("%s: the kind does not say that it takes %s", at, text)
			}
			// A filled series ends with minutes that have not been published yet.
			if math, ok := a.Metric.(autoscaling.MetricMath); ok && a.DatapointsToAlarm >= a.EvaluationPeriods {
				t.Errorf("%s: all of %d minutes have to breach, of %s", at, a.EvaluationPeriods, math)
			}
		}
	}
	for _, k := range monitoring.Kinds() {
		if made[k.Name] != (k.Elsewhere == "") {
			t.Errorf("%s: made is %v, elsewhere %q", k.Name, made[k.Name], k.Elsewhere)
		}
	}
}

func kindOrder() []string {
	var names []string
	for _, k := range monitoring.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

func TestOff(t *testing.T) {
	t.Parallel()
	set := settings()
	set.Off = []string{"cpuUsed", "errorRate"}
	all, fewer := subjects()["service"].Alarms(settings()), subjects()["service"].Alarms(set)
	want := slices.DeleteFunc(all, func(a monitoring.Alarm) bool { return slices.Contains(set.Off, a.Kind) })
	if len(fewer) != len(want) || len(all) == len(fewer) && len(want) == 0 {
		t.Errorf("got %d alarms, want %d", len(fewer), len(want))
	}
	for i := range fewer {
		if fewer[i].Kind != want[i].Kind || fewer[i].Of != want[i].Of {
			t.Errorf("got %s of %s, want %s of %s", fewer[i].Kind, fewer[i].Of, want[i].Kind, want[i].Of)
		}
	}
}
