package localaws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReplacement changes what CloudFormation cannot change in place: the new
// resource is made before the old one is deleted (fact I7).
func TestReplacement(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "eu-north-1")
	before := r.stock()
	template := text(t, "testdata/replace.yaml")
	must(t, r.create("replace", template))

	moved := replaced(t, template, "10.30.1.0/24", "10.30.3.0/24")
	for reason, worse := range map[string]string{
		// A subnet moves to a range that another leaves.
		"conflicts with another subnet": replaced(t, moved, "10.30.0.0/24", "10.30.1.0/24"),
		"A listener with the specified port already exists": strings.ReplaceAll(
			replaced(t, template, "  Http:\n", "  Redirect:\n"), "!Ref Http", "!Ref Redirect"),
		// The new load balancer cannot have the target group of the old one (fact I3).
		"cannot be associated with more than one load balancer": replaced(t, template, "internal", "internet-facing"),
	} {
		r.rollsBack("replace", worse, reason)
	}

	was := r.snapshot()
	spare, vpc := r.stack("replace").Outputs["Spare"], r.stack("replace").Outputs["Vpc"]
	template = replaced(t, template, "10.30.2.0/24", "10.30.4.0/24")
	template = replaced(t, template, "Scheme: internal", "Scheme: internet-facing")
	template = replaced(t, template, "  Targets:\n", "  NewTargets:\n")
	template = replaced(t, template, "!Ref Targets", "!Ref NewTargets")
	must(t, r.update("replace", template))
	is := r.snapshot()
	if len(is.LoadBalancers) != 1 || len(is.TargetGroups) != 1 {
		t.Fatalf("got %+v, want one load balancer and target group", is)
	}
	old, balancer := was.LoadBalancers[0], is.LoadBalancers[0]
	if balancer.ARN == old.ARN || balancer.Scheme != "internet-facing" || len(balancer.Listeners) != 1 ||
		is.TargetGroups[0].ARN == was.TargetGroups[0].ARN {
		t.Errorf("was %+v, is %+v, want another load balancer and target group", was, is)
	}
	out := r.stack("replace").Outputs
	if subnets := r.inventory()["ec2 DescribeSubnets"]; out["Spare"] == spare || out["Vpc"] != vpc ||
		strings.Contains(subnets, spare) || !strings.Contains(subnets, "10.30.4.0/24") {
		t.Errorf("the subnet was %s, the outputs are %v, the subnets\n%s", spare, out, subnets)
	}

	must(t, r.delete("replace"))
	if diff := cmp.Diff(before, r.stock()); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}
