package checks

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestDemand is what the files of the repository need, by hand.
func TestDemand(t *testing.T) {
	loaded, err := config.Load("../../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	prod := loaded[0].WithDefaults()
	all := fleets(prod)
	if len(all) != 1 || all[0].types[0] != "ml.c6i.2xlarge" || all[0].max != 70 || all[0].least != 45 {
		t.Errorf("got %+v, want 70 of ml.c6i.2xlarge, and a floor of 45", all)
	}
	rolling := &autoscaling.Update{Rolling: &autoscaling.Rolling{Batch: autoscaling.FleetShare{Percent: 10}}}
	if d := instanceDemand(all[0], nil); d.most != 70 || d.whileUpdated != 140 || d.holds(60) != 30 {
		t.Errorf("all at once: got %d, %d, and 60 hold %d", d.most, d.whileUpdated, d.holds(60))
	}
	if d := instanceDemand(all[0], rolling); d.whileUpdated != 77 {
		t.Errorf("rolling: got %d, want 77", d.whileUpdated)
	}
	target, _ := prod.GatewayTarget()
	if d := taskDemand(prod); d.most != target.MaxCapacity || d.whileUpdated != 2*d.most {
		t.Errorf("tasks of one vCPU: got %+v, want %d and twice as many", d, target.MaxCapacity)
	}
	if n := concurrencyDemand(prod); n != 700 { // 70 × 200 a second × 50 ms
		t.Errorf("concurrency: got %d, want 700", n)
	}
	prod.Frontend.Capacity = &config.FrontendCapacity{RequestLatency: 50 * time.Millisecond, ReservedConcurrency: 900}
	if n := concurrencyDemand(prod); n != 1000 {
		t.Errorf("reserved concurrency: got %d, want 900 and the 100 that Lambda keeps", n)
	}
	prod.ShadowVariant = &config.ShadowVariant{InstanceType: "ml.c6i.2xlarge", InitialInstanceCount: 3}
	if all := fleets(prod); len(all) != 1 || all[0].max != 73 {
		t.Errorf("with a shadow of the same type: got %+v, want 73 together", all)
	}
}

// TestQuotasAreOnThePage: docs/deploying.md names each quota that the checks judge.
func TestQuotasAreOnThePage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/deploying.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fmt.Sprintf(endpointUsage, "ml.c6i.2xlarge"), fargateVCPU, concurrentRequests,
		reservedUnits + " (LCU) " + perRegion} {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/deploying.md does not name the quota %q", name)
		}
	}
}
