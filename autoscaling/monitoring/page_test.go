package monitoring_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

const page = "../../docs/monitoring.md"

// kindsTable is the table of docs/monitoring.md.
func kindsTable() string {
	var out strings.Builder
	out.WriteString("| kind | says that | severity | by default | without a value |\n|---|---|---|---|---|\n")
	for _, k := range monitoring.Kinds() {
		missing := "no breach"
		if k.MissingData == autoscaling.MissingBreaches {
			missing = "breach"
		}
		name := "`" + k.Name + "`"
		if k.Elsewhere != "" {
			name += ", made by " + k.Elsewhere
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s. %s |\n", name, k.Meaning, k.Severity, k.Threshold, missing,
			k.MissingDataReason)
	}
	return out.String()
}

// production is what prod.yaml has: a service in front of one variant, events, and a
// latency objective.
func production() (monitoring.Subject, monitoring.Settings) {
	c := events.Calendar{MinCapacity: 6, MaxCapacity: 40, RequestsPerSecondPerInstance: 400, SafetyFactor: 0.6, Zones: 3,
		StartTime: 6 * time.Minute, Events: []events.Event{
			{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00",
				PeakRequestsPerSecond: 6000},
			{Name: "evening", Timezone: "Europe/London", Starts: "18:00", Ends: "23:00", From: "2027-01-01", Until: "2027-06-30",
				Weekdays: []string{"MON", "TUE", "WED", "THU", "FRI"}, PeakRequestsPerSecond: 2400}}}
	gateway := service("gateway")
	gateway.Calendar = frontend.ServiceTasks(1500, 3).Calendar(c)
	gateway.MaxTasks = gateway.Calendar.HighestFloor()
	return monitoring.Subject{EndpointName: "predictions-prod", LoadBalancer: balancer, Gateway: gateway,
		Variants: []monitoring.Variant{{Name: "main", InstanceType: "ml.c6i.2xlarge",
			Capacity: capacityOf("endpoint/predictions-prod/variant/main", autoscaling.VariantInstanceCount, c)}},
	}, settings()
}

// costTable is what docs/monitoring.md says that production's monitoring costs.
func costTable() string {
	s, set := production()
	alarms := s.Alarms(set)
	p := monitoring.USEast1
	// The queue of refused reservations has an alarm of its own.
	b := s.Cost(p, alarms, 2, 1, 1)
	rows := [][3]string{
		{"alarms", fmt.Sprintf("%d, which retrieve %d metrics at $%.2f", b.Alarms, b.Metrics, p.AlarmMetric),
			fmt.Sprintf("%.2f", b.AlarmsUSD)},
		{"composite alarms", fmt.Sprintf("%d at $%.2f", b.Composites, p.CompositeAlarm),
			fmt.Sprintf("%.2f", float64(b.Composites)*p.CompositeAlarm)},
		{"the gateway's metrics", fmt.Sprintf("%d at $%.2f", b.CustomMetrics, p.CustomMetric),
			fmt.Sprintf("%.2f", b.CustomMetricsUSD)},
		{"dashboard", fmt.Sprintf("%d", b.Dashboards), fmt.Sprintf("%.2f", p.Dashboard)},
		{"the topic's key", fmt.Sprintf("%d", b.Keys), fmt.Sprintf("%.2f", p.Key)},
		{"**together**", "", fmt.Sprintf("**%.2f**", b.Total)},
	}
	var out strings.Builder
	out.WriteString("| | | $ a month |\n|---|---|---|\n")
	for _, row := range rows {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", row[0], row[1], row[2])
	}
	return out.String()
}

var update = flag.Bool("update", false, "renew the tables of docs/monitoring.md")

func TestPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for _, table := range []string{kindsTable(), costTable()} {
		head, _, _ := strings.Cut(table, "\n")
		before, rest, found := strings.Cut(want, "\n\n"+head+"\n")
		_, after, ends := strings.Cut(rest, "\n\n")
		if !found || !ends {
			t.Fatalf("%s has no table %s", page, head)
		}
		want = before + "\n\n" + table + "\n" + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("go test ./autoscaling/monitoring -run TestPage -update renews the page: %s", diff)
	}
}

// Alarms of a calendar like production's stay within what CloudWatch takes, with all of it.
func TestProductionFits(t *testing.T) {
	t.Parallel()
	s, set := production()
	for _, a := range s.Alarms(set) {
		if err := invalid(a.Alarm); err != nil || strings.Contains(a.Description, "for want of room") {
			t.Errorf("%s: %v, %q", a.Kind, err, a.Description)
		}
	}
}
