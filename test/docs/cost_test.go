package docs_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTheQuietDayIsReal runs the command of docs/cost.md; what the page shows of the event
// stands in docs/rehearsal.md.
func TestTheQuietDayIsReal(t *testing.T) {
	t.Parallel()
	whatIsShownIsPrinted(t, "cost.md", "go run ./cmd/rehearse run ")
	_, event, _ := strings.Cut(read(t, filepath.Join(root, "docs", "cost.md")), "\n## An event\n")
	_, event, _ = strings.Cut(event, "```text\n")
	event, _, found := strings.Cut(event, "\n```")
	if !found {
		t.Fatal("docs/cost.md shows no event")
	}
	evening := read(t, filepath.Join(root, "docs", "rehearsal.md"))
	for _, line := range strings.Split(event, "\n") {
		if !strings.Contains(evening, line+"\n") {
			t.Errorf("docs/cost.md shows %q, and docs/rehearsal.md does not", line)
		}
	}
}

// TestWhatIsPaidForIsProds: docs/cost.md counts what prod's templates have.
func TestWhatIsPaidForIsProds(t *testing.T) {
	t.Parallel()
	var endpoints, zones, nats int
	var want []string
	for _, stack := range []string{"network", "inference", "frontend"} {
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties struct {
					MinCapacity, MaxCapacity float64
					ServiceNamespace         string
					VpcEndpointType          string
					SubnetIds                []any
					Cpu, Memory              string
					Rules                    []any
				}
			}
		}
		text := read(t, filepath.Join(root, "test", "snapshots", "prod", stack+".json"))
		if err := json.Unmarshal([]byte(text), &template); err != nil {
			t.Fatal(err)
		}
		for _, r := range template.Resources {
			p := r.Properties
			switch r.Type {
			case "AWS::ApplicationAutoScaling::ScalableTarget":
				unit := map[string]string{"sagemaker": "instances", "ecs": "tasks"}[p.ServiceNamespace]
				want = append(want, fmt.Sprintf("| %g %s of ", p.MinCapacity, unit), fmt.Sprintf("%g %s at most |", p.MaxCapacity, unit))
			case "AWS::EC2::NatGateway":
				nats++
			case "AWS::EC2::VPCEndpoint":
				if p.VpcEndpointType == "Interface" {
					endpoints, zones = endpoints+1, len(p.SubnetIds)
				}
			case "AWS::ECS::TaskDefinition":
				var cpu, memory int
				if _, err := fmt.Sscan(p.Cpu+" "+p.Memory, &cpu, &memory); err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprintf("tasks of %d vCPU and %d GB", cpu/1024, memory/1024))
			case "AWS::WAFv2::WebACL":
				want = append(want, fmt.Sprintf("1 web ACL with %d rules", len(p.Rules)))
			}
		}
	}
	want = append(want, fmt.Sprintf("%d endpoints in %d zones", endpoints, zones))
	slices.Sort(want)
	page := read(t, filepath.Join(root, "docs", "cost.md"))
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("prod's templates have what docs/cost.md does not say: %q", text)
		}
	}
	if len(want) != 7 || nats != 0 {
		t.Errorf("got %q, and %d NAT gateways, of which the page has none", want, nats)
	}
}
