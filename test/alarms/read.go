package alarms

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// FromProperties reads the Properties of an AWS::CloudWatch::Alarm of a
// synthesized template. References become texts, as Text says.
func FromProperties(properties map[string]any) (Alarm, error) {
	p := &object{fields: properties}
	a := Alarm{
		Name:              p.text("AlarmName"),
		Comparison:        p.text("ComparisonOperator"),
		Threshold:         p.number("Threshold"),
		DatapointsToAlarm: int(p.number("DatapointsToAlarm")),
		EvaluationPeriods: int(p.number("EvaluationPeriods")),
		TreatMissingData:  p.text("TreatMissingData"),
		LowSamples:        p.text("EvaluateLowSampleCountPercentile"),
	}
	if _, ok := properties["Threshold"]; !ok {
		p.wrong("Threshold: is missing; alarms on anomalies are not evaluated here")
	}
	metrics, math := properties["Metrics"]
	if !math {
		a.Queries = []Query{p.metric()}
	} else if p.text("MetricName") != "" {
		p.wrong("Metrics: stands beside MetricName, want one of them")
	}
	for i, each := range p.objects("Metrics", metrics) {
		each.at = fmt.Sprintf("Metrics[%d].", i)
		a.Queries = append(a.Queries, each.query())
		p.errs = append(p.errs, each.errs...)
	}
	if len(p.errs) > 0 {
		return Alarm{}, fmt.Errorf("alarm %q: %w", a.Name, errors.Join(p.errs...))
	}
	return a.complete()
}

// object reads the fields of an object and keeps what is wrong with them.
type object struct {
	at     string
	fields map[string]any
	errs   []error
}

func (p *object) wrong(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(p.at+format, args...))
}

func (p *object) text(name string) string {
	if p.fields[name] == nil {
		return ""
	}
	return Text(p.fields[name])
}

func (p *object) number(name string) float64 {
	switch v := p.fields[name].(type) {
	case nil:
		return 0
	case float64:
		return v
	case int:
		return float64(v)
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return n
		}
	}
	p.wrong("%s: got %v, want a number", name, p.fields[name])
	return 0
}

func (p *object) flag(name string, otherwise bool) bool {
	switch v := p.fields[name].(type) {
	case nil:
		return otherwise
	case bool:
		return v
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return b
		}
	}
	p.wrong("%s: got %v, want true or false", name, p.fields[name])
	return otherwise
}

func (p *object) seconds(name string) time.Duration {
	return time.Duration(p.number(name) * float64(time.Second))
}

func (p *object) child(name string) *object {
	fields, ok := p.fields[name].(map[string]any)
	if !ok {
		p.wrong("%s: got %v, want an object", name, p.fields[name])
	}
	return &object{at: p.at + name + ".", fields: fields}
}

func (p *object) objects(name string, list any) (found []*object) {
	items, ok := list.([]any)
	if !ok && list != nil {
		p.wrong("%s: got %v, want a list", name, list)
	}
	for i, item := range items {
		fields, ok := item.(map[string]any)
		if !ok {
			p.wrong("%s[%d]: got %v, want an object", name, i, item)
			continue
		}
		found = append(found, &object{at: p.at + name + ".", fields: fields})
	}
	return found
}

// dimensions reads a list of names and values.
func (p *object) dimensions() map[string]string {
	found := map[string]string{}
	for _, d := range p.objects("Dimensions", p.fields["Dimensions"]) {
		name, value := d.text("Name"), d.text("Value")
		if _, twice := found[name]; twice || name == "" || value == "" {
			p.wrong("Dimensions: got %q = %q, want each name once, with a value", name, value)
		}
		found[name] = value
	}
	return found
}

// metric is the query of an alarm without metric math.
func (p *object) metric() Query {
	return Query{
		ID: "m1",
		Metric: Metric{
			Namespace: p.text("Namespace"), Name: p.text("MetricName"),
			Dimensions: p.dimensions(), Unit: p.text("Unit"),
		},
		Stat: p.text("Statistic") + p.text("ExtendedStatistic"), Period: p.seconds("Period"), ReturnData: true,
	}
}

