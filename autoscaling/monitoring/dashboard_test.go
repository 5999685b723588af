package monitoring_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// dashboardBody is what CloudWatch reads.
type dashboardBody struct {
	Widgets []struct {
		Type                string
		X, Y, Width, Height int
		Properties          struct {
			Title, Markdown, Region string
			Alarms                  []string
			Metrics                 [][]any
			YAxis                   map[string]struct{ Label string }
		}
	}
}

func bodyOf(t *testing.T, d monitoring.Dashboard) (body dashboardBody, text string) {
	t.Helper()
	encoded, err := json.Marshal(d.Body())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &body); err != nil {
		t.Fatal(err)
	}
	return body, string(encoded)
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	for name, subject := range subjects() {
		arn := "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors"
		body, text := bodyOf(t, subject.Dashboard(settings(), "eu-west-1", arn))
		if _, again := bodyOf(t, subject.Dashboard(settings(), "eu-west-1", arn)); again != text {
			t.Errorf("%s: another dashboard of the same", name)
		}
		taken, alarmWidgets := map[[2]int]bool{}, 0
		for _, w := range body.Widgets {
			at := fmt.Sprintf("%s, %q", name, w.Properties.Title)
			for x := w.X; x < w.X+w.Width; x++ {
				for y := w.Y; y < w.Y+w.Height; y++ {
					if taken[[2]int{x, y}] || x >= 24 {
						t.Fatalf("%s: overlaps another, or is outside, at %d, %d", at, x, y)
					}
					taken[[2]int{x, y}] = true
				}
			}
			switch w.Type {
			case "alarm":
				alarmWidgets++
			case "metric":
				if w.Properties.Title == "" || w.Properties.Region != "eu-west-1" || w.Properties.YAxis["left"].Label == "" {
					t.Errorf("%s: title, region or axis is missing: %+v", at, w.Properties)
				}
				checkSeries(t, at, w.Properties.Metrics)
			}
		}
		if alarmWidgets != 1 || len(body.Widgets) < 5 {
			t.Errorf("%s: got %d widgets, %d of them of alarms", name, len(body.Widgets), alarmWidgets)
		}
	}
}

// checkSeries wants metrics that exist, and expressions that CloudWatch can compute.
func checkSeries(t *testing.T, at string, entries [][]any) {
	t.Helper()
	alarm := alarms.Alarm{Name: at, Comparison: string(autoscaling.Above), EvaluationPeriods: 1}
	ids, shown := map[string]bool{}, 0
	var visible []int
	for i, entry := range entries {
		options := entry[len(entry)-1].(map[string]any)
		q := alarms.Query{ID: options["id"].(string)}
		if ids[q.ID] {
			t.Errorf("%s: two series are %s", at, q.ID)
		}
		ids[q.ID] = true
		if text, ok := options["expression"].(string); ok {
			q.Expression = text
			if len(text) > 2048 {
				t.Errorf("%s: %s has %d characters", at, q.ID, len(text))
			}
		} else {
			m := autoscaling.Metric{Namespace: entry[0].(string), Name: entry[1].(string), Dimensions: map[string]string{}}
			for j := 2; j < len(entry)-1; j += 2 {
				m.Dimensions[entry[j].(string)] = entry[j+1].(string)
			}
			if !exists(m) {
				t.Errorf("%s: nobody publishes %s by %v", at, m, m.DimensionNames())
			}
			q.Metric, q.Stat, q.Period = alarms.Metric{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions},
				options["stat"].(string), time.Minute
		}
		if options["visible"] != false {
			shown++
			visible = append(visible, i)
			if label, _ := options["label"].(string); label == "" || !strings.HasPrefix(options["color"].(string), "#") {
				t.Errorf("%s: %s has no label or no colour", at, q.ID)
			}
		}
		alarm.Queries = append(alarm.Queries, q)
	}
	if shown == 0 {
		t.Errorf("%s: shows nothing", at)
	}
	for _, i := range visible {
		one := alarm
		one.Queries = append([]alarms.Query{}, alarm.Queries...)
		one.Queries[i].ReturnData = true
		if _, err := alarms.Values(alarms.GapsAreEmpty, one, &alarms.Data{}, quiet); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}
