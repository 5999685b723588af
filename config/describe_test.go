package config

import (
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]Key{
		"account":                           {"account is the AWS account", "string"},
		"network.newVpc.availabilityZones":  {"availabilityZones are named here", "array"},
		"scaling.minCapacity":               {"minCapacity is the lowest", "integer"},
		"events.peakRequestsPerSecond":      {"peakRequestsPerSecond is the highest", "number"},
		"frontend":                          {"frontend is the load balancer", "object"},
		"scaling.policies.step.steps.addd":  {},
		"account.digits":                    {},
		"frontend.server.priorityShares.no": {},
	} {
		got, known := Describe(path)
		if known != (want.Type != "") || got.Type != want.Type || !strings.HasPrefix(got.Description, want.Description) {
			t.Errorf("%s: got %v and %v, want %v", path, got, known, want)
		}
	}
}
