package autoscaling_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

var updateGolden = flag.Bool("update", false, "rewrite testdata/cloudformation")

// kinds is one target for each kind of policy and each kind of target; the file
// testdata/cloudformation/NAME.json shows its CloudFormation.
func kinds() map[string]autoscaling.ScalableTarget {
	onVariant := func(policies ...autoscaling.TargetTrackingPolicy) autoscaling.ScalableTarget {
		return autoscaling.ScalableTarget{
			ResourceID: variant.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 40, Policies: policies,
		}
	}
	onComponent := func(policies ...autoscaling.TargetTrackingPolicy) autoscaling.ScalableTarget {
		return autoscaling.ScalableTarget{
			ResourceID: autoscaling.InferenceComponentResourceID("odds-a"), Dimension: autoscaling.InferenceComponentCopyCount,
			MaxCapacity: 8, Policies: policies,
		}
	}
	steps := func(t autoscaling.ScalableTarget, policies ...autoscaling.StepScalingPolicy) autoscaling.ScalableTarget {
		t.StepPolicies = policies
		return t
	}
	asynchronous := onVariant(autoscaling.BacklogPolicy("odds", 5))
	asynchronous.MinCapacity, asynchronous.Asynchronous = 0, true

	suspended := onVariant(autoscaling.ConcurrencyPolicy(6))
	suspended.SuspendedState = &autoscaling.SuspendedState{ScaleIn: true}

	scheduled := onVariant()
	scheduled.ScheduledActions = []autoscaling.ScheduledAction{
		{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: ptr(4)},
		{Name: "final", Schedule: "at(2027-05-29T18:00:00)", Timezone: "America/New_York", MinCapacity: ptr(10), MaxCapacity: ptr(40)},
		{Name: "hourly", Schedule: "rate(1 hour)", Timezone: "UTC", MinCapacity: ptr(2)},
	}

	scaleIn := autoscaling.StepScalingPolicy{
		Name: "quiet", AdjustmentType: autoscaling.ExactCapacity, Cooldown: 10 * time.Minute,
		Steps: []autoscaling.Step{{UpperBound: ptr(-200.0), Adjustment: 2}, {LowerBound: ptr(-200.0), UpperBound: ptr(0.0), Adjustment: 3}},
		Alarm: autoscaling.Alarm{
			Metric: autoscaling.Metric{Namespace: "AWS/SageMaker", Name: "ModelLatency", Statistic: "p99.9", Unit: "Microseconds",
				Dimensions: []autoscaling.MetricDimension{{Name: "EndpointName", Value: "odds"}, {Name: "VariantName", Value: "main"}}},
			Period: 5 * time.Minute, Comparison: autoscaling.AtMost, Threshold: 500, EvaluationPeriods: 6, MissingData: autoscaling.MissingIsIgnored,
		},
	}
	return map[string]autoscaling.ScalableTarget{
		"invocations-and-concurrency": onVariant(
			autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200), autoscaling.ConcurrencyPolicy(6)),
		"utilization": onVariant(
			autoscaling.Tracking("cpu", autoscaling.CPUUtilization(variant), 240), autoscaling.Tracking("gpu", autoscaling.GPUUtilization(variant), 70),
			autoscaling.Tracking("memory", autoscaling.MemoryUtilization(variant), 80), autoscaling.Tracking("gpu-memory", autoscaling.GPUMemoryUtilization(variant), 80)),
		"custom-metric": onVariant(autoscaling.Tracking("players", autoscaling.Metric{
			Namespace: "Odds", Name: "PlayersPerInstance", Statistic: autoscaling.Maximum, Unit: "Count"}, 1000)),
		"metric-math":                onVariant(autoscaling.Tracking("pools", pools(), 0.7)),
		"emergency":                  steps(onVariant(), autoscaling.EmergencyPolicy(variant, 8)),
		"offered-load":               steps(onVariant(), autoscaling.OfferedLoadPolicy("odds")),
		"step-scale-in":              steps(onVariant(), scaleIn),
		"inference-component":        onComponent(autoscaling.Tracking("invocations", autoscaling.ComponentInvocationsPerCopy, 600), autoscaling.Tracking("concurrency", autoscaling.ComponentConcurrentRequestsHighResolution, 4)),
		"inference-component-wakeup": steps(onComponent(), autoscaling.WakeUpPolicy("odds-a", 2)),
		"asynchronous":               steps(asynchronous, autoscaling.AsynchronousWakeUpPolicy("odds", 1)),
		"provisioned-concurrency": {
			ResourceID: variant.ResourceID(), Dimension: autoscaling.VariantProvisionedConcurrency, MinCapacity: 1, MaxCapacity: 20,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("utilization", autoscaling.VariantProvisionedConcurrencyUtilization, 0.7)},
		},
		"suspended":         suspended,
		"scheduled-actions": scheduled,
		"component-scaling": autoscaling.ComponentScaling{
			MaxCapacity: 8, RequestsPerSecondPerCopy: 20, ConcurrencyPerCopy: 6, ScaleOutCooldown: ptr(time.Minute), WakeUpCopies: 2,
			Events: []autoscaling.Event{{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 80}},
		}.Target("odds-a"),
		"asynchronous-scaling": autoscaling.AsynchronousScaling{
			MaxCapacity: 4, BacklogPerInstance: 5, ScaleInCooldown: ptr(10 * time.Minute),
			ScheduledActions: []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 1 ? * * *)", Timezone: "UTC", MinCapacity: ptr(1)}},
		}.Target(variant),
		"provisioned-concurrency-scaling": autoscaling.ProvisionedConcurrencyScaling{MinCapacity: 1, MaxCapacity: 20, TargetUtilization: 0.6}.Target(variant),
	}
}

