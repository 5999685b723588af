package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// of is the history of one thing.
func (rec record) of(s scaled) history {
	for _, h := range rec.things {
		if h.of.kind == s.kind && h.of.name == s.name {
			return h
		}
	}
	return history{of: s}
}

// measured is the record as a report.
func (rec record) measured(name string) (report.Measured, error) {
	s := rec.span
	m := report.Measured{Title: name + ": what was planned, and what happened", From: s.from, To: s.to,
		Period: s.period, Traffic: rec.minutes(), Failures: rec.failures()}
	for _, h := range rec.things {
		m.Parts = append(m.Parts, h.part(s))
		m.Events = append(m.Events, h.events(s)...)
	}
	m.Events = append(m.Events, rec.alarmEvents()...)
	var deployed [][2]string
	for _, e := range rec.stacks {
		at, stack, status := aws.ToTime(e.Timestamp).UTC(), aws.ToString(e.StackName), string(e.ResourceStatus)
		m.Events = append(m.Events, rehearsal.Event{At: at, Kind: rehearsal.DeploymentEvent, Name: stack, What: status})
		if !strings.HasSuffix(status, "_IN_PROGRESS") {
			deployed = append(deployed, [2]string{"deployed", fmt.Sprintf("%s %s at %s", stack, status, s.clock(at))})
		}
	}
	slices.SortStableFunc(m.Events, func(a, b rehearsal.Event) int { return a.At.Compare(b.At) })
	measured := len(m.Events) > 0
	for _, one := range m.Traffic {
		measured = measured || !math.IsNaN(one.Arrived) || one.P99 >= 0
	}
	for _, h := range rec.things {
		measured = measured || len(h.running) > 0
	}
	if !measured {
		return m, rec.nothing()
	}
	m.Lines = append(rec.alarmLines(), deployed...)
	for _, note := range s.notes {
		m.Lines = append(m.Lines, [2]string{"note", note})
	}
	if rec.ofEndpoint() {
		m.Lines = append(m.Lines, [2]string{"note", "the gateway has published nothing: requests, and failures of status " +
			"5XX, are those that reached the endpoint"})
	}
	for _, u := range rec.unread {
		m.Lines = append(m.Lines, [2]string{"not read", u})
	}
	return m, nil
}

// ofEndpoint says that the requests are those of the endpoint, as no gateway has published any.
func (rec record) ofEndpoint() bool {
	if len(rec.traffic[autoscaling.GatewayArrivedRequests]) > 0 {
		return false
	}
	for name, s := range rec.traffic {
		if strings.HasPrefix(name, "Invocations ") && len(s) > 0 {
			return true
		}
	}
	return false
}

// minutes are the requests of each period.
func (rec record) minutes() (all []rehearsal.Minute) {
	ofEndpoint := rec.ofEndpoint()
	for at := rec.span.from; at.Before(rec.span.to); at = at.Add(rec.span.period) {
		one := rehearsal.Minute{At: at, Arrived: math.NaN(), Failed: math.NaN(), P99: report.NotMeasured}
		add := func(to *float64, names ...string) {
			for _, name := range names {
				if n, ok := rec.traffic[name].at(at); ok {
					if math.IsNaN(*to) {
						*to = 0
					}
					*to += n
				}
			}
		}
		if ofEndpoint {
			for _, name := range sortedKeys(rec.traffic) {
				switch kind, _, _ := strings.Cut(name, " "); kind {
				case "Invocations":
					add(&one.Arrived, name)
				case "Invocation5XXErrors":
					add(&one.Failed, name)
				}
			}
		} else {
			add(&one.Arrived, autoscaling.GatewayArrivedRequests)
			add(&one.Failed, append([]string{autoscaling.GatewayShedRequests}, gatewayFailures...)...)
		}
		if !math.IsNaN(one.Arrived) && math.IsNaN(one.Failed) {
			one.Failed = 0 // a count without a datapoint where others have one
		}
		if ms, ok := rec.traffic["LatencyP99"].at(at); ok {
			one.P99 = time.Duration(ms * float64(time.Millisecond))
		}
		all = append(all, one)
	}
	return all
}

