package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

// body is what CloudWatch reads of a dashboard, and this program draws.
type body struct {
	Start   string
	Widgets []widget
}

type widget struct {
	Type                string
	X, Y, Width, Height int
	Properties          properties
}

type properties struct {
	Title, Markdown string
	Alarms          []string
	Stacked         bool
	Period          int
	Metrics         [][]any
	YAxis           map[string]axis
	Annotations     struct {
		Horizontal []struct {
			Label, Color string
			Value        float64
		}
		Vertical [][]struct {
			Label string
			Value time.Time
		}
	}
}

type axis struct {
	Label    string
	Min, Max float64
}

// read reads a body that Dashboard.Body returned.
func read(dashboard map[string]any) (b body, err error) {
	text, err := json.Marshal(dashboard)
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, err
}

// line is a series that is drawn.
type line struct {
	label, color string
	right        bool
	values       []float64 // one a minute, NaN for none
}

// lines computes what a widget shows of the last minutes before a moment.
func (p properties) lines(source alarms.Source, at time.Time, minutes int) ([]line, error) {
	var queries []alarms.Query
	var shown []line
	var places []int
	for i, entry := range p.Metrics {
		options, ok := entry[len(entry)-1].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: series %d has no options", p.Title, i)
		}
		text := func(key string) string { s, _ := options[key].(string); return s }
		q := alarms.Query{ID: text("id"), Expression: text("expression")}
		if q.Expression == "" {
			q.Metric = alarms.Metric{Namespace: fmt.Sprint(entry[0]), Name: fmt.Sprint(entry[1]), Dimensions: map[string]string{}}
			for j := 2; j+1 < len(entry); j += 2 {
				q.Metric.Dimensions[fmt.Sprint(entry[j])] = fmt.Sprint(entry[j+1])
			}
			q.Stat, q.Period = text("stat"), time.Duration(p.Period)*time.Second
		}
		queries = append(queries, q)
		if options["visible"] != false {
			shown, places = append(shown, line{label: text("label"), color: text("color"), right: text("yAxis") == "right"}),
				append(places, i)
		}
	}
	for n, i := range places {
		alarm := alarms.Alarm{Name: p.Title, Comparison: "GreaterThanThreshold", EvaluationPeriods: 1, EvaluationRange: minutes,
			Queries: append([]alarms.Query{}, queries...)}
		alarm.Queries[i].ReturnData = true
		values, err := alarms.Values(alarms.GapsAreEmpty, alarm, source, at)
		if err != nil {
			return nil, err
		}
		shown[n].values = values
	}
	return shown, nil
}