// pools is the load of two instance types, weighted, one of which may have no
// instance.
func pools() autoscaling.MetricMath {
	concurrency := func(id, instanceType string) autoscaling.MetricQuery {
		return autoscaling.MetricQuery{ID: id, Metric: &autoscaling.Metric{
			Namespace: "AWS/SageMaker", Name: "ConcurrentRequestsPerModel", Statistic: autoscaling.Average,
			Dimensions: []autoscaling.MetricDimension{
				{Name: "EndpointName", Value: "odds"}, {Name: "VariantName", Value: "main"}, {Name: "InstanceType", Value: instanceType}},
		}}
	}
	return autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
		concurrency("large", "ml.g6.12xlarge"), concurrency("small", "ml.g6.xlarge"),
		{ID: "load", Expression: "(FILL(large, 0) / 32 + FILL(small, 0) / 8) / 2", Label: "Load", ReturnData: true},
	}}
}

// resources is all that a target renders, as a template has it.
func resources(t autoscaling.ScalableTarget) map[string]any {
	resource := func(kind string, properties map[string]any) map[string]any {
		return map[string]any{"Type": kind, "Properties": properties}
	}
	ref := func(id string) any { return map[string]any{"Ref": id} }
	out := map[string]any{"Target": resource("AWS::ApplicationAutoScaling::ScalableTarget", t.CloudFormation())}
	for i, p := range t.Policies {
		out["Policy"+string(rune('A'+i))] = resource("AWS::ApplicationAutoScaling::ScalingPolicy", p.CloudFormation(ref("Target")))
	}
	for i, p := range t.StepPolicies {
		id := "Step" + string(rune('A'+i))
		out[id] = resource("AWS::ApplicationAutoScaling::ScalingPolicy", p.CloudFormation(ref("Target")))
		out[id+"Alarm"] = resource("AWS::CloudWatch::Alarm", p.Alarm.CloudFormation(ref(id)))
	}
	return map[string]any{"Resources": out}
}

func TestCloudFormation(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "cloudformation")
	for name, target := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if ps := target.Validate(); ps != nil {
				t.Error(ps)
			}
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(resources(target)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name+".json")
			if *updateGolden {
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != len(kinds()) && !*updateGolden {
		t.Errorf("%d files for %d kinds (%v)", len(files), len(kinds()), err)
	}
}
