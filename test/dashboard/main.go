// Command dashboard draws the dashboard of a made-up final as a page: what CloudWatch
// would show of the body that autoscaling/monitoring makes. The make target
// dashboard-picture makes docs/dashboard.png of it.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

const arnPrefix = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:"

func main() {
	page, err := draw()
	if err == nil && len(os.Args) == 2 {
		err = os.WriteFile(os.Args[1], []byte(page), 0o644)
	} else if err == nil {
		err = fmt.Errorf("want the name of a file to write")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// draw returns the page of the sample.
func draw() (string, error) {
	subject := sampleSubject()
	set := monitoring.Settings{LatencyObjective: 250 * time.Millisecond}
	all := subject.Alarms(set)
	var arns []string
	for _, a := range all {
		arns = append(arns, arnPrefix+strings.TrimSuffix(a.Kind+"-"+a.Of, "-"))
	}
	b, err := read(subject.Dashboard(set, "eu-west-1", arns...).Body())
	if err != nil {
		return "", err
	}
	end := kickoff.Add(105 * time.Minute) // during the last surge
	const minutes = 180                   // as the body's start says
	var metrics []alarms.Metric
	rules := make([]alarms.Alarm, len(all))
	for i, a := range all {
		if rules[i], err = alarms.FromProperties(a.CloudFormation(nil)); err != nil {
			return "", err
		}
		for _, m := range rules[i].Metrics() {
			metrics = append(metrics, m)
		}
	}
	for _, w := range b.Widgets {
		metrics = append(metrics, w.Properties.metrics()...)
	}
	data := sample(metrics, end, minutes)
	states := map[string]alarms.State{}
	for i, rule := range rules {
		if states[arns[i]], err = alarms.Evaluate(rule, data, end); err != nil {
			return "", err
		}
	}
	return pageOf(b, data, states, end, minutes)
}

// metrics are those that the widget reads.
func (p properties) metrics() []alarms.Metric {
	var all []alarms.Metric
	for _, entry := range p.Metrics {
		if len(entry) < 3 {
			continue
		}
		m := alarms.Metric{Namespace: fmt.Sprint(entry[0]), Name: fmt.Sprint(entry[1]), Dimensions: map[string]string{}}
		for j := 2; j+1 < len(entry); j += 2 {
			m.Dimensions[fmt.Sprint(entry[j])] = fmt.Sprint(entry[j+1])
		}
		all = append(all, m)
	}
	return all
}