// query is one of the Metrics of an alarm.
func (p *object) query() Query {
	q := Query{
		ID: p.text("Id"), Expression: p.text("Expression"), Period: p.seconds("Period"),
		ReturnData: p.flag("ReturnData", true),
	}
	_, measured := p.fields["MetricStat"]
	switch {
	case q.Expression != "" && measured:
		p.wrong("Expression: stands beside MetricStat, want one of them")
	case q.Expression == "":
		stat := p.child("MetricStat")
		metric := stat.child("Metric")
		q.Period, q.Stat = stat.seconds("Period"), stat.text("Stat")
		q.Metric = Metric{
			Namespace: metric.text("Namespace"), Name: metric.text("MetricName"),
			Dimensions: metric.dimensions(), Unit: stat.text("Unit"),
		}
		p.errs = append(append(p.errs, stat.errs...), metric.errs...)
	}
	return q
}

// Text renders a value of a template: a text as it is, {"Ref": "A"} as ${A}, a
// Fn::GetAtt as ${A.Name}, Fn::Join and Fn::Sub as what they join, anything else as JSON.
func Text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	m, _ := v.(map[string]any)
	if len(m) == 1 {
		if s, ok := m["Ref"].(string); ok {
			return "${" + s + "}"
		}
		if s, ok := m["Fn::Sub"].(string); ok {
			return s
		}
		if parts, ok := m["Fn::GetAtt"].([]any); ok && len(parts) == 2 {
			return fmt.Sprintf("${%v.%v}", parts[0], parts[1])
		}
		if join, ok := m["Fn::Join"].([]any); ok && len(join) == 2 {
			if parts, ok := join[1].([]any); ok {
				var texts []string
				for _, part := range parts {
					texts = append(texts, Text(part))
				}
				return strings.Join(texts, Text(join[0]))
			}
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// FromSDK reads an alarm that DescribeAlarms has returned, with its state.
func FromSDK(m types.MetricAlarm) (Alarm, error) {
	a := Alarm{
		Name:              aws.ToString(m.AlarmName),
		Comparison:        string(m.ComparisonOperator),
		Threshold:         aws.ToFloat64(m.Threshold),
		DatapointsToAlarm: int(aws.ToInt32(m.DatapointsToAlarm)),
		EvaluationPeriods: int(aws.ToInt32(m.EvaluationPeriods)),
		TreatMissingData:  aws.ToString(m.TreatMissingData),
		LowSamples:        aws.ToString(m.EvaluateLowSampleCountPercentile),
		State:             State(m.StateValue),
	}
	if m.Threshold == nil {
		return Alarm{}, fmt.Errorf("alarm %q: has no threshold; alarms on anomalies are not evaluated here", a.Name)
	}
	if len(m.Metrics) == 0 {
		a.Queries = []Query{{
			ID: "m1",
			Metric: Metric{
				Namespace: aws.ToString(m.Namespace), Name: aws.ToString(m.MetricName),
				Dimensions: dimensionsOf(m.Dimensions), Unit: string(m.Unit),
			},
			Stat: string(m.Statistic) + aws.ToString(m.ExtendedStatistic), Period: seconds(m.Period), ReturnData: true,
		}}
	}
	for _, d := range m.Metrics {
		q := Query{
			ID: aws.ToString(d.Id), Expression: aws.ToString(d.Expression), Period: seconds(d.Period),
			ReturnData: d.ReturnData == nil || *d.ReturnData,
		}
		if s := d.MetricStat; s != nil && s.Metric != nil {
			q.Stat, q.Period = aws.ToString(s.Stat), seconds(s.Period)
			q.Metric = Metric{
				Namespace: aws.ToString(s.Metric.Namespace), Name: aws.ToString(s.Metric.MetricName),
				Dimensions: dimensionsOf(s.Metric.Dimensions), Unit: string(s.Unit),
			}
		}
		a.Queries = append(a.Queries, q)
	}
	return a.complete()
}

func seconds(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }

func dimensionsOf(list []types.Dimension) map[string]string {
	found := map[string]string{}
	for _, d := range list {
		found[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return found
}
