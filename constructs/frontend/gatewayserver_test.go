package frontend_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// TestServerSettings: the settings become environment variables, and the
// deregistration delay exceeds the longest stream.
func TestServerSettings(t *testing.T) {
	none := 0
	_, got := newService(t, func(p *frontend.GatewayServiceProps) {
		p.Server = settings.Server{StreamTimeout: 5 * time.Minute, QueueSize: &none, FallbackBody: "{}", MaxConcurrency: 2}
	})
	container := got.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0].(map[string]any)
	environment := fmt.Sprint(container["Environment"])
	for _, want := range []string{"STREAM_TIMEOUT Value:5m0s", "QUEUE_SIZE Value:0", "FALLBACK_BODY Value:{}", "MAX_CONCURRENCY Value:2", "MIN_CONCURRENCY Value:2", "REQUEST_TIMEOUT Value:1m10s"} {
		if !strings.Contains(environment, want) {
			t.Errorf("got %s, want %s within", environment, want)
		}
	}
	if container["StopTimeout"] != 80.0 {
		t.Errorf("got a stop time-out of %v: streams have ended by then", container["StopTimeout"])
	}
	if attributes := fmt.Sprint(got.One(t, targetGroup).Properties["TargetGroupAttributes"]); !strings.Contains(attributes, "deregistration_delay.timeout_seconds Value:310") {
		t.Errorf("got %s", attributes)
	}
	err := frontend.GatewayServiceProps{Server: settings.Server{MaxConcurrency: -1}}.Validate()
	if want := "Server.MaxConcurrency: got -1: "; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q within", err, want)
	}
}
