package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

func sortedSeconds(s series) []int64 {
	var all []int64
	for at := range s {
		all = append(all, at)
	}
	slices.Sort(all)
	return all
}

func long(d time.Duration) string { return problem.Duration(d.Round(time.Second)) }

// planned are the minimums that the calendar, the schedule or else the file asks for in a
// span, each from when on. The first is what stands at its beginning.
func (s scaled) planned(in timespan) (steps []step) {
	times := []time.Time{in.from}
	for _, f := range s.calendar.Floors() {
		times = append(times, f.From, f.To)
	}
	for _, a := range s.fileActions() {
		if expression, zone, ok := parsed(a); ok {
			times = append(times, expression.Between(in.from, in.to, zone)...)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, at := range times {
		if !in.has(at) {
			continue
		}
		m := s.expects(at.Add(time.Second)) // with what runs at this second
		if n := len(steps); n == 0 || steps[n-1].n != m.capacity {
			steps = append(steps, step{at.UTC(), m.capacity, m.why})
		}
	}
	return steps
}

// part is a thing's history as a part of the report.
func (h history) part(s timespan) report.Part {
	p := report.Part{Name: h.of.String(), Unit: h.of.unit()}
	planned, least, desired := h.of.planned(s), h.minimums(), h.desired()
	low, high := report.NotMeasured, report.NotMeasured
	for at := s.from; at.Before(s.to); at = at.Add(s.period) {
		end := at.Add(s.period - time.Nanosecond)
		one := rehearsal.Minute{At: at, Needed: valueAt(planned, end), Min: valueAt(least, end),
			Desired: valueAt(desired, end), InService: report.NotMeasured}
		if n, ok := h.running.at(at); ok {
			one.InService = int(n)
			if low < 0 || one.InService < low {
				low = one.InService
			}
			high = max(high, one.InService)
		}
		p.Periods = append(p.Periods, one)
	}
	for i, f := range planned {
		end := s.to
		if i+1 < len(planned) {
			end = planned[i+1].at
		}
		rises := i == 0 || f.n > planned[i-1].n
		p.Lines = append(p.Lines, [2]string{"planned", h.beside(s, f, end, rises, least)})
	}
	if high >= 0 {
		text := fmt.Sprintf("%d to %d %s", low, high, p.Unit)
		if low == high {
			text = fmt.Sprintf("%d %s all the time", low, p.Unit)
		}
		p.Lines = append(p.Lines, [2]string{"in service", text})
	}
	if all := h.starts(s); len(all) > 0 {
		text := fmt.Sprintf("%d scale-outs: p50 %s, p95 %s until they were fulfilled", len(all),
			long(percentile(all, 0.5)), long(percentile(all, 0.95)))
		if len(all) == 1 {
			text = fmt.Sprintf("1 scale-out: %s until it was fulfilled", long(all[0]))
		}
		p.Lines = append(p.Lines, [2]string{"start time", text})
	}
	return p
}

// beside is a floor that was planned, and what happened until the next.
func (h history) beside(s timespan, f step, end time.Time, rises bool, least []step) string {
	text := fmt.Sprintf("%d %s from %s", f.n, h.of.unit(), s.clock(f.at))
	if f.why != "" {
		text += " (" + f.why + ")"
	}
	var happened []string
	if said := h.minimumBeside(s, f, end, least); said != "" {
		happened = append(happened, said)
	}
	if said := h.runningBeside(s, f, end); said != "" && rises {
		happened = append(happened, said)
	}
	if len(happened) > 0 {
		text += ": " + strings.Join(happened, ", ")
	}
	return text
}

// minimumBeside says when the minimum was a floor, "" where activities do not tell.
func (h history) minimumBeside(s timespan, f step, end time.Time, least []step) string {
	stood := valueAt(least, f.at.Add(-time.Nanosecond))
	if stood == f.n {
		return "the minimum stood"
	}
	most := stood
	for _, one := range least {
		if one.at.Before(f.at) || !one.at.Before(end) {
			continue
		}
		if one.n == f.n {
			return "the minimum was set at " + s.clock(one.at)
		}
		most = max(most, one.n)
	}
	if most < 0 {
		return ""
	}
	return fmt.Sprintf("the minimum never was that, and %d at most", most)
}

// runningBeside says when as many as a floor were in service, "" where nothing tells.
func (h history) runningBeside(s timespan, f step, end time.Time) string {
	most := report.NotMeasured
	for at := f.at.Truncate(s.period); at.Before(end); at = at.Add(s.period) {
		n, ok := h.running.at(at)
		if !ok {
			continue
		}
		most = max(most, int(n))
		if most >= f.n {
			if !at.After(f.at) {
				return "as many in service"
			}
			return fmt.Sprintf("as many in service from %s, %s after", s.clock(at), long(at.Sub(f.at)))
		}
	}
	if most >= 0 {
		return fmt.Sprintf("never as many in service, and %d at most", most)
	}
	for _, a := range h.activities {
		n, ok := capacityOf(a)
		if at := aws.ToTime(a.EndTime); ok && n >= f.n && succeeded(a) && a.EndTime != nil && !at.Before(f.at) &&
			at.Before(end) {
			return fmt.Sprintf("fulfilled at %s, %s after", s.clock(at), long(at.Sub(f.at)))
		}
	}
	return ""
}
