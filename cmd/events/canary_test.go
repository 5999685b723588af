package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestCanaryIsShown: its floors stand beside the gateway's, for its share, and a
// deployment would overwrite them too.
func TestCanaryIsShown(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../config/testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse("canary.yaml", "canary", []byte(string(text)+`  gateway: fargate
  maxRequestBytes: 1000000
  capacity: {requestLatency: 100ms, requestsPerSecondPerTask: 100, provisionedConcurrency: true}
  canary: {weightPercent: 50, gateway: lambda}
events:
  - {name: final, timezone: UTC, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00, peakRequestsPerSecond: 700}
`))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	now := time.Date(2027, 5, 29, 12, 0, 0, 0, time.UTC)
	showFrontEnd(&out, e, now, now.Add(24*time.Hour))
	// 700 ÷ (100 × 0.7) tasks, and half of 700 × 0.1 ÷ 0.7 environments.
	gateway, canary, both := strings.Cut(out.String(), e.Name+", canary, environments of its function: 0 to 50\n")
	if !both || !strings.Contains(gateway, e.Name+", gateway, tasks: ") || !strings.Contains(gateway, "  10 from ") ||
		!strings.Contains(canary, "  50 from ") {
		t.Errorf("got %s", out.String())
	}
	if n := len(calendars(e)); n != 3 {
		t.Errorf("got %d calendars, want those of the variant, the gateway and the canary", n)
	}
}
