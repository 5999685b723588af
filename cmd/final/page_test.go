package main

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands of docs/final.md print into it")

const manual = "../../docs/final.md"

// TestThePageShowsWhatIsPrinted runs the commands of docs/final.md one after the other, and
// compares what they print.
func TestThePageShowsWhatIsPrinted(t *testing.T) {
	n := newNight(t, "eu-south-2")
	n.withFront()
	n.register(20, 40)
	n.stack("prod-monitoring", "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: prod-alarms}}}")
	n.publishes("2027-05-29T20:04:00Z", map[string]float64{"ArrivedRequests": 81240, "ShedRequests": 0,
		"LatencyP50": 41, "LatencyP90": 63, "LatencyP99": 92})
	n.behind(
		fault{action: "DescribeScalingActivities", in: "variant/main", reply: `{"ScalingActivities": [{"ActivityId": "1",
			"StartTime": 1811615408, "StatusCode": "Successful", "Description": "Setting desired instance count to 20.",
			"Cause": "minimum capacity was set to 20", "ResourceId": "endpoint/predictions/variant/main",
			"ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "ServiceNamespace": "sagemaker"}]}`},
		fault{action: "DescribeScalingActivities", reply: `{"ScalingActivities": []}`},
	)
	text, err := os.ReadFile(manual)
	n.must(err)
	page, ran := string(text), 0
	for _, step := range []struct {
		command, at string
		status      int
	}{
		{"bin/final status --env prod", during, 0},
		{"bin/final floor 30 --env prod --until 22:45 --yes", during, 0},
		{"bin/final status --env prod", "2027-05-29T20:20:00Z", 1},
		{"bin/final freeze --env prod --yes", "2027-05-29T20:30:00Z", 0},
		{"bin/final resume --env prod --yes", "2027-05-29T21:40:00Z", 0},
	} {
		start := "```sh\n" + step.command + "\n```\n\n```text\n"
		at := strings.Index(page[ran:], start)
		if at < 0 {
			t.Fatalf("%s does not show %s", manual, step.command)
		}
		from := ran + at + len(start)
		shown, rest, _ := strings.Cut(page[from:], "```")
		args := strings.Fields(strings.ReplaceAll(step.command, " --env prod", ""))[1:]
		got := n.run(step.at, args...)
		if got.status != step.status || got.out != shown && !*update {
			t.Errorf("%s: got status %d\n%s%s\nthe page shows\n%s", step.command, got.status, got.out, got.errors, shown)
		}
		page = page[:from] + got.out + "```" + rest
		ran = from + len(got.out)
	}
	if *update {
		n.must(os.WriteFile(manual, []byte(page), 0o600))
	}
}
