package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// assumptions are the assumptions of the rehearsal in one line, with what the template
// says where something else is assumed.
func (r Report) assumptions() string {
	in := r.Input.WithDefaults()
	s := in.Service
	out := []string{r.serviceAssumption(in), r.startAssumption(in), "clients wait " + duration(s.ClientTimeout),
		r.routingAssumption(in)}
	if t := in.Subject.Target; len(t.Policies)+len(t.StepPolicies) > 0 {
		out = append(out, alarmAssumption(in))
	}
	out = append(out, r.hostingAssumptions(in)...)
	if in.InitialCapacity == 0 {
		out = append(out, "begins with what scaling would have reached")
	}
	if slices.ContainsFunc(in.Subject.Target.ScheduledActions, func(a autoscaling.ScheduledAction) bool {
		return strings.HasPrefix(a.Schedule, "rate(")
	}) {
		out = append(out, "rate(…) counts from the beginning of the trace")
	}
	if r.Frontend == nil {
		out = append(out, "gateway and load balancer are not counted")
	} else if text := r.Frontend.Assumptions; text != "" {
		out = append(out, text)
	}
	return strings.Join(append(out, r.faultAssumptions()...), "; ")
}

func (r Report) serviceAssumption(in rehearsal.Input) string {
	s, given, facts := in.Service, r.Input.Service, in.Subject.Facts
	out := fmt.Sprintf("an %s completes %s requests/s, %d at a time, in %s", r.unit(1), number(s.RequestsPerSecond),
		s.Concurrency, duration(s.ServiceTime))
	if r.unit(1) == "copy" {
		out = "a" + strings.TrimPrefix(out, "an")
	}
	if s.Variation > 0 {
		out += fmt.Sprintf(" with a variation of %s", number(s.Variation))
	}
	var others []string
	if own := facts.RequestsPerSecondPerInstance; given.RequestsPerSecond != 0 && own != 0 && own != s.RequestsPerSecond {
		others = append(others, number(own)+" requests/s")
	}
	if own := facts.ConcurrencyPerInstance; given.Concurrency != 0 && own != 0 && own != float64(s.Concurrency) {
		others = append(others, number(own)+" at a time")
	}
	if own := facts.ServiceTime; given.ServiceTime != 0 && own != 0 && own != s.ServiceTime {
		others = append(others, duration(own))
	}
	if len(others) > 0 {
		out += ", in place of the template's " + strings.Join(others, ", ")
	}
	return out
}

func (r Report) startAssumption(in rehearsal.Input) string {
	s := in.Service.Start
	out := "starts in " + duration(s.Median)
	if s.P95 > s.Median {
		out = fmt.Sprintf("starts in %s, one in twenty in more than %s", duration(s.Median), duration(s.P95))
	}
	if own := in.Subject.Facts.StartTime; r.Input.Service.Start != (rehearsal.StartTime{}) && own != 0 &&
		own != max(s.Median, s.P95) {
		out += ", in place of the template's " + duration(own)
	}
	return out
}

func (r Report) routingAssumption(in rehearsal.Input) string {
	out, said := "routing "+string(in.Service.Routing), in.Subject.Hosting
	own := cmp.Or(said.RoutingStrategy, string(rehearsal.Random))
	switch {
	case said.Known && own != string(in.Service.Routing):
		return out + " in place of the template's " + own
	case !said.Known && r.Input.Service.Routing == "" && r.Template != "":
		return out + ", as the endpoint's configuration is not in what was read"
	}
	return out
}

// alarmAssumption is when alarms are evaluated, which AWS does not document.
func alarmAssumption(in rehearsal.Input) string {
	if d := *in.Reading.EvaluationDelay; d > 0 {
		return "alarms are evaluated " + duration(d) + " late"
	}
	return "alarms are evaluated at once"
}

