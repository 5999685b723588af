package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/lambdatarget"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/tasktarget"
)

// gateway is the target of a load balancer's rule: a function or a service.
type gateway struct {
	group    localaws.TargetGroup
	function *localaws.Function
	service  *localaws.Service
}

// findGateway follows the load balancer's rule for path to its target group, and
// that to its target.
func findGateway(deployed localaws.Snapshot, path string) (gateway, error) {
	for _, balancer := range deployed.LoadBalancers {
		for _, listener := range balancer.Listeners {
			for _, rule := range listener.Rules {
				group, ok := forwards(deployed, rule, path)
				if !ok {
					continue
				}
				for _, f := range deployed.Functions {
					isFunction := func(target string) bool {
						return target == f.ARN || strings.HasPrefix(target, f.ARN+":") // an alias
					}
					if slices.ContainsFunc(group.Targets, isFunction) {
						return gateway{group: group, function: &f}, nil
					}
				}
				for _, s := range deployed.Services {
					if len(s.Containers) > 0 && slices.Contains(s.TargetGroupARNs, group.ARN) {
						return gateway{group: group, service: &s}, nil
					}
				}
			}
		}
	}
	return gateway{}, fmt.Errorf("no listener's rule leads from %s to a function or a service", path)
}

// forwards returns the target group that rule forwards requests for path to.
func forwards(deployed localaws.Snapshot, rule localaws.Rule, path string) (localaws.TargetGroup, bool) {
	matches := slices.ContainsFunc(rule.Conditions, func(c localaws.Condition) bool {
		return c.Field == "path-pattern" && slices.Contains(c.Values, path)
	})
	for _, action := range rule.Actions {
		for _, group := range deployed.TargetGroups {
			if matches && action.Type == "forward" && slices.Contains(action.TargetGroupARNs, group.ARN) {
				return group, true
			}
		}
	}
	return localaws.TargetGroup{}, false
}

// start runs the gateway's program with the deployed settings behind a local load
// balancer.
func (g gateway) start(ctx context.Context, aws *localaws.AWS, region, binary string, log io.Writer) (interface {
	http.Handler
	io.Closer
}, error) {
	if g.service != nil {
		container := g.service.Containers[0]
		return tasktarget.Start(ctx, tasktarget.Options{
			Binary: binary, Env: aws.ProgramEnvironment(region, container.Environment), Log: log,
			HealthCheckPath: g.group.HealthCheckPath, StopTimeout: container.StopTimeout,
		})
	}
	return lambdatarget.Start(ctx, lambdatarget.Options{
		Binary: binary, Env: aws.ProgramEnvironment(region, g.function.Environment), Log: log,
		Timeout:           g.function.Timeout,
		MultiValueHeaders: g.group.Attributes["lambda.multi_value_headers.enabled"] == "true",
	})
}

// String describes the gateway for the summary.
func (g gateway) String() string {
	if g.service != nil {
		tasks := "1 task"
		if n := g.service.DesiredTasks; n != 1 {
			tasks = fmt.Sprintf("%d tasks", n)
		}
		return fmt.Sprintf("service on %s, %s of %s", g.service.LaunchType, tasks, g.service.Containers[0].Image)
	}
	return fmt.Sprintf("function on %s, %s, %d MB", g.function.Runtime, g.function.Architecture, g.function.MemoryMB)
}
