package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// summary is what is printed at the end.
type summary struct {
	deployed   localaws.Snapshot
	prediction prediction // zero where there is no gateway
	rehearsed  []rehearsed
	now        time.Time
	templates  string
}

// summarize prints what was deployed, as the AWS APIs describe it.
func summarize(out io.Writer, s summary) error {
	var lines []string
	var rows [][]string
	flush := func() { lines, rows = append(lines, cli.Rows(rows)...), nil }
	section := func(name string) {
		flush()
		lines = append(lines, name)
	}
	row := func(cells ...string) { rows = append(rows, cells) }

	section("Stacks")
	for _, stack := range s.deployed.Stacks {
		row(stack.Name, stack.Status)
	}
	section("Endpoint")
	for _, e := range s.deployed.Endpoints {
		row(e.Name, e.Status)
		for _, v := range e.Variants {
			row("variant "+v.Name, fmt.Sprintf("%d × %s", v.CurrentInstances, v.InstanceType))
		}
	}
	section("Scaling")
	for _, t := range s.deployed.ScalableTargets {
		row(t.ResourceID, fmt.Sprintf("%d to %d %s", t.Min, t.Max, counted(t.Dimension)))
	}
	for _, p := range s.deployed.ScalingPolicies {
		if t := p.Tracking; t != nil {
			row(p.Name, fmt.Sprintf("%s at %g, cooldown %s out, %s in",
				t.Metric, t.Target, problem.Duration(t.ScaleOutCooldown), problem.Duration(t.ScaleInCooldown)))
		} else {
			row(p.Name, p.Type)
		}
	}
	section("Next scheduled actions")
	next, err := upcoming(s.deployed.ScheduledActions, s.now)
	if err != nil {
		return err
	}
	for _, u := range next {
		row(u.row()...)
	}
	section("Load balancer")
	for _, b := range s.deployed.LoadBalancers {
		for _, l := range b.Listeners {
			for _, r := range l.Rules {
				row(fmt.Sprintf("%s %d", l.Protocol, l.Port), requests(r, len(l.Rules) == 1)+": "+action(r))
			}
		}
	}
	if s.prediction.request != "" {
		section("Prediction through the gateway")
		row("gateway", s.prediction.gateway)
		row("request", s.prediction.request)
		row("reply", s.prediction.response.String())
		if s.prediction.streamed != (response{}) {
			row("streamed", s.prediction.streamed.String())
		}
		row("served by", fmt.Sprintf("variant %s in %s", s.prediction.variant, s.prediction.took.Round(time.Millisecond)))
	}
	for _, r := range s.rehearsed {
		section("Rehearsal of " + r.resourceID)
		if r.skipped != "" {
			row("none", r.skipped)
			continue
		}
		row("traffic", r.traffic)
		for _, line := range r.lines {
			row(line[0], line[1])
		}
		row("report", r.page)
	}
	section("Templates")
	row(s.templates)
	flush()
	_, err = fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}

// counted returns the unit of a scalable dimension.
func counted(dimension string) string {
	switch dimension {
	case "ecs:service:DesiredCount":
		return "tasks"
	case "lambda:function:ProvisionedConcurrency":
		return "environments"
	case "sagemaker:inference-component:DesiredCopyCount":
		return "copies"
	case "sagemaker:variant:DesiredProvisionedConcurrency":
		return "requests at a time"
	}
	return "instances"
}

// dueAction is a scheduled action and when it runs next.
type dueAction struct {
	localaws.ScheduledAction
	zone *time.Location
	due  time.Time // zero: never again
}

// upcoming sorts the scheduled actions by their next run after now; those that
// never run again come last.
func upcoming(actions []localaws.ScheduledAction, now time.Time) ([]dueAction, error) {
	var next []dueAction
	for _, a := range actions {
		expression, err := schedule.Parse(a.Schedule)
		if err != nil {
			return nil, fmt.Errorf("scheduled action %s: %w", a.Name, err)
		}
		zone, err := schedule.ParseZone(a.Timezone)
		if err != nil {
			return nil, fmt.Errorf("scheduled action %s: %w", a.Name, err)
		}
		due, _ := expression.Next(now, zone)
		next = append(next, dueAction{a, zone, due})
	}
	slices.SortStableFunc(next, func(a, b dueAction) int {
		if a.due.IsZero() != b.due.IsZero() {
			if a.due.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.Name, b.Name))
	})
	return next, nil
}

func (o dueAction) row() []string {
	var change []string
	if o.Min != nil {
		change = append(change, fmt.Sprintf("minimum %d", *o.Min))
	}
	if o.Max != nil {
		change = append(change, fmt.Sprintf("maximum %d", *o.Max))
	}
	if o.due.IsZero() {
		return []string{o.Name, "over", strings.Join(change, ", ")}
	}
	utc, local := o.due.UTC(), o.due.In(o.zone)
	clock := "15:04"
	if utc.Day() != local.Day() {
		clock = "Mon 15:04"
	}
	return []string{
		o.Name, utc.Format("Mon 2006-01-02 15:04 UTC"),
		local.Format(clock) + " " + o.zone.String() + ": " + strings.Join(change, ", "),
	}
}

// requests describes the requests that a rule is for; only says that the listener
// has no other rule.
func requests(r localaws.Rule, only bool) string {
	switch {
	case only:
		return "everything"
	case r.Priority == "default":
		return "anything else"
	}
	var all []string
	for _, c := range r.Conditions {
		all = append(all, strings.Join(c.Values, ", "))
	}
	return strings.Join(all, "; ")
}

func action(r localaws.Rule) string {
	var all []string
	for _, a := range r.Actions {
		switch a.Type {
		case "forward":
			all = append(all, "to the gateway")
		case "redirect":
			all = append(all, "redirected "+a.Redirect)
		case "fixed-response":
			all = append(all, "answered "+a.FixedResponse)
		default:
			all = append(all, a.Type)
		}
	}
	return strings.Join(all, ", ")
}