// hostingAssumptions are on the share of the traffic and the instances of copies.
func (r Report) hostingAssumptions(in rehearsal.Input) (out []string) {
	s, given, said := in.Service, r.Input.Service, in.Subject.Hosting
	instead := func(played, own int, unit string) string {
		if own != 0 && own != played {
			return fmt.Sprintf(" in place of the template's %d", own)
		}
		return unit
	}
	switch own := said.TrafficShare; {
	case own != nil && s.TrafficShare != 0 && s.TrafficShare != *own:
		out = append(out, fmt.Sprintf("%s of the traffic comes to the variant, in place of the template's %s",
			percent(s.TrafficShare), percent(*own)))
	case s.TrafficShare != 0:
		out = append(out, percent(s.TrafficShare)+" of the traffic comes to the variant")
	case own != nil:
		out = append(out, percent(*own)+" of the traffic comes to the variant, by the template's weights")
	}
	if said.InstancePools {
		out = append(out, "all instances are alike, though the template has pools of several types")
	}
	if in.Subject.Target.Dimension != autoscaling.InferenceComponentCopyCount {
		return out
	}
	kind := ""
	if said.InstanceType != "" {
		kind = " of " + said.InstanceType
	}
	switch {
	case s.CopiesPerInstance == 0:
		out = append(out, "a copy fills an instance"+kind+", as nothing says how many fit")
	case given.CopiesPerInstance != 0:
		out = append(out, fmt.Sprintf("an instance%s holds %d copies%s", kind, s.CopiesPerInstance,
			instead(s.CopiesPerInstance, said.CopiesPerInstance, "")))
	default:
		out = append(out, fmt.Sprintf("an instance%s holds %d copies, by their accelerators and memory", kind,
			s.CopiesPerInstance))
	}
	if s.InstanceStart.Median == 0 {
		out = append(out, "an instance for copies is there at once")
	}
	if s.MinInstances != 0 {
		out = append(out, fmt.Sprintf("at least %s%s", counted(s.MinInstances),
			instead(s.MinInstances, said.MinInstances, "")))
	}
	if s.MaxInstances != 0 {
		return append(out, fmt.Sprintf("at most %s%s", counted(s.MaxInstances),
			instead(s.MaxInstances, said.MaxInstances, "")))
	}
	return append(out, "any number of instances")
}

// counted is a number of instances.
func counted(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}

// faultAssumptions are on what goes wrong.
func (r Report) faultAssumptions() (out []string) {
	f, said := r.Input.Faults, r.Input.Subject.Hosting
	n := r.faults()
	if n == 0 {
		return []string{"AWS has the instances, and nothing else goes wrong"}
	}
	out = append(out, fmt.Sprintf("%d faults are played", n))
	if zones := r.Input.Subject.Facts.Zones; !f.ZoneLost.IsZero() && zones < 1 {
		out = append(out, "instances are spread over 3 zones")
	}
	for _, d := range f.Deployments {
		switch {
		case d.ResetTo != 0 && d.ResetTo != said.ResetCount && said.Known:
			own := "kept count"
			if said.ResetCount != 0 {
				own = fmt.Sprint(said.ResetCount)
			}
			out = append(out, fmt.Sprintf("a deployment resets the count to %d, in place of the template's %s", d.ResetTo, own))
		case d.ResetTo == 0 && said.ResetCount != 0:
			out = append(out, fmt.Sprintf("a deployment resets the count to %d, as the endpoint does not retain it",
				said.ResetCount))
		case d.ResetTo == 0 && !said.Known:
			out = append(out, "a deployment keeps the count")
		}
	}
	return slices.Compact(out)
}

// faults is the number of faults in the rehearsal.
func (r Report) faults() int {
	f := r.Input.Faults
	n := len(f.NoCapacity) + len(f.Deployments) + len(f.Missed) + len(f.Overwritten) + len(f.MetricGaps) + len(f.NoData)
	for _, played := range []bool{f.Fulfilled > 0, f.SlowStart > 0, !f.ZoneLost.IsZero(), f.Retries > 0} {
		if played {
			n++
		}
	}
	return n
}

// latencyLimit is the limit of p99, 0 for none.
func (r Report) latencyLimit() time.Duration {
	if r.MaxP99 > 0 {
		return r.MaxP99
	}
	return r.Input.Objective.Latency
}