// failures are the requests that the gateway has counted as failed, by metric.
func (rec record) failures() (found []report.Failure) {
	for _, name := range append([]string{autoscaling.GatewayShedRequests}, gatewayFailures...) {
		sum := 0.0
		for _, at := range sortedSeconds(rec.traffic[name]) {
			sum += rec.traffic[name][at]
		}
		if sum > 0 {
			found = append(found, report.Failure{Name: name, Requests: sum})
		}
	}
	return found
}

// clock writes a time of the span in UTC, with its day where there are several, and with
// its seconds where it has some.
func (s timespan) clock(t time.Time) string {
	form := "15:04:05"
	if t.Truncate(time.Minute).Equal(t) {
		form = "15:04"
	}
	if !s.from.Truncate(day).Equal(s.to.Add(-1).Truncate(day)) {
		form = "2 Jan " + form
	}
	return t.UTC().Format(form)
}

// trackingAlarm is the end of the names of the alarms that a tracking policy makes.
var trackingAlarm = regexp.MustCompile(`-(Alarm(?:High|Low))-[0-9a-f-]{36}$`)

// stateOf is the state that an item of an alarm's history says, and the newest datapoint.
func stateOf(item types.AlarmHistoryItem) (state string, value float64, ok bool) {
	var data struct {
		NewState struct {
			StateValue      string
			StateReasonData struct{ RecentDatapoints []float64 }
		}
	}
	if json.Unmarshal([]byte(aws.ToString(item.HistoryData)), &data) == nil && data.NewState.StateValue != "" {
		if all := data.NewState.StateReasonData.RecentDatapoints; len(all) > 0 {
			return data.NewState.StateValue, all[len(all)-1], true
		}
		return data.NewState.StateValue, 0, false
	}
	// "Alarm updated from OK to ALARM"
	words := strings.Fields(aws.ToString(item.HistorySummary))
	if len(words) == 0 {
		return "unknown", 0, false
	}
	return words[len(words)-1], 0, false
}

func (rec record) alarmEvents() (events []rehearsal.Event) {
	for _, item := range rec.alarms {
		state, value, ok := stateOf(item)
		e := rehearsal.Event{At: aws.ToTime(item.Timestamp).UTC(), Kind: rehearsal.AlarmEvent, What: state, Value: value,
			Name: trackingAlarm.ReplaceAllString(aws.ToString(item.AlarmName), "-$1")}
		if !ok {
			e.From = report.NotMeasured
		}
		events = append(events, e)
	}
	return events
}

// alarmLines say when the environment's own alarms were in ALARM.
func (rec record) alarmLines() (lines [][2]string) {
	since, seen := map[string]string{}, map[string]bool{}
	var order []string
	for _, item := range rec.alarms {
		name := aws.ToString(item.AlarmName)
		if trackingAlarm.MatchString(name) {
			continue // steers, and warns of nothing
		}
		state, _, _ := stateOf(item)
		at := rec.span.clock(aws.ToTime(item.Timestamp))
		switch from, in := since[name]; {
		case state == "ALARM" && !in:
			since[name], order = at, append(order, name)
		case state != "ALARM" && in:
			lines = append(lines, [2]string{"alarm", fmt.Sprintf("%s in ALARM from %s to %s", name, from, at)})
			delete(since, name)
		case state != "ALARM" && !seen[name] && strings.Contains(aws.ToString(item.HistorySummary), " from ALARM "):
			lines = append(lines, [2]string{"alarm", fmt.Sprintf("%s in ALARM from before to %s", name, at)})
		}
		seen[name] = true
	}
	for _, name := range order {
		if from, in := since[name]; in {
			lines = append(lines, [2]string{"alarm", fmt.Sprintf("%s in ALARM from %s to the end", name, from)})
			delete(since, name)
		}
	}
	return lines
}
