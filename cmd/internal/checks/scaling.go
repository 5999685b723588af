package checks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// standing is a scalable target as Application Auto Scaling has it.
type standing struct {
	bounds    types.ScalableTarget
	actions   []types.ScheduledAction
	suspended *types.SuspendedState
}

// wanted are the targets that the environment file makes. That of the gateway's tasks has
// its resource ID from the deployment, and is left out beside a canary's.
func (r *reader) wanted(ctx context.Context) (all []autoscaling.ScalableTarget, problem []Result) {
	e := r.env
	for _, v := range e.ProductionVariants() {
		all = append(all, v.ScalableTarget())
	}
	for _, c := range e.Components {
		all = append(all, c.ComponentScaling.Target(c.Name))
	}
	t, ok := e.GatewayTarget()
	if _, canary := e.Canary(); !ok || canary {
		return all, nil
	}
	made, problem := r.list(ctx, "AWS::ApplicationAutoScaling::ScalableTarget")
	for _, m := range made {
		// RESOURCE|DIMENSION|NAMESPACE
		id, rest, _ := strings.Cut(m.physicalID, "|")
		if strings.HasPrefix(rest, string(t.Dimension)) {
			t.ResourceID = id
			all = append(all, t)
		}
	}
	return all, problem
}

// stands reads one target and its actions; nil where it is not registered.
func (r *reader) stands(ctx context.Context, t autoscaling.ScalableTarget, withActions bool) (*standing, *Result) {
	client := aas.NewFromConfig(r.AWS)
	namespace := types.ServiceNamespace(t.Dimension.Namespace())
	dimension := types.ScalableDimension(t.Dimension)
	got, err := client.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceIds: []string{t.ResourceID},
	})
	if err != nil {
		result := failed("application-autoscaling:DescribeScalableTargets", err).of(t.ResourceID)
		return nil, &result
	}
	if len(got.ScalableTargets) == 0 {
		result := wrong("not registered", "a scalable target", "nothing scales it",
			"make deploy ENV="+r.env.Name).of(t.ResourceID)
		return nil, &result
	}
	s := &standing{bounds: got.ScalableTargets[0], suspended: got.ScalableTargets[0].SuspendedState}
	if !withActions {
		return s, nil
	}
	pages := aas.NewDescribeScheduledActionsPaginator(client, &aas.DescribeScheduledActionsInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: &t.ResourceID,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			result := failed("application-autoscaling:DescribeScheduledActions", err).of(t.ResourceID)
			return nil, &result
		}
		s.actions = append(s.actions, page.ScheduledActions...)
	}
	return s, nil
}

// perTarget judges each of the file's targets.
func perTarget(ctx context.Context, r *reader, judge func(autoscaling.ScalableTarget, *standing) Result) []Result {
	targets, all := r.wanted(ctx)
	for _, t := range targets {
		s, problem := r.stands(ctx, t, true)
		if problem != nil {
			all = append(all, *problem)
			continue
		}
		all = append(all, judge(t, s).of(t.ResourceID))
	}
	return all
}

func actions(ctx context.Context, r *reader) []Result {
	return perTarget(ctx, r, func(t autoscaling.ScalableTarget, s *standing) Result {
		return judgeActions(t.ScheduledActions, s.actions, r.env.Name)
	})
}

// judgeActions wants each scheduled action of the file as it is written.
func judgeActions(want []autoscaling.ScheduledAction, got []types.ScheduledAction, environment string) Result {
	fix := "make deploy ENV=" + environment + "; where nothing changes in the template, change the actions in the " +
		"console or by aws application-autoscaling put-scheduled-action"
	var faults []string
	for _, w := range want {
		i := slices.IndexFunc(
			got,
			func(g types.ScheduledAction) bool { return aws.ToString(g.ScheduledActionName) == w.Name },
		)
		switch {
		case i < 0:
			faults = append(faults, fmt.Sprintf("%q is not there", w.Name))
		case described(fromAWS(got[i])) != described(w):
			faults = append(faults, fmt.Sprintf("%q is %s, not %s", w.Name, described(fromAWS(got[i])), described(w)))
		}
	}
	for _, g := range got {
		name := aws.ToString(g.ScheduledActionName)
		if !slices.ContainsFunc(want, func(w autoscaling.ScheduledAction) bool { return w.Name == name }) {
			faults = append(faults, fmt.Sprintf("%q is not the file's", name))
		}
	}
	if len(faults) > 0 {
		return wrong(strings.Join(faults, "; "), fmt.Sprintf("the file's %d actions", len(want)),
			"somebody has changed the scheduled actions", fix)
	}
	return ok(fmt.Sprintf("%d as the file has them", len(want)))
}

func fromAWS(a types.ScheduledAction) autoscaling.ScheduledAction {
	action := autoscaling.ScheduledAction{
		Name: aws.ToString(a.ScheduledActionName), Schedule: aws.ToString(a.Schedule), Timezone: aws.ToString(a.Timezone),
	}
	if b := a.ScalableTargetAction; b != nil {
		action.MinCapacity, action.MaxCapacity = count(b.MinCapacity), count(b.MaxCapacity)
	}
	return action
}

func count(n *int32) *int {
	if n == nil {
		return nil
	}
	c := int(*n)
	return &c
}

// described is an action's schedule, zone and bounds.
func described(a autoscaling.ScheduledAction) string {
	text := a.Schedule
	if e, err := schedule.Parse(a.Schedule); err == nil {
		text = e.String()
	}
	text += " " + cmp.Or(a.Timezone, "UTC")
	if a.MinCapacity != nil {
		text += fmt.Sprintf(" minimum %d", *a.MinCapacity)
	}
	if a.MaxCapacity != nil {
		text += fmt.Sprintf(" maximum %d", *a.MaxCapacity)
	}
	return text
}

func suspended(ctx context.Context, r *reader) []Result {
	targets, results := r.wanted(ctx)
	for _, t := range targets {
		s, problem := r.stands(ctx, t, false)
		if problem != nil {
			results = append(results, *problem)
			continue
		}
		results = append(results, judgeSuspended(t, s.suspended, r.env.Region).of(t.ResourceID))
	}
	return results
}

// judgeSuspended wants what the file suspends, and nothing else.
func judgeSuspended(t autoscaling.ScalableTarget, s *types.SuspendedState, region string) Result {
	if s == nil {
		s = &types.SuspendedState{}
	}
	meant := t.SuspendedState
	if meant == nil {
		meant = &autoscaling.SuspendedState{}
	}
	var off []string
	for _, kind := range []struct {
		name      string
		is, mayBe bool
	}{
		{"scheduled scaling", aws.ToBool(s.ScheduledScalingSuspended), meant.Scheduled},
		{"scaling out", aws.ToBool(s.DynamicScalingOutSuspended), meant.ScaleOut},
		{"scaling in", aws.ToBool(s.DynamicScalingInSuspended), meant.ScaleIn},
	} {
		if kind.is && !kind.mayBe {
			off = append(off, kind.name)
		}
	}
	if len(off) == 0 {
		return ok("as the file says")
	}
	return wrong(strings.Join(off, " and ")+" suspended", "nothing suspended", "floors or policies do not act (fact B10)",
		command(region, "application-autoscaling register-scalable-target --service-namespace %s --scalable-dimension %s "+
			"--resource-id %s --suspended-state ScheduledScalingSuspended=%t,DynamicScalingOutSuspended=%t,"+
			"DynamicScalingInSuspended=%t", t.Dimension.Namespace(), t.Dimension, t.ResourceID,
			meant.Scheduled, meant.ScaleOut, meant.ScaleIn))
}
