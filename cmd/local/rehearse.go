package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// semifinal is a trace of two World Cup semi-finals; the second is replayed.
const semifinal = "rehearsal/testdata/wc98_semifinals_1998-07-07_08.csv"

var (
	eveningBegins = time.Date(1998, time.July, 8, 17, 0, 0, 0, time.UTC)
	eveningEnds   = time.Date(1998, time.July, 9, 0, 0, 0, 0, time.UTC)
	traceKickOff  = time.Date(1998, time.July, 8, 19, 0, 0, 0, time.UTC)
)

// fullLoad is the peak of the traffic as a share of the requests that the largest
// fleet completes, where the environment has no expected peak.
const fullLoad = 0.7

// rehearsed is the rehearsal of one scalable target.
type rehearsed struct {
	resourceID, traffic string
	lines               [][2]string
	page                string // the file with the report
	// skipped is why it was not rehearsed, "" where it was.
	skipped string
}

// rehearse replays the traffic against each scalable target of the deployed
// templates, and writes a page about each into dir.
func rehearse(templates, dir string, e config.Environment) ([]rehearsed, error) {
	reading, err := cloudformation.ReadAssembly(templates, cloudformation.Options{})
	if err == nil {
		err = reading.Err()
	}
	if err != nil {
		return nil, err
	}
	evening, err := readEvening()
	if err != nil {
		return nil, err
	}
	var all []rehearsed
	for i, scaled := range reading.Scaled {
		page := filepath.Join(dir, "rehearsal-"+e.Name+".html")
		if len(reading.Scaled) > 1 {
			page = filepath.Join(dir, fmt.Sprintf("rehearsal-%s-%d.html", e.Name, i+1))
		}
		withComponent(e, &scaled.Subject)
		r, err := rehearseOne(scaled, evening, kickOff(e, scaled.Subject.Target, evening.Start), page)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// withComponent adds the capacity of an inference component's copy: the
// environment file has it, the template does not.
func withComponent(e config.Environment, s *lint.Subject) {
	for _, c := range e.Components {
		if s.Target.ResourceID == "inference-component/"+c.Name {
			s.Facts.RequestsPerSecondPerInstance = c.RequestsPerSecondPerCopy
			s.Facts.ConcurrencyPerInstance = c.ConcurrencyPerCopy
		}
	}
}

func readEvening() (trace.Trace, error) {
	t, _, err := trace.ReadFile(semifinal, trace.Options{})
	return t.Between(eveningBegins, eveningEnds), err
}

func rehearseOne(scaled cloudformation.Scaled, evening trace.Trace, kickOff time.Time, page string) (rehearsed, error) {
	done := rehearsed{resourceID: scaled.Subject.Target.ResourceID}
	facts := scaled.Subject.Facts
	peak := facts.PeakRequestsPerSecond
	if peak == 0 {
		peak = float64(scaled.Subject.Target.MaxCapacity) * facts.RequestsPerSecondPerInstance * fullLoad
	}
	if peak == 0 {
		done.skipped = "the template does not say what one of it completes"
		return done, nil
	}
	traffic := evening.RateScale(peak/evening.Peak()).ShiftTo(traceKickOff, kickOff)
	done.traffic = fmt.Sprintf("a World Cup semi-final with a peak of %.0f requests/s, kick-off %s",
		peak, kickOff.Format("2006-01-02 15:04 MST"))
	in := rehearsal.Input{Subject: scaled.Subject, Trace: traffic, Minutes: true}
	result, err := rehearsal.Run(in)
	if problems := (problem.List)(nil); errors.As(err, &problems) {
		done.skipped = strings.ReplaceAll(problems.Error(), "\n", "; ")
		return done, nil
	} else if err != nil {
		return done, err
	}
	var findings []report.Finding
	for _, f := range lint.Lint(scaled.Subject) {
		findings = append(findings, report.Finding{Finding: f, File: scaled.File,
			Line: scaled.PlaceOf(f.Path).Line})
	}
	r := report.Report{
		Input: in, Result: result, Findings: findings,
		Template: scaled.ConstructPath, Trace: filepath.Base(semifinal), TraceNotes: done.traffic,
	}
	done.lines, done.page = r.Lines()[:4], page
	return done, cli.Write(page, r.HTML())
}

// kickOff returns when the replayed match kicks off: at the start of the event with
// the highest floor; without events an hour after the scheduled action with the
// highest minimum first runs after the instant from; else at the trace's own time.
func kickOff(e config.Environment, target autoscaling.ScalableTarget, from time.Time) time.Time {
	at, most := traceKickOff, 0
	for _, calendar := range calendars(e) {
		for _, event := range calendar.Events {
			alone := calendar
			alone.Events = []events.Event{event}
			if windows, floor := calendar.Windows(event), alone.HighestFloor(); len(windows) > 0 && floor > most {
				at, most = windows[0].Starts.UTC(), floor
			}
		}
	}
	if most > 0 {
		return at
	}
	for _, a := range target.ScheduledActions {
		if a.MinCapacity == nil || *a.MinCapacity <= most {
			continue
		}
		expression, err := schedule.Parse(a.Schedule)
		if err != nil {
			continue // the rehearsal reports it
		}
		zone, err := schedule.ParseZone(a.Timezone)
		if err != nil {
			continue
		}
		if due, ok := expression.Next(from, zone); ok {
			at, most = due.Add(time.Hour).UTC(), *a.MinCapacity
		}
	}
	return at
}

// calendars returns the calendar of each variant and component that has events.
func calendars(e config.Environment) []events.Calendar {
	var all []events.Calendar
	for _, v := range e.ProductionVariants() {
		if len(v.Events) > 0 {
			all = append(all, v.VariantScaling().Calendar())
		}
	}
	for _, c := range e.Components {
		if len(c.Events) > 0 {
			all = append(all, c.ComponentScaling.Calendar())
		}
	}
	return all
}
