package cloudformation_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

var update = flag.Bool("update", false, "rewrite the expected errors in testdata")

// one is the only thing that scales in a template without a problem.
func one(t *testing.T, file string, o cloudformation.Options) cloudformation.Scaled {
	t.Helper()
	r, err := cloudformation.ReadFile(file, o)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Scaled) != 1 || r.Scaled[0].Incomplete {
		t.Fatalf("got %d that scale, %+v", len(r.Scaled), r.Scaled)
	}
	return r.Scaled[0]
}

func TestVariant(t *testing.T) {
	t.Parallel()
	tracking := autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200)
	tracking.ScaleInCooldown = 10 * time.Minute
	evening, night := 6, 4
	want := cloudformation.Scaled{
		Source: cloudformation.Source{File: "testdata/variant.yaml", Account: "123456789012", Region: "eu-west-1"},
		Line:   41, Column: 3, LogicalID: "Target",
		Places: map[string]document.Position{"Target.Policies[0]": {Line: 61, Column: 3}, "Target.ScheduledActions[0]": {Line: 53, Column: 11}, "Target.ScheduledActions[1]": {Line: 57, Column: 11}},
		Subject: lint.Subject{
			Name: "Target", Account: "123456789012", Region: "eu-west-1",
			Target: autoscaling.ScalableTarget{
				ResourceID: "endpoint/odds-live/variant/main", Dimension: autoscaling.VariantInstanceCount,
				MinCapacity: 4, MaxCapacity: 24, RoleARN: "arn:aws:iam::123456789012:role/scaling",
				Policies: []autoscaling.TargetTrackingPolicy{tracking},
				ScheduledActions: []autoscaling.ScheduledAction{
					{Name: "evening", Schedule: "cron(30 17 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &evening},
					{Name: "2300", Schedule: "cron(0 23 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &night},
				},
			},
			Variant: &autoscaling.Variant{
				EndpointName:         "odds-live",
				Name:                 "main",
				InstanceType:         "ml.c6i.2xlarge",
				InitialInstanceCount: 4,
			},
			Hosting: autoscaling.Hosting{Known: true, InstanceType: "ml.c6i.2xlarge"},
			Around:  lint.Surroundings{Template: "testdata/variant.yaml", Endpoint: "Endpoint"},
			Facts:   autoscaling.Facts{StartTime: 6 * time.Minute, RequestsPerSecondPerInstance: 100},
		},
	}
	got := one(t, "testdata/variant.yaml", cloudformation.Options{Account: "123456789012", Region: "eu-west-1"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	t.Run("with other parameters", func(t *testing.T) {
		t.Parallel()
		got := one(
			t,
			"testdata/variant.yaml",
			cloudformation.Options{Parameters: map[string]string{"Stage": "trial", "Floor": "3"}},
		).Subject
		policy := got.Target.Policies[0]
		if got.Target.ResourceID != "endpoint/odds-trial/variant/main" || got.Target.MaxCapacity != 4 || got.Variant.InstanceType != "ml.c6i.large" ||
			*got.Target.ScheduledActions[0].MinCapacity != 3 || policy.TargetValue != 6000 ||
			policy.ScaleOutCooldown != 0 ||
			got.Target.RoleARN != "arn:aws:iam::${AWS::AccountId}:role/scaling" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestComponent(t *testing.T) {
	t.Parallel()
	zero := 0.0
	host := autoscaling.Variant{
		EndpointName:           "Endpoint",
		Name:                   "pool",
		InstanceType:           "ml.g6.2xlarge",
		InitialInstanceCount:   1,
		ManagedInstanceScaling: true,
		MaxInstanceCount:       8,
	}
	want := cloudformation.Scaled{
		Source: cloudformation.Source{File: "testdata/component.yaml"},
		Line:   29, Column: 3, Places: map[string]document.Position{"Target.StepPolicies[0]": {Line: 40, Column: 3}}, LogicalID: "Target", InitialCopyCount: 1,
		Subject: lint.Subject{Name: "Target", Around: lint.Surroundings{
			Template: "testdata/component.yaml", Endpoint: "Component",
		}, Hosting: autoscaling.Hosting{
			Known: true, InstanceType: "ml.g6.2xlarge", MaxInstances: 8,
		}, Target: autoscaling.ScalableTarget{
			ResourceID: "inference-component/chat", Dimension: autoscaling.InferenceComponentCopyCount, MaxCapacity: 8,
			StepPolicies: []autoscaling.StepScalingPolicy{{
				Name: "wake-up", AdjustmentType: autoscaling.ChangeInCapacity, Cooldown: time.Minute, Aggregation: autoscaling.AggregateMaximum,
				Steps: []autoscaling.Step{{LowerBound: &zero, Adjustment: 1}},
				Alarm: autoscaling.Alarm{
					Metric: autoscaling.Metric{
						Namespace:  "AWS/SageMaker",
						Name:       "NoCapacityInvocationFailures",
						Statistic:  autoscaling.Maximum,
						Dimensions: map[string]string{"InferenceComponentName": "chat"},
					},
					Period: 30 * time.Second, EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 1,
					Comparison: autoscaling.AtLeast, MissingData: autoscaling.MissingIsMissing,
				},
			}},
		}},
	}
	got := one(t, "testdata/component.yaml", cloudformation.Options{})
	if diff := cmp.Diff(&host, got.Subject.Host); diff != "" {
		t.Errorf("the variant with the instances (-want +got)\n%s", diff)
	}
	got.Subject.Host, got.Subject.Copy = nil, lint.Copy{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// good are the templates in testdata without a mistake.
var good = []string{"variant.yaml", "component.yaml"}

func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.[jy]*[nl]")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata: ", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == good[0] || name == good[1] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := cloudformation.Read(name, data, cloudformation.Options{})
			if err == nil {
				err = r.Err()
			}
			if err == nil {
				t.Fatal("nothing is said")
			}
			got, golden := err.Error()+"\n", strings.TrimSuffix(file, filepath.Ext(file))+filepath.Ext(file)+".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
