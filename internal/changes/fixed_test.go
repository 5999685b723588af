package changes

import (
	"fmt"
	"strings"
	"testing"
)

// TestSubnetsStay: a subnet that may be replaced has a range that its successor
// overlaps with, which no name can be changed for.
func TestSubnetsStay(t *testing.T) {
	t.Parallel()
	const range4 = `"VpcId": "v", "CidrBlock": "10.0.0.0/20"`
	sides := [][]Stack{}
	for _, properties := range []string{range4, range4 + `, "Ipv6CidrBlock": "2001:db8::/64"`} {
		sides = append(sides, stacks(t, map[string]string{"network": resource("A", "AWS::EC2::Subnet", properties)}, nil))
	}
	got := Compare(sides[0], sides[1])
	if len(got) != 1 || got[0].Verdict != Refused || !strings.Contains(got[0].Source, "schema") ||
		!strings.Contains(got[0].Source, "fact I7") || !strings.Contains(got[0].Way, "second environment") {
		t.Errorf("got %+v", got)
	}
}

// TestAnotherListener: a rule moves to the listener of another load balancer that
// stands, and its target group cannot.
func TestAnotherListener(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/"
	rule := func(listener string) []Stack {
		properties := fmt.Sprintf(`"ListenerArn": %q, "Actions": [{"TargetGroupArn": {"Ref": "Group"}}]`, arn+listener)
		made := resource("Rule", "AWS::ElasticLoadBalancingV2::ListenerRule", properties)
		return stacks(t, map[string]string{"frontend": group + "," + made}, nil)
	}
	for listener, want := range map[string]Verdict{
		"shared/0123/aaaa": InPlace, // nothing
		"shared/0123/bbbb": InPlace, // another port of the same load balancer
		"other/4567/cccc":  Refused,
	} {
		got := Compare(rule("shared/0123/aaaa"), rule(listener))
		if Worst(got) != want || want == Refused && !strings.Contains(got[0].Source, "fact I3") {
			t.Errorf("%s: got %+v, want %s", listener, got, want)
		}
	}
}

// TestReasonNamesWhatIsFixed: of the properties that change the reason names those
// that cannot change in place.
func TestReasonNamesWhatIsFixed(t *testing.T) {
	t.Parallel()
	sides := [][]Stack{}
	for _, properties := range []string{
		`"Scheme": "internal", "Subnets": ["a"]`, `"Scheme": "internet-facing", "Subnets": ["b"]`,
	} {
		one := resource("B", "AWS::ElasticLoadBalancingV2::LoadBalancer", properties)
		sides = append(sides, stacks(t, map[string]string{"frontend": one}, nil))
	}
	got := Compare(sides[0], sides[1])
	if len(got) != 1 || !strings.HasPrefix(got[0].Reason, "Scheme cannot change in place") || len(got[0].Properties) != 2 {
		t.Errorf("got %+v", got)
	}
}
