package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// scaled is something that scales: a variant, a component, or a gateway.
type scaled struct {
	// name is what --of calls it: the variant's or component's name, gateway or canary.
	name string
	// kind is variant, component, gateway or canary.
	kind string
	// target is the scalable target as the environment's file has it.
	target autoscaling.ScalableTarget
	// calendar has the events, with the floors that they give to it.
	calendar events.Calendar
}

// String is how the screen and the errors call it.
func (s scaled) String() string {
	if s.kind == s.name {
		return s.name
	}
	return s.kind + " " + s.name
}

func (s scaled) unit() string { return s.target.Dimension.Unit() }

// endpointScaled are the variants or the components of an environment's endpoint.
func endpointScaled(e config.Environment) (all []scaled) {
	for _, v := range e.ProductionVariants() {
		all = append(all, scaled{name: v.Name, kind: "variant", target: v.ScalableTarget(),
			calendar: v.VariantScaling().Calendar()})
	}
	for _, c := range e.Components {
		all = append(all, scaled{name: c.Name, kind: "component", target: c.ComponentScaling.Target(c.Name),
			calendar: c.Calendar()})
	}
	return all
}

// frontStack is what is deployed in front of the endpoint.
type frontStack struct {
	scaled []scaled
	// loadBalancer is its ARN. Default: "", there is none, or it is not the environment's.
	loadBalancer string
}

// readFrontStack finds the gateways that scale, and the load balancer, in the environment's
// stack, whose resources have names of CloudFormation's. There are none where the file
// says so.
func readFrontStack(ctx context.Context, r *run) (found frontStack, err error) {
	shall := map[string]scaled{}
	for _, s := range frontScaled(r.env) {
		shall[s.name] = s
	}
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(r.aws),
		&cloudformation.ListStackResourcesInput{StackName: aws.String(r.env.Name + "-frontend")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return found, account.Error("cloudformation:ListStackResources", err)
		}
		for _, one := range page.StackResourceSummaries {
			id := aws.ToString(one.PhysicalResourceId)
			switch aws.ToString(one.ResourceType) {
			case "AWS::ElasticLoadBalancingV2::LoadBalancer":
				found.loadBalancer = id
			case "AWS::ApplicationAutoScaling::ScalableTarget":
				name := "gateway"
				if strings.HasPrefix(aws.ToString(one.LogicalResourceId), "Canary") {
					name = "canary"
				}
				// Ref is the resource ID, the dimension and the namespace.
				if s, ok := shall[name]; ok {
					s.target.ResourceID, _, _ = strings.Cut(id, "|")
					found.scaled = append(found.scaled, s)
				}
			}
		}
	}
	slices.SortFunc(found.scaled, func(a, b scaled) int { return -cmp.Compare(a.name, b.name) })
	return found, nil
}

// frontScaled are the gateways that scale, without their resource IDs.
func frontScaled(e config.Environment) (all []scaled) {
	if s, ok := gatewayScaled(e, "gateway"); ok {
		all = append(all, s)
	}
	if canary, ok := e.Canary(); ok {
		if s, ok := gatewayScaled(canary, "canary"); ok {
			all = append(all, s)
		}
	}
	return all
}

// gatewayScaled is how a gateway scales, if it does, without its resource ID.
func gatewayScaled(e config.Environment, name string) (s scaled, ok bool) {
	s = scaled{name: name, kind: name}
	if c, ok := e.GatewayEnvironments(); ok && len(c.Events) > 0 {
		s.calendar, s.target = c, frontend.FunctionTarget(c, e.Frontend.Capacity.ReservedConcurrency)
		return s, true
	}
	if c, ok := e.GatewayTasks(); ok {
		s.calendar = c
		s.target, _ = e.GatewayTarget()
		return s, true
	}
	return s, false
}

// minimum is the minimum that should stand.
type minimum struct {
	capacity int
	// since is when it was asserted for the first time. Default: zero, it is the file's.
	since time.Time
	// why names the events, or the scheduled action. Default: "", it is the file's.
	why string
}

// longest is how far back a scheduled action is looked for: every year has one of each.
const longest = 366 * 24 * time.Hour

// expects is the minimum that should stand at an instant: an event's floor, or what the
// last scheduled action has set, or the file's (fact B6: nothing reverts by itself).
func (s scaled) expects(at time.Time) minimum {
	for _, f := range s.calendar.Floors() {
		if !f.From.After(at) && f.To.After(at) {
			return minimum{f.MinCapacity, f.From, strings.Join(f.Events, ", ")}
		}
	}
	found := minimum{capacity: s.target.MinCapacity}
	for _, a := range s.fileActions() {
		if a.MinCapacity == nil {
			continue
		}
		expression, zone, ok := parsed(a)
		if !ok {
			continue
		}
		for _, back := range []time.Duration{8 * 24 * time.Hour, longest} {
			if runs := expression.Between(at.Add(-back), at, zone); len(runs) > 0 {
				if last := runs[len(runs)-1]; last.After(found.since) {
					found = minimum{*a.MinCapacity, last, a.Name}
				}
				break
			}
		}
	}
	return found
}

// fileActions are the file's scheduled actions, without those that assert floors.
func (s scaled) fileActions() []autoscaling.ScheduledAction {
	switch {
	case s.kind == "gateway" || s.kind == "canary":
		return nil // all of them assert floors
	case len(s.calendar.Events) == 0:
		return s.target.ScheduledActions
	}
	return s.target.ScheduledActions[:min(s.calendar.OtherActions, len(s.target.ScheduledActions))]
}

func parsed(a autoscaling.ScheduledAction) (schedule.Expression, *time.Location, bool) {
	expression, err := schedule.Parse(a.Schedule)
	if err != nil {
		return expression, nil, false
	}
	zone, err := schedule.ParseZone(cmp.Or(a.Timezone, "UTC"))
	return expression, zone, err == nil
}

// change is a change of bounds that is to come.
type change struct {
	at time.Time
	// to is such as "minimum 14".
	to, why string
}

// next is the first change of bounds after an instant.
func (s scaled) next(after time.Time) (c change, ok bool) {
	is := s.expects(after).capacity
	for _, f := range s.calendar.Floors() {
		if f.From.After(after) && f.MinCapacity != is {
			c, ok = change{f.From, fmt.Sprintf("minimum %d", f.MinCapacity), strings.Join(f.Events, ", ")}, true
			break
		}
	}
	for _, a := range s.fileActions() {
		expression, zone, good := parsed(a)
		if !good {
			continue
		}
		if run, runs := expression.Next(after, zone); runs && (!ok || run.Before(c.at)) {
			c, ok = change{run, bounds(a), a.Name}, true
		}
	}
	return c, ok
}

func bounds(a autoscaling.ScheduledAction) string {
	var parts []string
	if a.MinCapacity != nil {
		parts = append(parts, fmt.Sprintf("minimum %d", *a.MinCapacity))
	}
	if a.MaxCapacity != nil {
		parts = append(parts, fmt.Sprintf("maximum %d", *a.MaxCapacity))
	}
	return strings.Join(parts, ", ")
}

// zone is the time zone of the thing's events, in which its times are shown: that of the
// event under way, else of the next one, else UTC.
func (s scaled) zone(at time.Time) *time.Location {
	floors := s.calendar.Floors()
	for _, f := range floors {
		if f.To.After(at) {
			return f.From.Location()
		}
	}
	if len(floors) > 0 {
		return floors[len(floors)-1].From.Location()
	}
	for _, a := range s.fileActions() {
		if _, zone, ok := parsed(a); ok {
			return zone
		}
	}
	return time.UTC
}
