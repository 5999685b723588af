package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// The traffic is the evening of a World Cup semi-final, which is in the checkout.
const semifinal = "rehearsal/testdata/wc98_semifinals_1998-07-07_08.csv"

var (
	eveningBegins = time.Date(1998, time.July, 8, 17, 0, 0, 0, time.UTC)
	eveningEnds   = time.Date(1998, time.July, 9, 0, 0, 0, 0, time.UTC)
	itsKickOff    = time.Date(1998, time.July, 8, 19, 0, 0, 0, time.UTC)
)

// fullLoad is the share of what the largest fleet completes that the traffic's
// peak is, where the environment does not say what peak it expects.
const fullLoad = 0.7

// rehearsed is a rehearsal of one thing that scales.
type rehearsed struct {
	resourceID, traffic string
	lines               [][2]string
	page                string // the file with the report
	// not is why it was not rehearsed, "" where it was.
	not string
}

// rehearse replays the traffic against each thing that scales in the templates
// that were deployed, and writes a page about each into dir.
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
		r, err := rehearseOne(scaled, evening, busiest(e, scaled.Subject.Target, evening.Start), page)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// withComponent adds what the file says that one copy of a component completes,
// which the template does not hold.
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
		done.not = "the template does not say what one of it completes"
		return done, nil
	}
	traffic := evening.RateScale(peak/evening.Peak()).ShiftTo(itsKickOff, kickOff)
	done.traffic = fmt.Sprintf("a World Cup semi-final with a peak of %.0f requests/s, kick-off %s", peak, kickOff.Format("2006-01-02 15:04 MST"))
	in := rehearsal.Input{Subject: scaled.Subject, Trace: traffic, Minutes: true}
	result, err := rehearsal.Run(in)
	if problems := (problem.List)(nil); errors.As(err, &problems) {
		done.not = strings.ReplaceAll(problems.Error(), "\n", "; ")
		return done, nil
	} else if err != nil {
		return done, err
	}
	r := report.Report{
		Input: in, Result: result, Findings: lint.Lint(scaled.Subject),
		Template: scaled.ConstructPath, Trace: filepath.Base(semifinal), TraceNotes: done.traffic,
	}
	done.lines, done.page = r.Lines()[:4], page
	return done, write(page, r.HTML())
}

// busiest is when the traffic kicks off: with the event that the most is expected
// of; else an hour after the highest floor is raised for the first time, counted
// from the trace's own begin; else at its own time.
func busiest(e config.Environment, target autoscaling.ScalableTarget, from time.Time) time.Time {
	at, most := itsKickOff, 0
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
			continue // the rehearsal says so
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

// calendars are the events of each thing in e that has some.
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

// write writes the file whole or not at all, into a folder that it makes.
func write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, fs.ModePerm); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".rehearsal-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already, where it was moved
	_, err = file.Write(data)
	if err := errors.Join(err, file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
