package monitoring_test

import (
	"encoding/json"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

func TestDraft(t *testing.T) {
	stack := template.NewStack(t)
	endpoint := inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
		EndpointName: "odds", Variants: map[string]string{"main": "ml.g5.2xlarge"},
	})
	scaled := scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: autoscaling.ScalableTarget{
		ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 10,
	}})
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: scaled}},
		Settings: settings.Settings{LogRetentionDays: 30, Emails: []string{"on-call@example.com"}},
	})
	got := template.Of(t, stack)
	data, _ := json.MarshalIndent(got, "", " ")
	t.Log(string(data))
}
