package checks

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func tasks(ctx context.Context, r *reader) (results []Result) {
	services, problem := r.list(ctx, "AWS::ECS::Service")
	if problem != nil {
		return problem
	}
	client := ecs.NewFromConfig(r.AWS)
	for _, s := range services {
		// arn:…:service/CLUSTER/NAME
		parts := strings.Split(s.physicalID, "/")
		if len(parts) < 3 {
			results = append(results, unknown("the service has the ID "+s.physicalID+", which names no cluster", ""))
			continue
		}
		name := parts[len(parts)-1]
		got, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &parts[1], Services: []string{name}})
		switch {
		case missing(err) || err == nil && len(got.Services) == 0:
			results = append(results, wrong("not there", "the service", "somebody has deleted it",
				"make deploy ENV="+r.env.Name).of(name))
		case err != nil:
			results = append(results, failed("ecs:DescribeServices", err).of(name))
		default:
			results = append(results, judgeService(got.Services[0]).of(name))
		}
	}
	return results
}

// judgeService wants as many running tasks as desired ones, and no failed deployment.
func judgeService(s ecstypes.Service) Result {
	found := fmt.Sprintf("%d of %d running", s.RunningCount, s.DesiredCount)
	for _, d := range s.Deployments {
		if d.RolloutState == ecstypes.DeploymentRolloutStateFailed {
			return wrong(found, "a deployment that succeeds", aws.ToString(d.RolloutStateReason),
				"read the service's events: aws ecs describe-services")
		}
	}
	if s.DesiredCount == 0 {
		return wrong(found, "1 task or more", "the gateway answers nobody",
			"set the desired count of the service to its minimum")
	}
	if s.RunningCount < s.DesiredCount {
		return wrong(found, fmt.Sprint(s.DesiredCount), "tasks do not start, or are starting",
			"run this again in two minutes, then read the service's events: aws ecs describe-services")
	}
	return ok(found)
}

func targets(ctx context.Context, r *reader) (results []Result) {
	groups, problem := r.list(ctx, "AWS::ElasticLoadBalancingV2::TargetGroup")
	if problem != nil {
		return problem
	}
	client := elb.NewFromConfig(r.AWS)
	for _, g := range groups {
		name := g.physicalID
		if parts := strings.Split(name, "/"); len(parts) > 1 {
			name = parts[1]
		}
		got, err := client.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &g.physicalID})
		switch {
		case missing(err):
			results = append(results, wrong("not there", "the target group", "somebody has deleted it",
				"make deploy ENV="+r.env.Name).of(name))
		case err != nil:
			results = append(results, failed("elasticloadbalancing:DescribeTargetHealth", err).of(name))
		default:
			results = append(results, judgeTargets(got.TargetHealthDescriptions).of(name))
		}
	}
	return results
}

// judgeTargets wants a healthy target. A function's health is not checked (fact F15).
func judgeTargets(found []elbtypes.TargetHealthDescription) Result {
	healthy, reason := 0, ""
	for _, t := range found {
		function := t.Target != nil && strings.HasPrefix(aws.ToString(t.Target.Id), "arn:")
		if t.TargetHealth == nil {
			continue
		}
		switch state := t.TargetHealth.State; {
		case state == elbtypes.TargetHealthStateEnumHealthy,
			function && state == elbtypes.TargetHealthStateEnumUnavailable:
			healthy++
		default:
			reason = fmt.Sprintf("%s: %s", state, aws.ToString(t.TargetHealth.Description))
		}
	}
	text := fmt.Sprintf("%d of %d healthy", healthy, len(found))
	switch {
	case len(found) == 0:
		return wrong("no targets", "1 healthy target or more", "the load balancer answers 503",
			"see whether the tasks run, or deploy again")
	case healthy == 0:
		return wrong(text, "1 healthy target or more", "the load balancer sends requests to unhealthy targets: "+reason,
			"read the gateway's log, and see whether its health check can reach it")
	default:
		return ok(text)
	}
}
