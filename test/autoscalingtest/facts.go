package autoscalingtest

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// EveryFact has all facts.
func EveryFact() autoscaling.Facts {
	return autoscaling.Facts{
		Production: true, Zones: 3, StartTime: 6 * time.Minute, ServiceTime: 50 * time.Millisecond,
		RequestsPerSecondPerInstance: 400, ConcurrencyPerInstance: 20, PeakRequestsPerSecond: 6000.5,
		Events:          []autoscaling.EventFacts{{Name: "final", Floor: 38, LeadTime: 27 * time.Minute}},
		LoweredMaximums: []string{"night"},
		Frontend: &autoscaling.FrontendFacts{
			Kind: autoscaling.LambdaFrontend, PeakRequestsPerSecond: 9000, PayloadBytes: 1_000_000, AccountConcurrency: 5000,
			ReservedConcurrency: 2000, ProvisionedConcurrency: 200,
		},
	}
}
