package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// TestCanaryDefaults: what the canary does not say is the gateway's, as far as
// both have one form.
func TestCanaryDefaults(t *testing.T) {
	t.Parallel()
	onLambda := Frontend{Gateway: GatewayOnLambda, GatewayMemoryMB: 512}
	onFargate := Frontend{Gateway: GatewayOnFargate, Image: "a", TaskCPU: 2048, TaskMemoryMB: 8192}
	for _, test := range []struct {
		name       string
		beside     Frontend
		said, want Canary
	}{
		{"a function beside one", onLambda, Canary{WeightPercent: 5}, Canary{WeightPercent: 5, Gateway: GatewayOnLambda, GatewayMemoryMB: 512}},
		{"tasks beside a function", onLambda, Canary{Gateway: GatewayOnFargate}, Canary{Gateway: GatewayOnFargate, TaskCPU: 1024, TaskMemoryMB: 2048}},
		{"a function beside tasks", onFargate, Canary{Gateway: GatewayOnLambda}, Canary{Gateway: GatewayOnLambda, GatewayMemoryMB: 256}},
		{"another image", onFargate, Canary{Image: "b"}, Canary{Gateway: GatewayOnFargate, Image: "b", TaskCPU: 2048, TaskMemoryMB: 8192}},
		{"other tasks", onFargate, Canary{TaskCPU: 512}, Canary{Gateway: GatewayOnFargate, Image: "a", TaskCPU: 512, TaskMemoryMB: 1024}},
	} {
		if diff := cmp.Diff(&test.want, test.said.withDefaults(test.beside)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

// TestCanaryCapacity: the gateway is sized for everything, so that it can take it
// back at once, and the canary for its share, in either form.
func TestCanaryCapacity(t *testing.T) {
	t.Parallel()
	load := func(gateway, canary string) Environment {
		file := strings.Replace(environment(t), "maxCapacity: 12\n", "maxCapacity: 40\n", 1) +
			"  gateway: " + gateway + "\n  maxRequestBytes: 1000000\n  canary: " + canary + `
  capacity: {requestLatency: 200ms, requestsPerSecondPerTask: 100, provisionedConcurrency: true}
events:
  - {name: final, timezone: UTC, starts: 2027-05-29T20:00, ends: 2027-05-29T22:00, peakRequestsPerSecond: 2000}
`
		loaded, err := Load(folder(t, map[string]string{"a.yaml": file}), "a")
		if err != nil {
			t.Fatal(err)
		}
		return loaded[0]
	}
	type sizes struct{ Floor, Most int }
	// 2000 a second are 2000 ÷ (100 × 0.7) tasks, or 2000 × 0.2 ÷ 0.7
	// environments; 40 instances serve 4000.
	tasks, environments := sizes{29, 58}, sizes{572, 572}
	size := func(e Environment) sizes {
		if target, ok := e.GatewayTarget(); ok {
			calendar, _ := e.GatewayTasks()
			return sizes{calendar.HighestFloor(), target.MaxCapacity}
		}
		calendar, _ := e.GatewayEnvironments()
		return sizes{calendar.HighestFloor(), frontend.FunctionTarget(calendar, 0).MaxCapacity}
	}
	for _, test := range []struct {
		gateway, canary string
		own, want       sizes
	}{
		{"lambda", "{weightPercent: 0, gateway: fargate}", environments, sizes{2, 58}},
		{"lambda", "{weightPercent: 25, gateway: fargate}", environments, sizes{8, 58}},
		{"lambda", "{weightPercent: 100, gateway: fargate}", environments, tasks},
		{"fargate", "{weightPercent: 25, gateway: lambda}", tasks, sizes{143, 143}},
	} {
		e := load(test.gateway, test.canary)
		canary, ok := e.Canary()
		if !ok {
			t.Fatal("there is no canary")
		}
		if diff := cmp.Diff([]sizes{test.own, test.want}, []sizes{size(e), size(canary)}); diff != "" {
			t.Errorf("%s beside %s (-want +got)\n%s", test.canary, test.gateway, diff)
		}
	}
}

// TestOfferedLoadBesideACanary: a policy on the offered load needs all of it.
func TestOfferedLoadBesideACanary(t *testing.T) {
	t.Parallel()
	for canary, want := range map[string]bool{"{weightPercent: 10}": true, "{weightPercent: 10, gateway: lambda}": false} {
		file := environment(t) + "  gateway: fargate\n  maxRequestBytes: 1000000\n  canary: " + canary +
			"\n  capacity: {requestLatency: 200ms, requestsPerSecondPerTask: 100}\n"
		loaded, err := Load(folder(t, map[string]string{"a.yaml": file}), "a")
		if err != nil {
			t.Fatal(err)
		}
		if got := loaded[0].Scaling.OfferedLoad; got == nil || *got != want {
			t.Errorf("%s: got %v, want %v", canary, got, want)
		}
	}
}
