package main

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// What activities say in their descriptions and causes (AAS, "Scaling activities for
// Application Auto Scaling", and fact E9).
var (
	boundsText   = regexp.MustCompile(`^Setting min capacity to (\d+)(?: and max capacity to (\d+))?`)
	capacityText = regexp.MustCompile(`^Setting desired [a-z ]+ to (\d+)`)
	minimumCause = regexp.MustCompile(`minimum capacity was set to (\d+)`)
	actionCause  = regexp.MustCompile(`scheduled action name (\S+) was triggered`)
	policyCause  = regexp.MustCompile(`triggered policy (\S+)`)
)

func first(e *regexp.Regexp, text *string) string {
	if found := e.FindStringSubmatch(aws.ToString(text)); found != nil {
		return found[1]
	}
	return ""
}

// whole is a number that a regular expression has found, NotMeasured without one.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return report.NotMeasured
	}
	return n
}

// boundsOf are the bounds that an activity has set; NotMeasured is what it does not say.
func boundsOf(a scaling.ScalingActivity) (least, most int, ok bool) {
	if found := boundsText.FindStringSubmatch(aws.ToString(a.Description)); found != nil && !failed(a) {
		return whole(found[1]), whole(found[2]), true
	}
	return report.NotMeasured, report.NotMeasured, false
}

// capacityOf is the capacity that an activity asks for.
func capacityOf(a scaling.ScalingActivity) (int, bool) {
	text := first(capacityText, a.Description)
	return whole(text), whole(text) >= 0
}

func succeeded(a scaling.ScalingActivity) bool {
	return a.StatusCode == scaling.ScalingActivityStatusCodeSuccessful
}

func failed(a scaling.ScalingActivity) bool {
	return a.StatusCode == scaling.ScalingActivityStatusCodeFailed ||
		a.StatusCode == scaling.ScalingActivityStatusCodeUnfulfilled
}

// step is a value from a time on.
type step struct {
	at  time.Time
	n   int
	why string
}

// valueAt is the value of steps at a time, NotMeasured before the first.
func valueAt(steps []step, t time.Time) int {
	n := report.NotMeasured
	for _, s := range steps {
		if s.at.After(t) {
			break
		}
		n = s.n
	}
	return n
}

// minimums are the minimum as activities tell it: those that set it, and those that move
// the capacity to it.
func (h history) minimums() (steps []step) {
	for _, a := range h.activities {
		n, _, ok := boundsOf(a)
		if !ok {
			n = whole(first(minimumCause, a.Cause))
		}
		if n >= 0 {
			steps = append(steps, step{aws.ToTime(a.StartTime).UTC(), n, ""})
		}
	}
	return steps
}

// desired is the capacity that was asked for.
func (h history) desired() (steps []step) {
	for _, a := range h.activities {
		if n, ok := capacityOf(a); ok && !failed(a) {
			steps = append(steps, step{aws.ToTime(a.StartTime).UTC(), n, ""})
		}
	}
	return steps
}

// starts are how long the scale-outs that began in a span took until they were fulfilled,
// sorted. An activity is one where it is known to add.
func (h history) starts(s timespan) (found []time.Duration) {
	before := report.NotMeasured
	for _, a := range h.activities {
		n, ok := capacityOf(a)
		if !ok || failed(a) {
			continue
		}
		adds := n > before && before >= 0 || before < 0 && first(minimumCause, a.Cause) != "" ||
			before < 0 && strings.Contains(aws.ToString(a.Cause), "-AlarmHigh-")
		before = n
		if adds && succeeded(a) && a.EndTime != nil && s.has(aws.ToTime(a.StartTime)) {
			found = append(found, a.EndTime.Sub(aws.ToTime(a.StartTime)))
		}
	}
	slices.Sort(found)
	return found
}

// percentile is the nearest rank of sorted durations.
func percentile(sorted []time.Duration, p float64) time.Duration {
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}

// events are the activities of a span as events. An assertion that changes nothing is none.
func (h history) events(s timespan) (events []rehearsal.Event) {
	least, most := report.NotMeasured, report.NotMeasured
	for _, a := range h.activities {
		e := rehearsal.Event{At: aws.ToTime(a.StartTime).UTC(), Kind: rehearsal.ActivityEvent, Name: h.of.String(),
			What: activityText(a)}
		if min, max, ok := boundsOf(a); ok {
			same := min == least && (max == most || max < 0)
			least = min
			if max >= 0 {
				most = max
			}
			if same {
				continue
			}
			e.Kind, e.From, e.To = rehearsal.ScheduleEvent, least, most
			e.What = "bounds set"
			if action := first(actionCause, a.Cause); action != "" {
				e.What = "bounds set by " + action
			}
		} else if policy := first(policyCause, a.Cause); policy != "" {
			e.Kind = rehearsal.PolicyEvent
			e.What += ", by " + policy
		}
		if failed(a) {
			e.Kind, e.What = rehearsal.FaultEvent, activityText(a)+": "+oneLine(aws.ToString(a.StatusMessage))
		}
		if s.has(e.At) {
			events = append(events, e)
		}
	}
	return events
}

// activityText says what an activity did, and when it was done.
func activityText(a scaling.ScalingActivity) string {
	text := strings.TrimSuffix(oneLine(aws.ToString(a.Description)), ".") + ", " + string(a.StatusCode)
	if a.EndTime != nil && succeeded(a) && a.EndTime.Sub(aws.ToTime(a.StartTime)) >= time.Second {
		text += " after " + long(a.EndTime.Sub(aws.ToTime(a.StartTime)))
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
