// Package offered_test holds the gateway's metrics to the scaling policy that
// watches them: neither room may import the other.
package offered_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
)

func TestThePolicyWatchesWhatTheGatewayPublishes(t *testing.T) {
	t.Parallel()
	published := map[string]any{
		"namespace": gateway.MetricNamespace, "dimension": gateway.MetricEndpointDimension, "period": gateway.MetricPeriod,
		"arrived": gateway.MetricArrived, "shed": gateway.MetricShed, "queued": gateway.MetricQueued,
	}
	watched := map[string]any{
		"namespace": autoscaling.GatewayNamespace, "dimension": autoscaling.EndpointNameDimension, "period": autoscaling.GatewayPeriod,
		"arrived": autoscaling.GatewayArrivedRequests, "shed": autoscaling.GatewayShedRequests, "queued": autoscaling.GatewayQueuedRequests,
	}
	if diff := cmp.Diff(published, watched); diff != "" {
		t.Error(diff)
	}
}
